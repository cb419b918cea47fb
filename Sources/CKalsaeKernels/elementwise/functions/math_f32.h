// Elementary functions in float32, branch-free so that loops over them vectorize.
// Errors are the largest seen against double over the tested ranges (see the kernel tests).
#ifndef KLS_ELEMENTWISE_MATH_F32_H
#define KLS_ELEMENTWISE_MATH_F32_H

#include "../../isa/builtins.h"
#include "macros.h"

KLS_INLINE int32_t kls_bits(float x) { int32_t i; memcpy(&i, &x, 4); return i; }
KLS_INLINE float kls_float(int32_t i) { float x; memcpy(&x, &i, 4); return x; }
KLS_INLINE int64_t kls_bits64(double x) { int64_t i; memcpy(&i, &x, 8); return i; }
KLS_INLINE double kls_double(int64_t i) { double x; memcpy(&x, &i, 8); return x; }

// 2^n for n in [-126, 127].
KLS_INLINE float kls_exp2i(int32_t n) { return kls_float((n + 127) << 23); }

// e^r - 1 for |r| <= ln 2 / 2: r + r^2 q(r), q a minimax polynomial.
KLS_INLINE float kls_expm1_core(float r) {
    float q = 1.39263918961e-3f;
    q = q * r + 8.36334581099e-3f;
    q = q * r + 4.16665533626e-2f;
    q = q * r + 0.166665759854f;
    q = q * r + 0.5f;
    return (q * r) * r + r;
}

// e^x, 1.1 ulp; subnormal results are kept. What is 0 is not computed: masked scores make it of half of
// the arguments, and results below the normal range cost a hundred times as much.
KLS_INLINE float kls_expf(float x) {
    float t = x > 89.0f ? 89.0f : x;
    t = x >= -104.0f ? t : 0.0f;  // and for NaN, which no integer is made of
    float n = __builtin_elementwise_roundeven(t * 1.44269504f);
    float r = t - n * 0.693359375f;
    r = r - n * -2.12194440e-4f;
    float p = kls_expm1_core(r) + 1.0f;
    // Two factors, because 2^n itself may be out of range where the product is not.
    int32_t i = (int32_t)n, half = i >> 1;
    float y = (p * kls_exp2i(half)) * kls_exp2i(i - half);
    y = x < -104.0f ? 0.0f : y;
    return x != x ? x : y;
}

// e^x - 1, 1.6 ulp.
KLS_INLINE float kls_expm1f(float x) {
    float t = x > 89.0f ? 89.0f : x;
    t = t >= -30.0f ? t : -30.0f;  // and for NaN
    float n = __builtin_elementwise_roundeven(t * 1.44269504f);
    float r = t - n * 0.693359375f;
    r = r - n * -2.12194440e-4f;
    float p = kls_expm1_core(r);
    int32_t i = (int32_t)n, half = i >> 1;
    float s = kls_exp2i(half), u = kls_exp2i(i - half);
    // s*u overflows only for n = 128, where s*(u*p + (u - 1/s)) does not.
    float y = s * (u * p + (u - kls_exp2i(-half)));
    y = n == 0.0f ? p : y;
    y = x == 0.0f ? x : y;
    return x != x ? x : y;
}

// ln x, 1 ulp; ln 0 = -inf, NaN below.
KLS_INLINE float kls_logf(float x) {
    float tiny = x < 1.17549435e-38f ? 1.0f : 0.0f;
    float scaled = tiny != 0.0f ? x * 8388608.0f : x;
    uint32_t bits = (uint32_t)kls_bits(scaled);
    int32_t e = (int32_t)(bits - 0x3f3504f3u) >> 23;
    float f = kls_float((int32_t)(bits - ((uint32_t)e << 23))) - 1.0f;
    float k = (float)e - tiny * 23.0f;
    float q = 6.98070195866e-2f;
    q = q * f - 0.114945466129f;
    q = q * f + 0.116890711375f;
    q = q * f - 0.124240377177f;
    q = q * f + 0.142485512644f;
    q = q * f - 0.166678509729f;
    q = q * f + 0.200007305039f;
    q = q * f - 0.249999966269f;
    q = q * f + 0.333333311219f;
    float ff = f * f;
    float y = (q * f) * ff + k * -2.12194440e-4f;
    y = y - 0.5f * ff;
    y = (y + f) + k * 0.693359375f;
    y = x == INFINITY ? x : y;
    y = x == 0.0f ? -INFINITY : y;
    y = x < 0.0f ? NAN : y;
    return x != x ? x : y;
}

// ln(1 + x), 1.5 ulp: the rounding of 1 + x is put back to first order.
KLS_INLINE float kls_log1pf(float x) {
    float u = 1.0f + x;
    float correction = (x - (u - 1.0f)) / u;
    float y = kls_logf(u);
    y = (u > 0.0f && u < INFINITY) ? y + correction : y;
    return x == 0.0f ? x : y;
}

// 1 / (1 + e^-x), 2.3 ulp, relative accuracy kept for large negative x.
KLS_INLINE float kls_sigmoidf(float x) {
    float e = kls_expf(-__builtin_elementwise_abs(x));
    float top = x < 0.0f ? e : 1.0f;
    return top / (1.0f + e);
}

// tanh x = m / (m + 2), m = e^2x - 1; 2.3 ulp.
KLS_INLINE float kls_tanhf(float x) {
    float ax = __builtin_elementwise_abs(x);
    float t = ax > 10.0f ? 10.0f : ax;
    float m = kls_expm1f(2.0f * t);
    float y = __builtin_elementwise_copysign(m / (m + 2.0f), x);
    return x != x ? x : y;
}

// erf x, 1.2 ulp: an odd polynomial to 1, then 1 - e^-p(|x|).
KLS_INLINE float kls_erff(float x) {
    float ax = __builtin_elementwise_abs(x);
    float t = ax > 4.0f ? 4.0f : ax;
    float z = t * t;
    float s = 7.87587506269e-5f;
    s = s * z - 8.01686428717e-4f;
    s = s * z + 5.18908742343e-3f;
    s = s * z - 2.68542120106e-2f;
    s = s * z + 0.112835947152f;
    s = s * z - 0.376126266667f;
    s = (s * z) * t + 0.128379167096f * t + t;
    float p = -1.63715141459e-6f;
    p = p * t + 4.60580426892e-5f;
    p = p * t - 5.96805625661e-4f;
    p = p * t + 4.75959629327e-3f;
    p = p * t - 2.64211360057e-2f;
    p = p * t + 0.110080082949f;
    p = p * t + 0.631826051559f;
    p = p * t + 1.13023343484f;
    p = p * t - 3.20138049678e-4f;
    float y = ax < 1.0f ? s : 1.0f - kls_expf(-p);
    y = __builtin_elementwise_copysign(y, x);
    return x != x ? x : y;
}

// x minus the nearest multiple of pi/2, and that multiple modulo 4; |x| <= KLS_TRIG_LIMIT.
#define KLS_TRIG_LIMIT 1.0e6f
KLS_INLINE float kls_quadrant(float x, int32_t *quadrant) {
    double d = (double)x;
    double n = __builtin_elementwise_roundeven(d * 0.63661977236758134308);
    double r = d - n * 1.57079632673412561417;
    r = r - n * 6.07710050650619224932e-11;
    *quadrant = (int32_t)n;
    return (float)r;
}

KLS_INLINE float kls_sin_core(float r) {
    float z = r * r;
    float q = 2.72491467968e-6f;
    q = q * z - 1.98400807199e-4f;
    q = q * z + 8.33333186356e-3f;
    q = q * z - 0.166666666638f;
    return (q * z) * r + r;
}

KLS_INLINE float kls_cos_core(float r) {
    float z = r * r;
    float q = 2.45472991725e-5f;
    q = q * z - 1.38883000566e-3f;
    q = q * z + 4.16666646442e-2f;
    return (q * z) * z + (1.0f - 0.5f * z);
}

// sin x and cos x, 1.6 ulp, and tan x, 3.3 ulp, for |x| <= KLS_TRIG_LIMIT.
KLS_INLINE float kls_sinf(float x) {
    int32_t k;
    float r = kls_quadrant(x, &k);
    float s = kls_sin_core(r), c = kls_cos_core(r);
    float y = (k & 1) ? c : s;
    return (k & 2) ? -y : y;
}

KLS_INLINE float kls_cosf(float x) {
    int32_t k;
    float r = kls_quadrant(x, &k);
    float s = kls_sin_core(r), c = kls_cos_core(r);
    float y = (k & 1) ? s : c;
    return ((k + 1) & 2) ? -y : y;
}

KLS_INLINE float kls_tanf(float x) {
    int32_t k;
    float r = kls_quadrant(x, &k);
    float s = kls_sin_core(r), c = kls_cos_core(r);
    return (k & 1) ? -c / s : s / c;
}

// x^y, 1 ulp: log2 and exp2 in double, special values as IEEE 754 pow.
KLS_INLINE float kls_powf(float x, float y) {
    float ax = __builtin_elementwise_abs(x);
    uint64_t bits = (uint64_t)kls_bits64((double)ax);
    uint64_t shifted = bits - 0x3fe6a09e667f3bcdULL;
    // Exponent as a double without a 64-bit conversion, which AVX2 lacks.
    int64_t e = (int64_t)(shifted + (1023ULL << 52)) >> 52;
    double k = kls_double(0x4330000000000000LL | e) - (4503599627370496.0 + 1023.0);
    double m = kls_double((int64_t)(bits - ((uint64_t)(e - 1023) << 52)));
    double s = (m - 1.0) / (m + 1.0), z = s * s;
    double q = 0.243137804669;
    q = q * z + 0.261426221739;
    q = q * z + 0.320616933201;
    q = q * z + 0.41219839453;
    q = q * z + 0.577078017293;
    q = q * z + 0.961796693924;
    q = q * z + 2.8853900817779268;
    double t = (double)y * (k + s * q);
    t = t > 200.0 ? 200.0 : t;
    t = t < -200.0 ? -200.0 : t;
    double n = __builtin_elementwise_roundeven(t);
    double r = t - n;
    double p = 1.32509471114e-6;
    p = p * r + 1.53039050906e-5;
    p = p * r + 1.54034747432e-4;
    p = p * r + 1.33334778338e-3;
    p = p * r + 9.61812913557e-3;
    p = p * r + 5.55041090681e-2;
    p = p * r + 0.240226506959;
    p = p * r + 0.693147180557;
    p = p * r + 1.0;
    uint64_t scale = ((uint64_t)kls_bits64(n + 6755399441055744.0) + 1023) << 52;
    float value = (float)(p * kls_double((int64_t)scale));
    float ay = __builtin_elementwise_abs(y);
    value = ax == 0.0f ? (y < 0.0f ? INFINITY : 0.0f) : value;
    value = ax == INFINITY ? (y < 0.0f ? 0.0f : INFINITY) : value;
    // Odd integers below 2^24; from there on every float is even.
    float whole = __builtin_elementwise_trunc(y);
    float halved = __builtin_elementwise_trunc(y * 0.5f);
    int odd = (whole == y) & (halved * 2.0f != y) & (ay < 16777216.0f);
    float negative = odd ? -value : value;
    negative = ((whole != y) & (ax < INFINITY) & (ax > 0.0f)) ? NAN : negative;
    value = kls_bits(x) < 0 ? negative : value;
    value = ((ax == 1.0f) & (ay == INFINITY)) ? 1.0f : value;
    value = ((x != x) | (y != y)) ? x + y : value;
    return ((x == 1.0f) | (y == 0.0f)) ? 1.0f : value;
}

#endif
