#include "max_pool_strip.h"

#include "../../isa/dispatch.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET KLS_AVX512_WIDE
#define INLINE TARGET KLS_INLINE
// Keeps the compiler from holding in registers what it should read each time.
#define HIDE(value) __asm__("" : "+r"(value))

// Adds to the sums of a kernel of `side` x `side`.
INLINE void add_windows(const max_pool_strip *s, float *sums, const int side) {
    __m512 sum[MAX_POOL_TAPS];
    _Pragma("unroll") for (int t = 0; t < side * side; t++)
        sum[t] = _mm512_load_ps(sums + t * MAX_POOL_LANES);
    const __m512i one = _mm512_set1_epi32(1);
    const __m128i starts = _mm_loadu_si128((const __m128i *)s->starts);
    const __mmask16 lanes = s->lanes;
    const int64_t n = s->n, columns = s->columns, pair_stride = s->pair_stride_x;
    const float *upstream = s->upstream;
    const uint8_t *argmax = s->argmax;
    for (int64_t y = 0; y < s->rows; y++) {
        const float *pair = s->pairs + y * s->pair_stride_y;
        for (int64_t x = 0; x < columns; x++) {
            const __m512 value = _mm512_maskz_loadu_ps(lanes, upstream);
            const __m128i element = _mm_maskz_loadu_epi8(lanes, argmax);
            __m512i index = _mm512_cvtepu8_epi32(_mm_shuffle_epi8(starts, element));
            _Pragma("unroll") for (int kx = 0; kx < side; kx++) {
                HIDE(pair);
                _Pragma("unroll") for (int ky = 0; ky < side; ky++) {
                    const __m512 two = _mm512_load_ps(pair + ky * MAX_POOL_LANES);
                    const __m512 under = _mm512_permutexvar_ps(index, two);
                    sum[ky * side + kx] = _mm512_fmadd_ps(under, value, sum[ky * side + kx]);
                }
                index = _mm512_add_epi32(index, one);
            }
            upstream += n;
            argmax += n;
            pair += pair_stride;
        }
    }
    _Pragma("unroll") for (int t = 0; t < side * side; t++)
        _mm512_store_ps(sums + t * MAX_POOL_LANES, sum[t]);
}

TARGET void max_pool_add_strip(const max_pool_strip *s, float *sums, int64_t side) {
    switch (side) {
        case 2: add_windows(s, sums, 2); break;
        case 3: add_windows(s, sums, 3); break;
        case 4: add_windows(s, sums, 4); break;
        case 5: add_windows(s, sums, 5); break;
        default: break;
    }
}

TARGET void max_pool_pair_lines(
    int64_t rows, int64_t columns, int64_t window_width, int64_t pitch, int64_t below,
    const float *lines, float *to
) {
    for (int64_t x = 0; x < columns; x++, lines += window_width) {
        const float *upper = lines, *lower = lines + below;
        for (int64_t y = 0; y < rows; y++, upper += pitch, lower += pitch, to += MAX_POOL_LANES) {
            _mm256_store_ps(to, _mm256_loadu_ps(upper));
            _mm256_store_ps(to + MAX_POOL_SIDE, _mm256_loadu_ps(lower));
        }
    }
}

#else
void max_pool_add_strip(const max_pool_strip *s, float *sums, int64_t side) {}
void max_pool_pair_lines(
    int64_t rows, int64_t columns, int64_t window_width, int64_t pitch, int64_t below,
    const float *lines, float *to
) {}
#endif
