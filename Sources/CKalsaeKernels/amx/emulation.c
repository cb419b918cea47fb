// Tiles in software: see emulation.h.
#if defined(KLS_EMULATE_AMX)
#include <immintrin.h>
#include <stdlib.h>
#include <string.h>

#include "../isa/dispatch.h"
#include "emulation.h"
#include "tile_shapes.h"

enum { TILES = 8, ROWS = 16, BYTES = 64 };

static _Thread_local struct {
    tile_shapes shapes;
    _Alignas(64) uint8_t data[TILES][ROWS][BYTES];
} unit;

static void require(int condition) {
    if (!condition) abort();
}

void kls_emulate_loadconfig(const void *shapes) {
    memset(&unit, 0, sizeof unit);
    memcpy(&unit.shapes, shapes, sizeof unit.shapes);
    require(unit.shapes.palette == 1);
    for (int t = 0; t < TILES; t++) {
        const int rows = unit.shapes.rows[t], bytes = unit.shapes.bytes[t];
        require(rows <= ROWS && bytes <= BYTES && (rows == 0) == (bytes == 0));
    }
}

void kls_emulate_release(void) { memset(&unit, 0, sizeof unit); }

static void require_tile(int tile) {
    require(unit.shapes.palette == 1 && unit.shapes.rows[tile] > 0);
}

void kls_emulate_zero(int tile) {
    require_tile(tile);
    memset(unit.data[tile], 0, sizeof unit.data[tile]);
}

void kls_emulate_load(int tile, const void *from, int64_t stride) {
    kls_emulate_zero(tile);
    for (int r = 0; r < unit.shapes.rows[tile]; r++)
        memcpy(unit.data[tile][r], (const char *)from + r * stride, unit.shapes.bytes[tile]);
}

void kls_emulate_store(int tile, void *to, int64_t stride) {
    require_tile(tile);
    for (int r = 0; r < unit.shapes.rows[tile]; r++)
        memcpy((char *)to + r * stride, unit.data[tile][r], unit.shapes.bytes[tile]);
}

// Kept apart, so that its arithmetic stays where the rounding is set.
__attribute__((noinline)) KLS_AVX512_WIDE static void multiply(int c, int a, int b) {
    const tile_shapes *const s = &unit.shapes;
    const __m512i upper = _mm512_set1_epi32((int)0xffff0000);
    for (int m = 0; m < s->rows[c]; m++) {
        __m512 even = _mm512_setzero_ps(), odd = _mm512_setzero_ps();
        for (int k = 0; k < s->bytes[a] / 4; k++) {
            uint32_t pair;
            memcpy(&pair, unit.data[a][m] + 4 * k, sizeof pair);
            const __m512i x = _mm512_set1_epi32((int)pair), y = _mm512_load_si512(unit.data[b][k]);
            even = _mm512_fmadd_ps(
                (__m512)_mm512_slli_epi32(x, 16), (__m512)_mm512_slli_epi32(y, 16), even);
            odd = _mm512_fmadd_ps(
                (__m512)_mm512_and_si512(x, upper), (__m512)_mm512_and_si512(y, upper), odd);
        }
        float *const to = (float *)unit.data[c][m];
        _mm512_store_ps(to, _mm512_add_ps(_mm512_load_ps(to), _mm512_add_ps(even, odd)));
    }
}

void kls_emulate_dpbf16ps(int c, int a, int b) {
    const tile_shapes *const s = &unit.shapes;
    require_tile(c);
    require(s->rows[a] == s->rows[c] && s->bytes[b] == s->bytes[c]);
    require(4 * s->rows[b] == s->bytes[a]);
    // To nearest, subnormal numbers as zeros; the flags are left as they were.
    enum { NEAREST_FLUSHED = 0x9fc0 };
    const unsigned status = _mm_getcsr();
    _mm_setcsr(NEAREST_FLUSHED);
    multiply(c, a, b);
    _mm_setcsr(status);
}
#else
typedef int kls_not_emulated;        // a translation unit must not be empty
#endif
