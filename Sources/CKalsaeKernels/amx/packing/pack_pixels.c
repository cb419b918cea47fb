// Packs images whose pixels are the indices of k.
#include "pack_pixels.h"

#include <stdbool.h>
#include <stddef.h>

#include "../limbs.h"

#if KLS_HAS_AMX
// The addresses of the pixels of AMX_K indices of k; NULL for padding.
INLINE void find_pixels(const padded_pixels *p, int64_t first, const float *at[AMX_K]) {
    int64_t y = first / p->pitch - p->top, x = first % p->pitch - p->left;
    for (int64_t i = 0; i < AMX_K;) {
        // A run, up to the edge of the image or of the padded row: all zeros, or contiguous pixels.
        const bool inside = y >= 0 && y < p->height && x >= 0 && x < p->width;
        const int64_t edge = inside ? p->width : x < 0 ? 0 : p->pitch - p->left;
        const int64_t end = i + edge - x < AMX_K ? i + edge - x : AMX_K;
        const float *from = p->from + y * p->row_stride + (x - i) * p->pixel_stride;
        x += end - i;
        for (; i < end; i++) at[i] = inside ? from + i * p->pixel_stride : NULL;
        if (x < p->pitch - p->left) continue;
        x = -p->left;
        y++;
    }
}

INLINE __m512 load_pixel(const float *at, int64_t channel, __mmask16 mask) {
    return at == NULL ? _mm512_setzero_ps() : _mm512_maskz_loadu_ps(mask, at + channel);
}

TARGET void kls_pack_b_pixels(
    const padded_pixels *pixels, int64_t k_blocks, int64_t channels, bf16 *to, int64_t tile,
    int64_t limb
) {
    for (int64_t k_block = 0; k_block < k_blocks; k_block++, to += AMX_TILE) {
        const float *at[AMX_K];
        find_pixels(pixels, k_block * AMX_K, at);
        for (int64_t c = 0; c < channels; c += AMX_ROWS) {
            const __mmask16 mask = first_lanes(channels - c);
            for (int i = 0; i < AMX_K; i += 2)
                store_limbs(
                    to + c / AMX_ROWS * tile + i * AMX_ROWS, limb,
                    pair_limbs(load_pixel(at[i], c, mask), load_pixel(at[i + 1], c, mask)));
        }
    }
}

TARGET void kls_shift_pairs(const bf16 *from, int64_t k_blocks, bf16 *to) {
    __m512i pair = _mm512_loadu_si512(from);
    for (int64_t i = 1; i <= k_blocks * AMX_ROWS; i++) {
        const bool inside = i < k_blocks * AMX_ROWS;
        const __m512i next =
            inside ? _mm512_loadu_si512(from + i * AMX_K) : _mm512_setzero_si512();
        _mm512_storeu_si512(
            to + (i - 1) * AMX_K,
            _mm512_or_si512(_mm512_srli_epi32(pair, 16), _mm512_slli_epi32(next, 16)));
        pair = next;
    }
}

TARGET void kls_pack_a_pixels(
    const padded_pixels *pixels, int64_t k_blocks, int64_t channels, bf16 *to
) {
    for (int64_t k_block = 0; k_block < k_blocks; k_block++, to += LIMB_BLOCK) {
        const float *at[AMX_K];
        find_pixels(pixels, k_block * AMX_K, at);
        for (int64_t c = 0; c < channels; c += 16) {
            const __mmask16 mask = first_lanes(channels - c);
            __m512 even[16], odd[16];
            for (int i = 0; i < 16; i++) {
                even[i] = load_pixel(at[2 * i], c, mask);
                odd[i] = load_pixel(at[2 * i + 1], c, mask);
            }
            transpose16(even);
            transpose16(odd);
            for (int i = 0; i < 16; i++)
                store_limbs(
                    to + (c + i) * AMX_K, 2 * AMX_TILE, pair_limbs(even[i], odd[i]));
        }
    }
}

#else
void kls_pack_b_pixels(
    const padded_pixels *pixels, int64_t k_blocks, int64_t channels, bf16 *to, int64_t tile,
    int64_t limb
) {}
void kls_shift_pairs(const bf16 *from, int64_t k_blocks, bf16 *to) {}
void kls_pack_a_pixels(
    const padded_pixels *pixels, int64_t k_blocks, int64_t channels, bf16 *to
) {}
#endif
