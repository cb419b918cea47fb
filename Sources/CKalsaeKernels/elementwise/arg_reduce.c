// Argmax and argmin along an axis.
#include "kls_arg_reduce.h"

#define ARG(name, T, better) \
    static void name(int64_t outer, int64_t n, int64_t inner, const T *src, int32_t *dst) { \
        for (int64_t o = 0; o < outer; o++, src += n * inner, dst += inner) { \
            for (int64_t i = 0; i < inner; i++) { \
                T best = src[i]; \
                int32_t at = 0; \
                for (int64_t k = 1; k < n; k++) { \
                    T x = src[k * inner + i]; \
                    if (better) { best = x; at = (int32_t)k; } \
                } \
                dst[i] = at; \
            } \
        } \
    }
#define BOTH(s, T) \
    ARG(largest_##s, T, x > best || (x != x && best == best)) \
    ARG(smallest_##s, T, x < best || (x != x && best == best))
BOTH(f32, float)
BOTH(f64, double)
BOTH(i32, int32_t)
BOTH(i64, int64_t)
BOTH(u8, uint8_t)

#define RUN(s) (largest ? largest_##s : smallest_##s)(outer, n, inner, src, dst)
void kls_arg_reduce(kls_type type, int largest, int64_t outer, int64_t n, int64_t inner,
                    const void *src, void *dst) {
    switch (type) {
        case KLS_F32: RUN(f32); break;
        case KLS_F64: RUN(f64); break;
        case KLS_I32: RUN(i32); break;
        case KLS_I64: RUN(i64); break;
        case KLS_U8: case KLS_BOOL: RUN(u8); break;
        case KLS_F16: case KLS_BF16: case KLS_TYPE_COUNT: break;
    }
}
