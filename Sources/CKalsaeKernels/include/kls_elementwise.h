// elementwise functions: one vectorized C function per (operation, type, form), over n dense elements.
#ifndef KLS_ELEMENTWISE_H
#define KLS_ELEMENTWISE_H

#include <stdint.h>

typedef enum {
    KLS_F32 = 0, KLS_F64, KLS_F16, KLS_BF16, KLS_I32, KLS_I64, KLS_U8, KLS_BOOL,
    KLS_TYPE_COUNT
} kls_type;

typedef enum {
    // Unary.
    KLS_NEG = 0, KLS_ABS, KLS_SIGN, KLS_EXP, KLS_EXPM1, KLS_LOG, KLS_LOG1P, KLS_SQRT, KLS_RSQRT,
    KLS_RECIPROCAL, KLS_SIN, KLS_COS, KLS_TAN, KLS_ASIN, KLS_ACOS, KLS_ATAN, KLS_SINH, KLS_COSH,
    KLS_ASINH, KLS_ACOSH, KLS_ATANH, KLS_TANH, KLS_SIGMOID, KLS_ERF, KLS_FLOOR, KLS_CEIL,
    KLS_ROUND, KLS_TRUNC, KLS_NOT, KLS_IS_NAN, KLS_IS_FINITE, KLS_SQUARE, KLS_COPY,
    // Binary.
    KLS_ADD, KLS_SUB, KLS_MUL, KLS_DIV, KLS_POW, KLS_MIN, KLS_MAX, KLS_ATAN2, KLS_REMAINDER,
    KLS_FLOOR_DIV, KLS_EQ, KLS_NE, KLS_LT, KLS_LE, KLS_GT, KLS_GE, KLS_AND, KLS_OR, KLS_XOR,
    // Ternary: a ? b : c, and the three multiply-adds a*b + c, a*b - c, c - a*b.
    KLS_SELECT, KLS_FMA, KLS_FMS, KLS_FNMA,
    KLS_OP_COUNT
} kls_op;

// Which operands are single elements instead of strips; bit 0 is a, bit 1 is b, bit 2 is c.
enum { KLS_VVV = 0, KLS_SVV = 1, KLS_VSV = 2, KLS_VVS = 4, KLS_VSS = 6 };

// dst may be the same memory as an operand of the same element size, but may not overlap otherwise.
typedef void (*kls_elementwise_fn)(int64_t n, void *dst, const void *a, const void *b, const void *c);

// The function for an operation on `type` (for comparisons and select: the type compared or
// chosen), or NULL where there is none. Unary: form 0. Binary: 0, SVV, VSV. SELECT: 0, VSV, VVS,
// VSS. FMA family: 0, VSV, VVS, VSS. f16 and bf16 are storage only: COPY, SELECT and casts.
kls_elementwise_fn kls_elementwise(kls_op op, kls_type type, int form);

// The conversion between two types: float to integer saturates and maps NaN to 0, integers wrap.
kls_elementwise_fn kls_elementwise_cast(kls_type from, kls_type to);

// How a function divides integers: their type, whether the divisor (b) is one element.
typedef struct {
    kls_type type;
    int scalar, remainder;
} kls_division;

// Whether a function divides integers, for which a divisor of 0 has no quotient; it gives 0.
int kls_elementwise_divides(kls_elementwise_fn fn, kls_division *division);

// Bytes of one element.
int64_t kls_type_size(kls_type type);

#endif
