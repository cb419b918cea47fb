// Packs operands whose rows are dense before the product begins.
#include "pack_dense.h"

#include "../limbs.h"

#if KLS_HAS_AMX
TARGET void kls_dense_limbs(const float *from, int64_t count, bf16 *to, int64_t limb) {
    int64_t at = 0;
    for (; at + AMX_K <= count; at += AMX_K)
        store_limbs(
            to + at, limb, dense_limbs(_mm512_loadu_ps(from + at), _mm512_loadu_ps(from + at + 16)));
    if (at == count) return;
    const __mmask16 low = first_lanes(count - at), high = first_lanes(count - at - 16);
    store_limbs(
        to + at, limb,
        dense_limbs(
            _mm512_maskz_loadu_ps(low, from + at), _mm512_maskz_loadu_ps(high, from + at + 16)));
}

TARGET void kls_pack_b_limbs(
    const float *from, int64_t row, int64_t depth, int64_t columns, bf16 *to
) {
    const int64_t tiles = columns > AMX_ROWS ? 2 : 1, limb = tiles * AMX_TILE;
    for (int64_t tile = 0; tile < tiles; tile++, from += AMX_ROWS, to += AMX_TILE) {
        const __mmask16 mask = first_lanes(columns - tile * AMX_ROWS);
        for (int64_t i = 0; i < AMX_K; i += 2)
            store_limbs(
                to + i * AMX_ROWS, limb,
                pair_limbs(
                    _mm512_maskz_loadu_ps(i < depth ? mask : 0, from + i * row),
                    _mm512_maskz_loadu_ps(i + 1 < depth ? mask : 0, from + (i + 1) * row)));
    }
}

#else
void kls_dense_limbs(const float *from, int64_t count, bf16 *to, int64_t limb) {}
void kls_pack_b_limbs(
    const float *from, int64_t row, int64_t depth, int64_t columns, bf16 *to
) {}
#endif
