// Macros that write elementwise functions: one version for each ISA level, loops that vectorize.
#ifndef KLS_ELEMENTWISE_FUNCTIONS_MACROS_H
#define KLS_ELEMENTWISE_FUNCTIONS_MACROS_H

#include "../../isa/dispatch.h"
#include "kls_elementwise.h"
#include <math.h>
#include <string.h>

// Without optimization nothing vectorizes, which is no fault of the loop.
#pragma clang diagnostic ignored "-Wpass-failed"

// In place is allowed (dst == a), so the compiler must not fall back to its run-time alias check.
#define KLS_VECTOR_LOOP _Pragma("clang loop vectorize(assume_safety)")

#define KLS_ARGUMENTS int64_t n, void *dst, const void *a, const void *b, const void *c

// The versions of a elementwise function by ISA level of vectors: they are chosen when a loop is made, so that
// a call needs no look at the level.
typedef const kls_elementwise_fn *kls_elementwise_versions;

// How a elementwise function begins: compiled for each ISA level, or once where its body does not vectorize.
// Its name stands for its versions.
#if defined(__x86_64__)
#define KLS_ELEMENTWISE(name) \
    KLS_INLINE void name##_body(KLS_ARGUMENTS); \
    KLS_AVX512 static void name##_avx512(KLS_ARGUMENTS) { name##_body(n, dst, a, b, c); } \
    KLS_AVX2 static void name##_avx2(KLS_ARGUMENTS) { name##_body(n, dst, a, b, c); } \
    static void name##_scalar(KLS_ARGUMENTS) { name##_body(n, dst, a, b, c); } \
    static const kls_elementwise_fn name[] = {name##_scalar, name##_avx2, name##_avx512}; \
    KLS_INLINE void name##_body(KLS_ARGUMENTS)
#else
#define KLS_ELEMENTWISE(name) KLS_ELEMENTWISE_ONCE(name)
#endif
#define KLS_ELEMENTWISE_ONCE(name) \
    static void name##_once(KLS_ARGUMENTS); \
    static const kls_elementwise_fn name[] = {name##_once, name##_once, name##_once}; \
    static void name##_once(KLS_ARGUMENTS)

#define KLS_UNARY_AS(name, T, R, expression) \
    KLS_ELEMENTWISE(name) { \
        const T *pa = a; R *out = dst; (void)b; (void)c; \
        KLS_VECTOR_LOOP \
        for (int64_t i = 0; i < n; i++) { T x = pa[i]; out[i] = (R)(expression); } \
    }

// For calls into libm and other bodies that do not vectorize.
#define KLS_UNARY_SCALAR(name, T, R, expression) \
    KLS_ELEMENTWISE_ONCE(name) { \
        const T *pa = a; R *out = dst; (void)b; (void)c; \
        for (int64_t i = 0; i < n; i++) { T x = pa[i]; out[i] = (R)(expression); } \
    }

#define KLS_BINARY_FORM(begin, loop, name, T, R, xs, ys, expression) \
    begin(name) { \
        const T *pa = a, *pb = b; R *out = dst; (void)c; \
        const T x0 = *pa, y0 = *pb; (void)x0; (void)y0; \
        loop \
        for (int64_t i = 0; i < n; i++) { T x = xs, y = ys; out[i] = (R)(expression); } \
    }

// The three forms of a binary operation and the row `name` that lists them.
#define KLS_BINARY_FORMS(begin, loop, name, T, R, expression) \
    KLS_BINARY_FORM(begin, loop, name##_vv, T, R, pa[i], pb[i], expression) \
    KLS_BINARY_FORM(begin, loop, name##_sv, T, R, x0, pb[i], expression) \
    KLS_BINARY_FORM(begin, loop, name##_vs, T, R, pa[i], y0, expression)

#define KLS_BINARY_AS(name, T, R, expression) \
    KLS_BINARY_FORMS(KLS_ELEMENTWISE, KLS_VECTOR_LOOP, name, T, R, expression)
#define KLS_BINARY_SCALAR(name, T, R, expression) \
    KLS_BINARY_FORMS(KLS_ELEMENTWISE_ONCE, , name, T, R, expression)

#define KLS_ROW(name) { name##_vv, name##_sv, name##_vs }

// Tables, filled by the functions/*.c files and read by table.c.
typedef const kls_elementwise_versions kls_binary_row[3];
#define KLS_FIRST_BINARY KLS_ADD
#define KLS_BINARY_COUNT (KLS_XOR - KLS_ADD + 1)
#define KLS_BINARY_INDEX(op) ((op) - KLS_FIRST_BINARY)
extern const kls_elementwise_versions kls_unary_table[KLS_TYPE_COUNT][KLS_FIRST_BINARY];
extern kls_binary_row kls_binary_f32[KLS_BINARY_COUNT];
extern kls_binary_row kls_binary_f64[KLS_BINARY_COUNT];
extern kls_binary_row kls_binary_i32[KLS_BINARY_COUNT];
extern kls_binary_row kls_binary_i64[KLS_BINARY_COUNT];
extern kls_binary_row kls_binary_u8[KLS_BINARY_COUNT];
extern kls_binary_row kls_binary_bool[KLS_BINARY_COUNT];
extern const kls_elementwise_versions kls_cast_table[KLS_TYPE_COUNT][KLS_TYPE_COUNT];
extern const kls_elementwise_versions kls_select_table[4][4];  // by log2 of the element size, then form / 2
extern const kls_elementwise_versions kls_fma_table[2][3][4];  // f32 or f64, operation, form / 2

#endif
