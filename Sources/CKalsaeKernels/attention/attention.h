// What attention and its gradient share: blocks of queries with whole rows of scores, and products of
// them with keys and values as packed panels.
#ifndef KLS_ATTENTION_ATTENTION_H
#define KLS_ATTENTION_ATTENTION_H

#include <stdatomic.h>

#include "kls_attention.h"
#include "../threads/pieces.h"
#include "../gemm/microkernel.h"

// Floats of the vectors that work on rows of scores, which are read and written as whole ones.
enum { ATTENTION_LANES = 16 };

// How the work is cut. Distances and sizes count floats.
typedef struct {
    kls_attention shape;
    const product_level *level;
    int64_t features;                // between places
    int64_t panel;                   // columns of a whole one
    int64_t padded;                  // the size of a head in whole vectors
    int64_t row;                     // between rows of scores
    int64_t block, blocks;           // queries of a block at most
    int64_t parts, pieces;           // parts of a head take its blocks in turn
    int64_t slots;                   // of scratch memory, for as many threads at most
} attention_plan;

// A head is one piece, unless its blocks share nothing and there are too few heads.
attention_plan attention_planned(const kls_attention *shape, bool by_blocks);

static inline bool attention_is_empty(const kls_attention *s) {
    return s->batch * s->heads * s->places * s->others * s->size == 0;
}

// Slots that a thread works in, as bits. More pieces than threads and slots for whoever comes: what a
// thread without a core leaves undone, another can do.
typedef _Atomic uint32_t attention_slots;

static inline int attention_enter(attention_slots *busy) {
    uint32_t before = atomic_load(busy);
    while (!atomic_compare_exchange_weak(busy, &before, before | (before + 1))) continue;
    return __builtin_ctz(~before);
}

static inline void attention_leave(attention_slots *busy, int slot) {
    atomic_fetch_and(busy, ~((uint32_t)1 << slot));
}

// Threads of a run.
static inline int attention_threads(const attention_plan *plan, bool parallel) {
    const int most = parallel ? kls_most_threads() : 1;
    return most < plan->slots ? most : (int)plan->slots;
}

// Queries of one block, and the keys that the one that sees most does.
typedef struct {
    int64_t first, rows, end;
} attention_block;

attention_block attention_block_at(const attention_plan *plan, int64_t index);
// How many keys a query sees, and whether only because it would see none.
static inline int64_t attention_visible(const kls_attention *s, int64_t place, bool *is_blind) {
    const int64_t count = place + s->others - s->places + 1;
    *is_blind = s->is_causal && count < 1;
    return s->is_causal && count > 0 ? count : s->others;
}

// Elements of panels of `count` places, as columns or as rows.
int64_t attention_turned_floats(const attention_plan *plan, int64_t count);
int64_t attention_straight_floats(const attention_plan *plan, int64_t count);
void attention_pack_turned(
    const attention_plan *plan, const float *from, int64_t count, float *to);
void attention_pack_straight(
    const attention_plan *plan, const float *from, int64_t count, float *to);

// rows . columns^T: what each query of a block has to do with each key that it sees.
void attention_scores(
    const attention_plan *plan, const attention_block *block, const float *rows,
    const float *turned, float *scores);
// Sums of places, weighted by the rows of scores: block.rows x padded floats.
void attention_gather(
    const attention_plan *plan, const attention_block *block, const float *scores,
    const float *straight, float *out);
// Sums of the block's rows, weighted by the columns of scores: block.end x padded floats, added to
// what lies there unless the block is the first.
void attention_spread(
    const attention_plan *plan, const attention_block *block, const float *scores,
    const float *straight, float *out, bool adds);

// Scores of a block to exponentials e^(scale * score - largest), zeros up to block.end, and one over
// their sum for each row.
void attention_weigh(
    const attention_plan *plan, const attention_block *block, float *scores, float *shares);
// The scores' gradient in place of that of the weights.
void attention_slopes(
    const attention_plan *plan, const attention_block *block, const float *powers,
    const float *shares, float *slopes);

// Copies rows of a head to where they lie in a tensor, each times a factor if there are some.
void attention_place(
    const attention_plan *plan, const float *from, int64_t rows, const float *factors, float *to);
// Multiplies rows of straight panels by a factor each.
void attention_scale(
    const attention_plan *plan, float *straight, int64_t rows, const float *factors);

#endif
