// Sorted positions.
// Every result is the same for any number of threads. All sizes may be zero.
#ifndef KLS_SORT_H
#define KLS_SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Positions of the first `taken` elements in sorted order of each of `rows` rows of `count`
// elements. Equal elements keep their order, -0 equals +0, NaN is the largest number.
typedef struct {
    int64_t rows, count, taken;
    bool descending;
} kls_order;

// Bytes of scratch that any of the following needs.
size_t kls_order_scratch(const kls_order *order);
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

#endif
