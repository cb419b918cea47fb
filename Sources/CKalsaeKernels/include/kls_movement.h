// Copies between strided layouts, gathers, scatters, scans and ranges.
// Every result is the same for any number of threads. All sizes may be zero.
#ifndef KLS_MOVEMENT_H
#define KLS_MOVEMENT_H

#include <stdbool.h>
#include <stdint.h>

#define KLS_COPY_RANK 8

// A copy of elements between two strided layouts: dims, outermost of the destination first, with
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

// A scan (running sums or maxima) along the middle axis of [before, count, after].
typedef struct {
    int64_t before, count, after;
    bool exclusive, reverse;
} kls_scan;

// Sums of f32 are kept in double; those of integers wrap.
void kls_cumulative_sum_f32(const kls_scan *scan, const void *from, void *to);
void kls_cumulative_sum_f64(const kls_scan *scan, const void *from, void *to);
void kls_cumulative_sum_i32(const kls_scan *scan, const void *from, void *to);
void kls_cumulative_sum_i64(const kls_scan *scan, const void *from, void *to);
void kls_cumulative_sum_u8(const kls_scan *scan, const void *from, void *to);
// The largest so far; NaN from the first NaN on. Of nothing it is the least number of the type.
void kls_cumulative_max_f32(const kls_scan *scan, const void *from, void *to);
void kls_cumulative_max_f64(const kls_scan *scan, const void *from, void *to);
void kls_cumulative_max_i32(const kls_scan *scan, const void *from, void *to);
void kls_cumulative_max_i64(const kls_scan *scan, const void *from, void *to);
void kls_cumulative_max_u8(const kls_scan *scan, const void *from, void *to);

// 0, 1, 2, ... along the middle axis of [before, count, after].
void kls_iota_f32(int64_t before, int64_t count, int64_t after, void *to);
void kls_iota_f64(int64_t before, int64_t count, int64_t after, void *to);
void kls_iota_i32(int64_t before, int64_t count, int64_t after, void *to);
void kls_iota_i64(int64_t before, int64_t count, int64_t after, void *to);
void kls_iota_u8(int64_t before, int64_t count, int64_t after, void *to);

#endif
