#include "plan.h"

#include "../gemm/pack.h"
#include "../isa/integers.h"

enum {
    SCORE_FLOATS = 64 * 1024,        // of scores that a core holds
    TILES_MAX = 5,
    TASKS_MIN = 8,                   // so that several threads have work
    SLOTS_MAX = 16,
};

attention_plan attention_make_plan(const kls_attention *shape, bool by_blocks) {
    const microkernel *micro = kls_microkernel();
    attention_plan p = {.shape = *shape, .micro = micro, .panel = 2 * micro->lanes};
    p.features = shape->heads * shape->head_size;
    p.padded = round_up(shape->head_size, micro->lanes);
    // Rows a power of two apart would all lie in a few sets of the first-level cache.
    p.row = round_up(shape->key_count, NR_MAX) + ATTENTION_LANES;
    int64_t tiles = SCORE_FLOATS / (p.row * micro->mr);
    tiles = tiles < 1 ? 1 : min64(tiles, TILES_MAX);
    p.blocks = (shape->query_count + tiles * micro->mr - 1) / (tiles * micro->mr);
    p.block = p.blocks > 0 ? (shape->query_count + p.blocks - 1) / p.blocks : 0;
    const int64_t matrices = shape->batch * shape->heads;
    p.parts = by_blocks ? min64((TASKS_MIN + matrices - 1) / matrices, p.blocks) : 1;
    p.tasks = matrices * p.parts;
    p.slots = min64(min64(shape->cores, SLOTS_MAX), p.tasks);
    return p;
}

int64_t attention_most_visible(const kls_attention *shape, int64_t first, int64_t last) {
    bool is_fully_masked;
    const int64_t upper = attention_visible(shape, first, &is_fully_masked);
    const int64_t lower = attention_visible(shape, last - 1, &is_fully_masked);
    return upper > lower ? upper : lower;
}

attention_block attention_block_at(const attention_plan *p, int64_t index) {
    const int64_t first = p->shape.query_count * index / p->blocks;
    const int64_t next = p->shape.query_count * (index + 1) / p->blocks;
    return (attention_block){first, next - first, attention_most_visible(&p->shape, first, next)};
}

int64_t attention_transposed_size(const attention_plan *p, int64_t count) {
    return round_up(count, p->panel) * p->shape.head_size;
}

// Panels of narrow vectors are written eight floats at a time.
int64_t attention_row_major_size(const attention_plan *p, int64_t count) {
    return count * p->padded + 16;
}
