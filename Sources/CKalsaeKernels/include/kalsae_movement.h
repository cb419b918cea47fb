// Data movement, ordering, running sums and random numbers.
//
// Every result is the same for any number of threads. All sizes may be zero.
#ifndef KALSAE_MOVEMENT_H
#define KALSAE_MOVEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define KLS_COPY_RANK 8

// What a kernel can only find out from the data. The first error of a thread stays until taken.
typedef enum {
    KLS_NO_ERROR = 0,
    KLS_INDEX_OUT_OF_RANGE,  // value: the index; limit: how many entries there are
    KLS_LIBRARY_FAILED,      // value: the library's code
    KLS_ZERO_DIVISOR,        // value: the element of the quotient, or -1; limit: 1 for a remainder
} kls_error_code;

typedef struct {
    int32_t code;
    int64_t value, limit;
} kls_error;

// Notes an error of the calling thread, unless one is noted already.
void kls_report_error(kls_error_code code, int64_t value, int64_t limit);
// Hands out the calling thread's error and forgets it.
kls_error kls_take_error(void);
// Whether one is noted for the calling thread.
bool kls_has_error(void);

// A copy of elements between two strided places: dims, outermost of the destination first, with
// the step of each in elements. A step of 0 repeats, a negative one walks backwards.
typedef struct {
    int32_t rank;          // 0 to KLS_COPY_RANK
    int32_t element_size;  // 1, 2, 4 or 8 bytes
    int64_t dims[KLS_COPY_RANK];
    int64_t from[KLS_COPY_RANK], to[KLS_COPY_RANK];
    int64_t from_start, to_start;
} kls_copy;

void kls_copy_run(const kls_copy *copy, const void *from, void *to);
// Sets `count` elements to the one at `value`.
void kls_set_elements(int32_t element_size, const void *value, void *to, int64_t count);

// Rows of `row_bytes` taken by number: out[b, i] = values[b, indices[i]] for `before` values of b
// with `entries` rows each. An index out of range gives a row of zeros and an error.
typedef struct {
    int64_t before, entries, row;  // row: elements
    int64_t count;                 // indices
    int32_t element_size;
    bool wide;                     // indices are 64 bits, else 32
} kls_gather;

void kls_gather_run(
    const kls_gather *gather, const void *values, const void *indices, void *out);

// out = base, then out[b, indices[i]] += updates[b, i] in the order of i. An index out of range
// adds nothing and gives an error. out may be base.
typedef void (*kls_scatter_fn)(
    const kls_gather *scatter, const void *base, const void *indices, const void *updates,
    void *out);
void kls_scatter_add_f32(
    const kls_gather *scatter, const void *base, const void *indices, const void *updates,
    void *out);
void kls_scatter_add_f64(
    const kls_gather *scatter, const void *base, const void *indices, const void *updates,
    void *out);
void kls_scatter_add_i32(
    const kls_gather *scatter, const void *base, const void *indices, const void *updates,
    void *out);
void kls_scatter_add_i64(
    const kls_gather *scatter, const void *base, const void *indices, const void *updates,
    void *out);
void kls_scatter_add_u8(
    const kls_gather *scatter, const void *base, const void *indices, const void *updates,
    void *out);

// Running sums along the middle axis of [before, count, after].
typedef struct {
    int64_t before, count, after;
    bool exclusive, reverse;
} kls_scan;

// Sums of f32 are kept in double; those of integers wrap.
typedef void (*kls_scan_fn)(const kls_scan *scan, const void *from, void *to);
void kls_cumulative_sum_f32(const kls_scan *scan, const void *from, void *to);
void kls_cumulative_sum_f64(const kls_scan *scan, const void *from, void *to);
void kls_cumulative_sum_i32(const kls_scan *scan, const void *from, void *to);
void kls_cumulative_sum_i64(const kls_scan *scan, const void *from, void *to);
void kls_cumulative_sum_u8(const kls_scan *scan, const void *from, void *to);

// 0, 1, 2, ... along the middle axis of [before, count, after].
typedef void (*kls_iota_fn)(int64_t before, int64_t count, int64_t after, void *to);
void kls_iota_f32(int64_t before, int64_t count, int64_t after, void *to);
void kls_iota_f64(int64_t before, int64_t count, int64_t after, void *to);
void kls_iota_i32(int64_t before, int64_t count, int64_t after, void *to);
void kls_iota_i64(int64_t before, int64_t count, int64_t after, void *to);
void kls_iota_u8(int64_t before, int64_t count, int64_t after, void *to);

// Positions of the first `taken` elements in sorted order of each of `rows` rows of `count`
// elements. Equal elements keep their order, -0 equals +0, NaN is the largest number.
typedef struct {
    int64_t rows, count, taken;
    bool descending;
} kls_order;

// Bytes of scratch that any of the following needs.
size_t kls_order_scratch(const kls_order *order);
typedef void (*kls_order_fn)(
    const kls_order *order, const void *from, int32_t *positions, void *scratch);
void kls_arg_sort_f32(
    const kls_order *order, const void *from, int32_t *positions, void *scratch);
void kls_arg_sort_f64(
    const kls_order *order, const void *from, int32_t *positions, void *scratch);
void kls_arg_sort_i32(
    const kls_order *order, const void *from, int32_t *positions, void *scratch);
void kls_arg_sort_i64(
    const kls_order *order, const void *from, int32_t *positions, void *scratch);
void kls_arg_sort_u8(
    const kls_order *order, const void *from, int32_t *positions, void *scratch);

// Random numbers by Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
// 2011). The key is {seed, stream, step}: the generator's key is the seed, its counter (block,
// low 32 bits of the stream, low and high 32 bits of the step); element i is made from fixed words.
typedef void (*kls_random_fn)(const int64_t key[3], void *to, int64_t count);
// Word i % 4 of block i / 4.
void kls_random_bits(const int64_t key[3], void *to, int64_t count);
// (word >> 8) * 2^-24 in [0, 1).
void kls_random_uniform_f32(const int64_t key[3], void *to, int64_t count);
// ((high << 32 | low) >> 11) * 2^-53 of words 2 (i % 2), 2 (i % 2) + 1 of block i / 2.
void kls_random_uniform_f64(const int64_t key[3], void *to, int64_t count);
// Box-Muller on the same words: r cos(2 pi u2) and r sin(2 pi u2) with r = sqrt(-2 ln u1),
// u1 in (0, 1]; a pair of float32 takes two words, a pair of float64 a block.
void kls_random_normal_f32(const int64_t key[3], void *to, int64_t count);
void kls_random_normal_f64(const int64_t key[3], void *to, int64_t count);

#ifdef __cplusplus
}
#endif

#endif
