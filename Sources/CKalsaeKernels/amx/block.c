#include "block.h"

#include <stddef.h>

#include "kls_isa.h"
#include "packing/packer.h"

bool kls_amx_available(void) { return kls_isa_level() == KLS_ISA_AMX; }

#if KLS_HAS_AMX
TARGET static void release(void) { _tile_release(); }

void kls_amx_release(void) {
    if (kls_amx_available()) release();
}

TARGET static void configure(int upper, int lower, int columns) {
    const int left = columns < AMX_ROWS ? columns : AMX_ROWS, right = columns - left;
    tile_shapes s = {.palette = 1};
    for (int i = 0; i < 4; i++) {
        s.rows[i] = (uint8_t)(i < 2 ? upper : lower);
        s.bytes[i] = (uint16_t)((i % 2 ? right : left) * 4);
        if (s.rows[i] == 0 || s.bytes[i] == 0) s.rows[i] = s.bytes[i] = 0;
    }
    s.rows[4] = (uint8_t)upper;
    s.rows[5] = (uint8_t)lower;
    s.bytes[4] = 2 * AMX_K;
    s.bytes[5] = lower ? 2 * AMX_K : 0;
    s.rows[6] = AMX_ROWS;
    s.rows[7] = right ? AMX_ROWS : 0;
    s.bytes[6] = (uint16_t)(left * 4);
    s.bytes[7] = (uint16_t)(right * 4);
    _tile_loadconfig(&s);
}

enum { HIGH, MIDDLE, LOW };          // limbs

// What other units of the processor do in the middle of a round: more at a time would not overlap.
INLINE void overlap(amx_block *t) {
    packer *const p = t->packer;
    if (p->remaining > 0) {
        packer_step(p);
        if (t->pack_steps > 1 && p->remaining > 0) packer_step(p);
    } else if (p->next != NULL) {
        t->packer = p->next;
    }
    for (int i = 0; i < t->prefetch_lines && t->prefetched < t->prefetch_count; i++) {
        prefetch_stream *const stream = &t->prefetches[t->prefetched];
        __builtin_prefetch(stream->at + stream->done, 1, 3);
        stream->done += 64;
        if (stream->done < stream->bytes) continue;
        stream->done = 0;
        stream->at += stream->row;
        if (--stream->rows == 0) t->prefetched++;
    }
}

// Each loop with what it may leave out known to the compiler.
INLINE void multiply(
    amx_block *t, const bf16 *first, float *c, const bool two_rows, const bool two_columns,
    const bool packs, const int rounds
) {
    const int64_t a_row = t->a_row * 2, c_row = t->c_row * 4;
    const int64_t a_lower = t->a_lower;
    float *const lower = c + t->c_lower;
#define EACH(X)                                                                           \
    X(0, c) if (two_columns) X(1, c + AMX_ROWS) if (two_rows) X(2, lower)                 \
    if (two_rows && two_columns) X(3, lower + AMX_ROWS)
#define CLEAR(tile, at) _tile_zero(tile);
#define LOAD(tile, at) _tile_loadd(tile, at, c_row);
#define REPEAT(tile, at) _tile_loadd(tile, t->bias + tile % 2 * AMX_ROWS, 0);
#define STORE(tile, at) _tile_stored(tile, at, c_row);
#define LOAD_A(limb)                                                                      \
    _tile_loadd(4, a + (limb) * t->a_limb, a_row);                                        \
    if (two_rows) _tile_loadd(5, a + (limb) * t->a_limb + a_lower, a_row);
#define LOAD_B(limb)                                                                      \
    _tile_loadd(6, b + (limb) * t->b_limb, 64);                                           \
    if (two_columns) _tile_loadd(7, b + (limb) * t->b_limb + t->b_tile, 64);
#define ROUND                                                                             \
    _tile_dpbf16ps(0, 4, 6);                                                              \
    if (two_columns) _tile_dpbf16ps(1, 4, 7);                                             \
    if (packs) overlap(t);                                                                \
    if (two_rows) _tile_dpbf16ps(2, 5, 6);                                                \
    if (two_rows && two_columns) _tile_dpbf16ps(3, 5, 7);
    if (t->accumulates) { EACH(LOAD) }
    else if (t->bias != NULL) { EACH(REPEAT) }
    else { EACH(CLEAR) }
    const bf16 *b = t->b;
    for (int64_t s = 0; s < t->segments; s++) {
        const bf16 *a = first + t->starts[s];
        for (int64_t k = 0; k < t->k_blocks; k++) {
            if (rounds < 6) {
                LOAD_A(HIGH)
                if (rounds > 1) {
                    LOAD_B(LOW) ROUND
                    LOAD_B(MIDDLE) ROUND
                }
            } else {
                LOAD_A(LOW) LOAD_B(HIGH) ROUND
                LOAD_A(MIDDLE) ROUND
                LOAD_B(MIDDLE) ROUND
                LOAD_A(HIGH) ROUND
                LOAD_B(LOW) ROUND
            }
            LOAD_B(HIGH) ROUND
            a += t->a_k_block;
            b += t->b_k_block;
        }
    }
    EACH(STORE)
}

TARGET void kls_amx_block(amx_block *t, const bf16 *a, float *c, int upper, int lower) {
    const int columns = (int)t->columns, shape = (upper * 32 + lower) * 64 + columns;
    if (t->configured != shape) {
        configure(upper, lower, columns);
        t->configured = shape;
    }
    const bool two_rows = lower > 0, two_columns = columns > AMX_ROWS;
    const bool whole = two_rows && two_columns, packs = whole && t->packer != NULL;
    if (t->rounds == 1 && packs) multiply(t, a, c, true, true, true, 1);
    else if (t->rounds == 1) multiply(t, a, c, two_rows, two_columns, false, 1);
    else if (t->rounds == 3 && packs) multiply(t, a, c, true, true, true, 3);
    else if (t->rounds == 3) multiply(t, a, c, two_rows, two_columns, false, 3);
    else if (packs) multiply(t, a, c, true, true, true, 6);
    else if (whole) multiply(t, a, c, true, true, false, 6);
    else if (two_rows) multiply(t, a, c, true, false, false, 6);
    else if (two_columns) multiply(t, a, c, false, true, false, 6);
    else multiply(t, a, c, false, false, false, 6);
}

#else
void kls_amx_release(void) {}
void kls_amx_block(amx_block *t, const bf16 *a, float *c, int upper, int lower) {}
#endif
