// What the tests of the C kernels share: counts, random numbers, guarded memory, comparisons.
#ifndef KERNEL_HARNESS_H
#define KERNEL_HARNESS_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define COUNT_OF(array) ((int)(sizeof(array) / sizeof *(array)))

// Counts one check; the text is printed where it failed.
bool check(bool holds, const char *format, ...) __attribute__((format(printf, 2, 3)));
// Ends the run, with its counts, as failed.
void give_up(const char *reason) __attribute__((noreturn));

// Random numbers that are the same in every run.
uint64_t random_word(void);
int64_t between(int64_t least, int64_t most);
double uniform(double least, double most);
bool one_in(int64_t count);

// Memory until release_all, which checks what lies around it; all bits are set, so that floats that
// nobody writes stay NaN. The first is aligned as elements are and no better, the second as scratch
// memory must be.
void *workspace(int64_t bytes);
void *scratch_room(int64_t bytes);
void release_all(void);

float *random_floats(int64_t count);
double *random_doubles(int64_t count);
void fill_floats(float *to, int64_t count);

// Unit roundoffs.
#define U32 0x1p-24
#define U64 0x1p-53
// n u / (1 - n u): what n roundings can do to a result, relative to the sum of its terms' sizes.
double rounding(int64_t n, double u);
// The same for float32 sums of k products, and what results below the normal range lose.
double sum_error(int64_t k, double sizes);

// What is wanted in double, and by how much it may be missed: NaN for NaN, infinities exactly.
typedef struct {
    double *value, *error;
    int64_t count;
} wanted;

wanted wanted_workspace(int64_t count);
bool matches_f32(const wanted *want, const float *got, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool matches_f64(const wanted *want, const double *got, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool same_bits(const void *a, const void *b, int64_t bytes, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

// Threads that kernels which ask OpenMP for them get: this program is its runtime. It counts regions, and
// the threads of the one with most.
extern int openmp_threads, openmp_regions, openmp_most;

// Kernels over sizes whose vectors are too narrow for them return NULL.
int level_lanes(void);

#endif
