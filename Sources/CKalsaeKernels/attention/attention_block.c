// Blocks of attention: their sizes, panels, and products over packed panels.
#include "attention.h"

#include "../isa/dispatch.h"
#include "../gemm/pack.h"
#include "../amx/tile.h"

enum {
    BLOCK_FLOATS = 64 * 1024,        // of scores that a core holds
    TILES_MOST = 5,
    FEW_PIECES = 8,                  // that several threads find enough work in
    SLOTS_MOST = 16,
};

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

attention_plan attention_planned(const kls_attention *shape, bool by_blocks) {
    const product_level *level = kls_product_level();
    attention_plan p = {.shape = *shape, .level = level, .panel = 2 * level->lanes};
    p.features = shape->heads * shape->size;
    p.padded = split_rounded(shape->size, level->lanes);
    // Rows a power of two apart would all lie in a few sets of the first cache.
    p.row = split_rounded(shape->others, PANEL_MOST) + ATTENTION_LANES;
    int64_t tiles = BLOCK_FLOATS / (p.row * level->tall);
    tiles = tiles < 1 ? 1 : least(tiles, TILES_MOST);
    p.blocks = (shape->places + tiles * level->tall - 1) / (tiles * level->tall);
    p.block = p.blocks > 0 ? (shape->places + p.blocks - 1) / p.blocks : 0;
    const int64_t matrices = shape->batch * shape->heads;
    p.parts = by_blocks ? least((FEW_PIECES + matrices - 1) / matrices, p.blocks) : 1;
    p.pieces = matrices * p.parts;
    p.slots = least(least(shape->cores, SLOTS_MOST), p.pieces);
    return p;
}

// The most that queries first ..< last see.
static int64_t most_visible(const kls_attention *shape, int64_t first, int64_t last) {
    bool is_blind;
    const int64_t upper = attention_visible(shape, first, &is_blind);
    const int64_t lower = attention_visible(shape, last - 1, &is_blind);
    return upper > lower ? upper : lower;
}

attention_block attention_block_at(const attention_plan *p, int64_t index) {
    const int64_t first = p->shape.places * index / p->blocks;
    const int64_t next = p->shape.places * (index + 1) / p->blocks;
    return (attention_block){first, next - first, most_visible(&p->shape, first, next)};
}

int64_t attention_turned_floats(const attention_plan *p, int64_t count) {
    return split_rounded(count, p->panel) * p->shape.size;
}

// Panels of narrow vectors are written eight floats at a time.
int64_t attention_straight_floats(const attention_plan *p, int64_t count) {
    return count * p->padded + 16;
}

void attention_pack_turned(
    const attention_plan *p, const float *from, int64_t count, float *to
) {
    for (int64_t c = 0; c < count; c += p->panel, to += p->panel * p->shape.size)
        kls_pack(
            from + c * p->features, 1, p->features, p->shape.size, least(count - c, p->panel),
            p->panel, to);
}

void attention_pack_straight(
    const attention_plan *p, const float *from, int64_t count, float *to
) {
    for (int64_t c = 0; c < p->padded; c += p->panel)
        kls_pack(
            from + c, p->features, 1, count, least(p->shape.size - c, p->panel),
            least(p->padded - c, p->panel), to + c * count);
}

// Rows of a tile: all tiles of a block have about as many.
static int64_t tile_count(const attention_plan *p, int64_t rows) {
    return (rows + p->level->tall - 1) / p->level->tall;
}

void attention_scores(
    const attention_plan *p, const attention_block *b, const float *rows, const float *turned,
    float *scores
) {
    const int64_t start = 0, tiles = tile_count(p, b->rows);
    product_tile tile = {
        .width = p->panel, .depth = p->shape.size, .lhs_row = p->features, .lhs_column = 1,
        .out_row = p->row, .segments = 1, .starts = &start,
    };
    for (int64_t c = 0; c < b->end; c += p->panel) {
        tile.rhs = turned + c * p->shape.size;
        for (int64_t t = 0; t < tiles; t++) {
            const int64_t row = b->rows * t / tiles, next = b->rows * (t + 1) / tiles;
            const int64_t end = most_visible(&p->shape, b->first + row, b->first + next);
            if (end <= c) continue;
            p->level->run(
                &tile, rows + row * p->features, scores + row * p->row + c, (int)(next - row),
                end - c > p->level->lanes ? 2 : 1, false);
        }
    }
}

void attention_gather(
    const attention_plan *p, const attention_block *b, const float *scores,
    const float *straight, float *out
) {
    const int64_t start = 0, tiles = tile_count(p, b->rows);
    product_tile tile = {
        .lhs_row = p->row, .lhs_column = 1, .out_row = p->padded, .segments = 1,
        .starts = &start,
    };
    for (int64_t c = 0; c < p->padded; c += p->panel) {
        tile.width = least(p->padded - c, p->panel);
        tile.rhs = straight + c * p->shape.others;
        for (int64_t t = 0; t < tiles; t++) {
            const int64_t row = b->rows * t / tiles, next = b->rows * (t + 1) / tiles;
            tile.depth = most_visible(&p->shape, b->first + row, b->first + next);
            p->level->run(
                &tile, scores + row * p->row, out + row * p->padded + c, (int)(next - row),
                (int)(tile.width / p->level->lanes), false);
        }
    }
}

// The first of a block's queries that sees a key.
static int64_t first_seeing(const attention_plan *p, const attention_block *b, int64_t key) {
    bool is_blind;
    attention_visible(&p->shape, b->first, &is_blind);
    if (!p->shape.is_causal || is_blind) return 0;
    const int64_t place = key - (p->shape.others - p->shape.places) - b->first;
    return place < 0 ? 0 : place;
}

void attention_spread(
    const attention_plan *p, const attention_block *b, const float *scores,
    const float *straight, float *out, bool adds
) {
    const int64_t start = 0, tiles = tile_count(p, b->end);
    product_tile tile = {
        .lhs_row = 1, .lhs_column = p->row, .out_row = p->padded, .segments = 1,
        .starts = &start, .adds = adds,
    };
    for (int64_t c = 0; c < p->padded; c += p->panel) {
        tile.width = least(p->padded - c, p->panel);
        for (int64_t t = 0; t < tiles; t++) {
            const int64_t key = b->end * t / tiles, next = b->end * (t + 1) / tiles;
            const int64_t above = first_seeing(p, b, key);
            tile.depth = b->rows - above;
            tile.rhs = straight + c * b->rows + above * tile.width;
            p->level->run(
                &tile, scores + above * p->row + key, out + key * p->padded + c,
                (int)(next - key), (int)(tile.width / p->level->lanes), true);
        }
    }
}

KLS_DISPATCH(, void, attention_place, (
    const attention_plan *p, const float *from, int64_t rows, const float *factors, float *to
), (p, from, rows, factors, to)) {
    for (int64_t r = 0; r < rows; r++, from += p->padded, to += p->features) {
        const float factor = factors != 0 ? factors[r] : 1;
        for (int64_t i = 0; i < p->shape.size; i++) to[i] = from[i] * factor;
    }
}

KLS_DISPATCH(, void, attention_scale, (
    const attention_plan *p, float *straight, int64_t rows, const float *factors
), (p, straight, rows, factors)) {
    for (int64_t c = 0; c < p->padded; c += p->panel) {
        const int64_t width = least(p->padded - c, p->panel);
        for (int64_t r = 0; r < rows; r++)
            for (int64_t i = 0; i < width; i++) straight[c * rows + r * width + i] *= factors[r];
    }
}
