// Binary elementwise functions of the floating-point types, and comparisons of every type.
#include "math_f32.h"

// Remainder with the sign of the divisor, and the quotient that goes with it.
KLS_INLINE float mod_f(float x, float y) {
    float r = fmodf(x, y);
    if (r == 0) return copysignf(r, y);
    return (r < 0) != (y < 0) ? r + y : r;
}
KLS_INLINE double mod_d(double x, double y) {
    double r = fmod(x, y);
    if (r == 0) return copysign(r, y);
    return (r < 0) != (y < 0) ? r + y : r;
}
KLS_INLINE float floor_div_f(float x, float y) {
    if (y == 0) return x / y;
    float q = (x - mod_f(x, y)) / y, whole = floorf(q);
    return q - whole > 0.5f ? whole + 1 : whole;
}
KLS_INLINE double floor_div_d(double x, double y) {
    if (y == 0) return x / y;
    double q = (x - mod_d(x, y)) / y, whole = floor(q);
    return q - whole > 0.5 ? whole + 1 : whole;
}

// A NaN on either side is the result.
#define MINIMUM(x, y) (((x) < (y) || (x) != (x)) ? (x) : (y))
#define MAXIMUM(x, y) (((x) > (y) || (x) != (x)) ? (x) : (y))

#define COMPARISONS(T, s) \
    KLS_BINARY_AS(eq_##s, T, uint8_t, x == y) \
    KLS_BINARY_AS(ne_##s, T, uint8_t, x != y) \
    KLS_BINARY_AS(lt_##s, T, uint8_t, x < y) \
    KLS_BINARY_AS(le_##s, T, uint8_t, x <= y) \
    KLS_BINARY_AS(gt_##s, T, uint8_t, x > y) \
    KLS_BINARY_AS(ge_##s, T, uint8_t, x >= y)

#define ARITHMETIC(T, s) \
    KLS_BINARY_AS(add_##s, T, T, x + y) \
    KLS_BINARY_AS(sub_##s, T, T, x - y) \
    KLS_BINARY_AS(mul_##s, T, T, x * y) \
    KLS_BINARY_AS(div_##s, T, T, x / y) \
    KLS_BINARY_AS(min_##s, T, T, MINIMUM(x, y)) \
    KLS_BINARY_AS(max_##s, T, T, MAXIMUM(x, y))

ARITHMETIC(float, f32)
KLS_BINARY_AS(pow_f32, float, float, kls_powf(x, y))
KLS_BINARY_SCALAR(atan2_f32, float, float, atan2f(x, y))
KLS_BINARY_SCALAR(rem_f32, float, float, mod_f(x, y))
KLS_BINARY_SCALAR(fdiv_f32, float, float, floor_div_f(x, y))
COMPARISONS(float, f32)

ARITHMETIC(double, f64)
KLS_BINARY_SCALAR(pow_f64, double, double, pow(x, y))
KLS_BINARY_SCALAR(atan2_f64, double, double, atan2(x, y))
KLS_BINARY_SCALAR(rem_f64, double, double, mod_d(x, y))
KLS_BINARY_SCALAR(fdiv_f64, double, double, floor_div_d(x, y))
COMPARISONS(double, f64)

#define SET(op, name) [KLS_BINARY_INDEX(op)] = KLS_ROW(name)
#define FLOAT_ROWS(s) { \
    SET(KLS_ADD, add_##s), SET(KLS_SUB, sub_##s), SET(KLS_MUL, mul_##s), SET(KLS_DIV, div_##s), \
    SET(KLS_POW, pow_##s), SET(KLS_MIN, min_##s), SET(KLS_MAX, max_##s), \
    SET(KLS_ATAN2, atan2_##s), SET(KLS_REMAINDER, rem_##s), SET(KLS_FLOOR_DIV, fdiv_##s), \
    SET(KLS_EQ, eq_##s), SET(KLS_NE, ne_##s), SET(KLS_LT, lt_##s), SET(KLS_LE, le_##s), \
    SET(KLS_GT, gt_##s), SET(KLS_GE, ge_##s) }

kls_binary_row kls_binary_f32[KLS_BINARY_COUNT] = FLOAT_ROWS(f32);
kls_binary_row kls_binary_f64[KLS_BINARY_COUNT] = FLOAT_ROWS(f64);
