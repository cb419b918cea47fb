#include "products.h"

#include "../gemm/pack.h"
#include "../isa/dispatch.h"
#include "../isa/integers.h"

void attention_pack_transposed(
    const attention_plan *p, const float *from, int64_t count, float *to
) {
    for (int64_t c = 0; c < count; c += p->panel, to += p->panel * p->shape.head_size)
        kls_pack_panel(
            from + c * p->features, 1, p->features, p->shape.head_size, min64(count - c, p->panel),
            p->panel, to);
}

void attention_pack_row_major(
    const attention_plan *p, const float *from, int64_t count, float *to
) {
    for (int64_t c = 0; c < p->padded; c += p->panel)
        kls_pack_panel(
            from + c, p->features, 1, count, min64(p->shape.head_size - c, p->panel),
            min64(p->padded - c, p->panel), to + c * count);
}

// Tiles of MR rows; all of a block have about as many.
static int64_t tile_count(const attention_plan *p, int64_t rows) {
    return (rows + p->micro->mr - 1) / p->micro->mr;
}

void attention_scores(
    const attention_plan *p, const attention_block *b, const float *rows, const float *transposed,
    float *scores
) {
    const int64_t start = 0, tiles = tile_count(p, b->rows);
    micro_tile tile = {
        .b_row = p->panel, .k = p->shape.head_size, .a_row = p->features, .a_column = 1,
        .c_row = p->row, .segments = 1, .starts = &start,
    };
    for (int64_t c = 0; c < b->end; c += p->panel) {
        tile.b = transposed + c * p->shape.head_size;
        for (int64_t t = 0; t < tiles; t++) {
            const int64_t row = b->rows * t / tiles, next = b->rows * (t + 1) / tiles;
            const int64_t end = attention_most_visible(&p->shape, b->first + row, b->first + next);
            if (end <= c) continue;
            p->micro->run(
                &tile, rows + row * p->features, scores + row * p->row + c, (int)(next - row),
                end - c > p->micro->lanes ? 2 : 1, false);
        }
    }
}

void attention_pv(
    const attention_plan *p, const attention_block *b, const float *scores,
    const float *row_major, float *out
) {
    const int64_t start = 0, tiles = tile_count(p, b->rows);
    micro_tile tile = {
        .a_row = p->row, .a_column = 1, .c_row = p->padded, .segments = 1,
        .starts = &start,
    };
    for (int64_t c = 0; c < p->padded; c += p->panel) {
        tile.b_row = min64(p->padded - c, p->panel);
        tile.b = row_major + c * p->shape.key_count;
        for (int64_t t = 0; t < tiles; t++) {
            const int64_t row = b->rows * t / tiles, next = b->rows * (t + 1) / tiles;
            tile.k = attention_most_visible(&p->shape, b->first + row, b->first + next);
            p->micro->run(
                &tile, scores + row * p->row, out + row * p->padded + c, (int)(next - row),
                (int)(tile.b_row / p->micro->lanes), false);
        }
    }
}

// The first of a block's queries that sees a key.
static int64_t first_seeing(const attention_plan *p, const attention_block *b, int64_t key) {
    bool is_fully_masked;
    attention_visible(&p->shape, b->first, &is_fully_masked);
    if (!p->shape.is_causal || is_fully_masked) return 0;
    const int64_t query = key - (p->shape.key_count - p->shape.query_count) - b->first;
    return query < 0 ? 0 : query;
}

void attention_ptdo(
    const attention_plan *p, const attention_block *b, const float *scores,
    const float *row_major, float *out, bool adds
) {
    const int64_t start = 0, tiles = tile_count(p, b->end);
    micro_tile tile = {
        .a_row = 1, .a_column = p->row, .c_row = p->padded, .segments = 1,
        .starts = &start, .accumulates = adds,
    };
    for (int64_t c = 0; c < p->padded; c += p->panel) {
        tile.b_row = min64(p->padded - c, p->panel);
        for (int64_t t = 0; t < tiles; t++) {
            const int64_t key = b->end * t / tiles, next = b->end * (t + 1) / tiles;
            const int64_t query_offset = first_seeing(p, b, key);
            tile.k = b->rows - query_offset;
            tile.b = row_major + c * b->rows + query_offset * tile.b_row;
            p->micro->run(
                &tile, scores + query_offset * p->row + key, out + key * p->padded + c,
                (int)(next - key), (int)(tile.b_row / p->micro->lanes), true);
        }
    }
}

KLS_DISPATCH(, void, attention_store_rows, (
    const attention_plan *p, const float *from, int64_t rows, const float *factors, float *to
), (p, from, rows, factors, to)) {
    for (int64_t r = 0; r < rows; r++, from += p->padded, to += p->features) {
        const float factor = factors != 0 ? factors[r] : 1;
        for (int64_t i = 0; i < p->shape.head_size; i++) to[i] = from[i] * factor;
    }
}

KLS_DISPATCH(, void, attention_scale_rows, (
    const attention_plan *p, float *row_major, int64_t rows, const float *factors
), (p, row_major, rows, factors)) {
    for (int64_t c = 0; c < p->padded; c += p->panel) {
        const int64_t width = min64(p->padded - c, p->panel);
        for (int64_t r = 0; r < rows; r++)
            for (int64_t i = 0; i < width; i++) row_major[c * rows + r * width + i] *= factors[r];
    }
}
