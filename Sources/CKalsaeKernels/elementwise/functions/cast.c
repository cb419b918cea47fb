// Conversions between every two types.
#include "macros.h"

KLS_INLINE uint32_t bits_of(float x) { uint32_t i; memcpy(&i, &x, 4); return i; }
KLS_INLINE float float_of(uint32_t i) { float x; memcpy(&x, &i, 4); return x; }

// IEEE half precision by integer arithmetic, which every instruction set vectorizes.
KLS_INLINE float half_to_float(uint16_t h) {
    uint32_t sign = (uint32_t)(h & 0x8000) << 16, rest = (uint32_t)(h & 0x7fff) << 13;
    // The power of two rebiases the exponent and normalizes subnormals alike.
    float value = float_of(rest) * 0x1p112f;
    uint32_t bits = bits_of(value);
    bits = rest >= (0x7c00u << 13) ? (bits | 0x7f800000u) : bits;
    return float_of(bits | sign);
}
KLS_INLINE uint16_t half_from_float(float x) {
    uint32_t bits = bits_of(x), sign = (bits >> 16) & 0x8000, magnitude = bits & 0x7fffffff;
    // Below 2^-14 an addition of 1/2 lets the adder round at the right place.
    uint32_t small = bits_of(float_of(magnitude) + 0.5f) - 0x3f000000u;
    uint32_t rounded = magnitude + 0xfff + ((magnitude >> 13) & 1);
    uint32_t normal = (rounded - (112u << 23)) >> 13;
    uint32_t h = magnitude < (113u << 23) ? small : normal;
    h = magnitude >= 0x477ff000u ? 0x7c00 : h;
    h = magnitude > 0x7f800000u ? 0x7e00 : h;
    return (uint16_t)(h | sign);
}
KLS_INLINE float brain_to_float(uint16_t h) { return float_of((uint32_t)h << 16); }
KLS_INLINE uint16_t brain_from_float(float x) {
    uint32_t bits = bits_of(x);
    uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    return (uint16_t)(x != x ? ((bits >> 16) | 0x40) : rounded);
}

// Saturating float to integer: the bounds are exact in both float types.
#define SATURATE(x, T, low, high, least, most) \
    ((x) != (x) ? (T)0 : (x) <= (low) ? (least) : (x) >= (high) ? (most) : (T)(x))
#define TO_I32(x) SATURATE(x, int32_t, -2147483648.0f, 2147483648.0f, INT32_MIN, INT32_MAX)
#define TO_I64(x) \
    SATURATE(x, int64_t, -9223372036854775808.0f, 9223372036854775808.0f, INT64_MIN, INT64_MAX)
#define TO_U8(x) SATURATE(x, uint8_t, 0.0f, 255.0f, 0, 255)

#define FROM_FLOAT(s, S, value) \
    KLS_UNARY_AS(s##_to_f32, S, float, (float)(value)) \
    KLS_UNARY_AS(s##_to_f64, S, double, (double)(value)) \
    KLS_UNARY_AS(s##_to_f16, S, uint16_t, half_from_float((float)(value))) \
    KLS_UNARY_AS(s##_to_bf16, S, uint16_t, brain_from_float((float)(value))) \
    KLS_UNARY_AS(s##_to_i32, S, int32_t, TO_I32(value)) \
    KLS_UNARY_AS(s##_to_i64, S, int64_t, TO_I64(value)) \
    KLS_UNARY_AS(s##_to_u8, S, uint8_t, TO_U8(value)) \
    KLS_UNARY_AS(s##_to_bool, S, uint8_t, (value) != 0)

#define FROM_INTEGER(s, S) \
    KLS_UNARY_AS(s##_to_f32, S, float, x) \
    KLS_UNARY_AS(s##_to_f64, S, double, x) \
    KLS_UNARY_AS(s##_to_f16, S, uint16_t, half_from_float((float)x)) \
    KLS_UNARY_AS(s##_to_bf16, S, uint16_t, brain_from_float((float)x)) \
    KLS_UNARY_AS(s##_to_i32, S, int32_t, x) \
    KLS_UNARY_AS(s##_to_i64, S, int64_t, x) \
    KLS_UNARY_AS(s##_to_u8, S, uint8_t, x) \
    KLS_UNARY_AS(s##_to_bool, S, uint8_t, x != 0)

FROM_FLOAT(f32, float, x)
FROM_FLOAT(f64, double, x)
FROM_FLOAT(f16, uint16_t, half_to_float(x))
FROM_FLOAT(bf16, uint16_t, brain_to_float(x))
FROM_INTEGER(i32, int32_t)
FROM_INTEGER(i64, int64_t)
FROM_INTEGER(u8, uint8_t)

#define CAST_ROW(s) { \
    [KLS_F32] = s##_to_f32, [KLS_F64] = s##_to_f64, [KLS_F16] = s##_to_f16, \
    [KLS_BF16] = s##_to_bf16, [KLS_I32] = s##_to_i32, [KLS_I64] = s##_to_i64, \
    [KLS_U8] = s##_to_u8, [KLS_BOOL] = s##_to_bool }

const kls_elementwise_versions kls_cast_table[KLS_TYPE_COUNT][KLS_TYPE_COUNT] = {
    [KLS_F32] = CAST_ROW(f32), [KLS_F64] = CAST_ROW(f64), [KLS_F16] = CAST_ROW(f16),
    [KLS_BF16] = CAST_ROW(bf16), [KLS_I32] = CAST_ROW(i32), [KLS_I64] = CAST_ROW(i64),
    [KLS_U8] = CAST_ROW(u8), [KLS_BOOL] = CAST_ROW(u8),
};
