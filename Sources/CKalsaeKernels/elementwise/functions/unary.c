// Unary elementwise functions of every type.
#include "math_f32.h"

#define ABS(x) __builtin_elementwise_abs(x)
#define SIGN(x) ((x) != (x) ? (x) : (x) > 0 ? 1 : (x) < 0 ? -1 : (x))

// Float32: everything inlined, so that the loops vectorize.
KLS_UNARY_AS(neg_f32, float, float, -x)
KLS_UNARY_AS(abs_f32, float, float, ABS(x))
KLS_UNARY_AS(sign_f32, float, float, SIGN(x))
KLS_UNARY_AS(exp_f32, float, float, kls_expf(x))
KLS_UNARY_AS(expm1_f32, float, float, kls_expm1f(x))
KLS_UNARY_AS(log_f32, float, float, kls_logf(x))
KLS_UNARY_AS(log1p_f32, float, float, kls_log1pf(x))
KLS_UNARY_AS(sqrt_f32, float, float, __builtin_elementwise_sqrt(x))
KLS_UNARY_AS(rsqrt_f32, float, float, 1.0f / __builtin_elementwise_sqrt(x))
KLS_UNARY_AS(reciprocal_f32, float, float, 1.0f / x)
KLS_UNARY_AS(tanh_f32, float, float, kls_tanhf(x))
KLS_UNARY_AS(sigmoid_f32, float, float, kls_sigmoidf(x))
KLS_UNARY_AS(erf_f32, float, float, kls_erff(x))
KLS_UNARY_AS(floor_f32, float, float, __builtin_elementwise_floor(x))
KLS_UNARY_AS(ceil_f32, float, float, __builtin_elementwise_ceil(x))
KLS_UNARY_AS(round_f32, float, float, __builtin_elementwise_roundeven(x))
KLS_UNARY_AS(trunc_f32, float, float, __builtin_elementwise_trunc(x))
KLS_UNARY_AS(not_f32, float, uint8_t, x == 0)
KLS_UNARY_AS(is_nan_f32, float, uint8_t, x != x)
KLS_UNARY_AS(is_finite_f32, float, uint8_t, ABS(x) < INFINITY)
KLS_UNARY_AS(square_f32, float, float, x * x)

// Beyond KLS_TRIG_LIMIT the argument reduction needs more digits than the fast road carries.
KLS_DISPATCH(static, int, beyond_trig_limit, (int64_t n, const float *x), (n, x)) {
    int32_t beyond = 0;
    for (int64_t i = 0; i < n; i++) beyond |= !(ABS(x[i]) <= KLS_TRIG_LIMIT);
    return beyond != 0;
}
#define TRIGONOMETRIC(name, fast, exact) \
    KLS_UNARY_AS(name##_fast, float, float, fast(x)) \
    KLS_UNARY_SCALAR(name##_exact, float, float, exact(x)) \
    KLS_ELEMENTWISE_ONCE(name) { \
        (beyond_trig_limit(n, a) ? name##_exact : name##_fast)[kls_vector_isa](n, dst, a, b, c); \
    }
TRIGONOMETRIC(sin_f32, kls_sinf, sinf)
TRIGONOMETRIC(cos_f32, kls_cosf, cosf)
TRIGONOMETRIC(tan_f32, kls_tanf, tanf)

KLS_UNARY_SCALAR(asin_f32, float, float, asinf(x))
KLS_UNARY_SCALAR(acos_f32, float, float, acosf(x))
KLS_UNARY_SCALAR(atan_f32, float, float, atanf(x))
KLS_UNARY_SCALAR(sinh_f32, float, float, sinhf(x))
KLS_UNARY_SCALAR(cosh_f32, float, float, coshf(x))
KLS_UNARY_SCALAR(asinh_f32, float, float, asinhf(x))
KLS_UNARY_SCALAR(acosh_f32, float, float, acoshf(x))
KLS_UNARY_SCALAR(atanh_f32, float, float, atanhf(x))

// Float64: arithmetic vectorizes, elementary functions are the C library's (1 ulp).
KLS_INLINE double sigmoid64(double x) {
    double e = exp(-ABS(x));
    return (x < 0 ? e : 1.0) / (1.0 + e);
}
KLS_UNARY_AS(neg_f64, double, double, -x)
KLS_UNARY_AS(abs_f64, double, double, ABS(x))
KLS_UNARY_AS(sign_f64, double, double, SIGN(x))
KLS_UNARY_SCALAR(exp_f64, double, double, exp(x))
KLS_UNARY_SCALAR(expm1_f64, double, double, expm1(x))
KLS_UNARY_SCALAR(log_f64, double, double, log(x))
KLS_UNARY_SCALAR(log1p_f64, double, double, log1p(x))
KLS_UNARY_AS(sqrt_f64, double, double, __builtin_elementwise_sqrt(x))
KLS_UNARY_AS(rsqrt_f64, double, double, 1.0 / __builtin_elementwise_sqrt(x))
KLS_UNARY_AS(reciprocal_f64, double, double, 1.0 / x)
KLS_UNARY_SCALAR(sin_f64, double, double, sin(x))
KLS_UNARY_SCALAR(cos_f64, double, double, cos(x))
KLS_UNARY_SCALAR(tan_f64, double, double, tan(x))
KLS_UNARY_SCALAR(asin_f64, double, double, asin(x))
KLS_UNARY_SCALAR(acos_f64, double, double, acos(x))
KLS_UNARY_SCALAR(atan_f64, double, double, atan(x))
KLS_UNARY_SCALAR(sinh_f64, double, double, sinh(x))
KLS_UNARY_SCALAR(cosh_f64, double, double, cosh(x))
KLS_UNARY_SCALAR(asinh_f64, double, double, asinh(x))
KLS_UNARY_SCALAR(acosh_f64, double, double, acosh(x))
KLS_UNARY_SCALAR(atanh_f64, double, double, atanh(x))
KLS_UNARY_SCALAR(tanh_f64, double, double, tanh(x))
KLS_UNARY_SCALAR(sigmoid_f64, double, double, sigmoid64(x))
KLS_UNARY_SCALAR(erf_f64, double, double, erf(x))
KLS_UNARY_AS(floor_f64, double, double, __builtin_elementwise_floor(x))
KLS_UNARY_AS(ceil_f64, double, double, __builtin_elementwise_ceil(x))
KLS_UNARY_AS(round_f64, double, double, __builtin_elementwise_roundeven(x))
KLS_UNARY_AS(trunc_f64, double, double, __builtin_elementwise_trunc(x))
KLS_UNARY_AS(not_f64, double, uint8_t, x == 0)
KLS_UNARY_AS(is_nan_f64, double, uint8_t, x != x)
KLS_UNARY_AS(is_finite_f64, double, uint8_t, ABS(x) < (double)INFINITY)
KLS_UNARY_AS(square_f64, double, double, x * x)

// Integers wrap; `not` is bitwise, and logical for bool.
#define INTEGER(T, U, suffix) \
    KLS_UNARY_AS(neg_##suffix, T, T, (T)(0 - (U)x)) \
    KLS_UNARY_AS(abs_##suffix, T, T, x < 0 ? (T)(0 - (U)x) : x) \
    KLS_UNARY_AS(sign_##suffix, T, T, (x > 0) - (x < 0)) \
    KLS_UNARY_AS(not_##suffix, T, T, ~x) \
    KLS_UNARY_AS(square_##suffix, T, T, (T)((U)x * (U)x)) \
    KLS_UNARY_AS(zero_##suffix, T, uint8_t, ((void)x, 0)) \
    KLS_UNARY_AS(one_##suffix, T, uint8_t, ((void)x, 1))
INTEGER(int32_t, uint32_t, i32)
INTEGER(int64_t, uint64_t, i64)
INTEGER(uint8_t, uint32_t, u8)
KLS_UNARY_AS(not_bool, uint8_t, uint8_t, x ^ 1)

#define COPY(name, size) \
    KLS_ELEMENTWISE_ONCE(name) { \
        (void)b; (void)c; \
        if (dst != a) memmove(dst, a, (size_t)n * size); \
    }
COPY(copy_1, 1)
COPY(copy_2, 2)
COPY(copy_4, 4)
COPY(copy_8, 8)

#define FLOAT_ROW(s, copy) { \
    [KLS_NEG] = neg_##s, [KLS_ABS] = abs_##s, [KLS_SIGN] = sign_##s, [KLS_EXP] = exp_##s, \
    [KLS_EXPM1] = expm1_##s, [KLS_LOG] = log_##s, [KLS_LOG1P] = log1p_##s, \
    [KLS_SQRT] = sqrt_##s, [KLS_RSQRT] = rsqrt_##s, [KLS_RECIPROCAL] = reciprocal_##s, \
    [KLS_SIN] = sin_##s, [KLS_COS] = cos_##s, [KLS_TAN] = tan_##s, [KLS_ASIN] = asin_##s, \
    [KLS_ACOS] = acos_##s, [KLS_ATAN] = atan_##s, [KLS_SINH] = sinh_##s, \
    [KLS_COSH] = cosh_##s, [KLS_ASINH] = asinh_##s, [KLS_ACOSH] = acosh_##s, \
    [KLS_ATANH] = atanh_##s, [KLS_TANH] = tanh_##s, [KLS_SIGMOID] = sigmoid_##s, \
    [KLS_ERF] = erf_##s, [KLS_FLOOR] = floor_##s, [KLS_CEIL] = ceil_##s, \
    [KLS_ROUND] = round_##s, [KLS_TRUNC] = trunc_##s, [KLS_NOT] = not_##s, \
    [KLS_IS_NAN] = is_nan_##s, [KLS_IS_FINITE] = is_finite_##s, [KLS_SQUARE] = square_##s, \
    [KLS_COPY] = copy }

// Rounding an integer is a copy.
#define INTEGER_ROW(s, copy) { \
    [KLS_NEG] = neg_##s, [KLS_ABS] = abs_##s, [KLS_SIGN] = sign_##s, [KLS_NOT] = not_##s, \
    [KLS_FLOOR] = copy, [KLS_CEIL] = copy, [KLS_ROUND] = copy, [KLS_TRUNC] = copy, \
    [KLS_IS_NAN] = zero_##s, [KLS_IS_FINITE] = one_##s, [KLS_SQUARE] = square_##s, \
    [KLS_COPY] = copy }

const kls_elementwise_versions kls_unary_table[KLS_TYPE_COUNT][KLS_FIRST_BINARY] = {
    [KLS_F32] = FLOAT_ROW(f32, copy_4),
    [KLS_F64] = FLOAT_ROW(f64, copy_8),
    [KLS_F16] = { [KLS_COPY] = copy_2 },
    [KLS_BF16] = { [KLS_COPY] = copy_2 },
    [KLS_I32] = INTEGER_ROW(i32, copy_4),
    [KLS_I64] = INTEGER_ROW(i64, copy_8),
    [KLS_U8] = INTEGER_ROW(u8, copy_1),
    [KLS_BOOL] = { [KLS_NOT] = not_bool, [KLS_COPY] = copy_1, [KLS_IS_NAN] = zero_u8,
                   [KLS_IS_FINITE] = one_u8 },
};
