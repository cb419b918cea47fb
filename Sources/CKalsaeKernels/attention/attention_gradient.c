// The gradient of attention: scores and weights are computed again, block by block. With weights p,
// scores s and result o = p . v: dv = p^T . do, dp = do . v^T, ds = p * (dp - sum p * dp).
#include "attention.h"

#include <string.h>

#include "kls_parallel.h"
#include "../amx/tile.h"

typedef struct {
    attention_plan plan;
    const float *queries, *keys, *values, *upstream;
    float *for_queries, *for_keys, *for_values, *scratch;
    attention_slots busy;
} gradient_run;

// What one share of the work writes before it reads it: keys and values, of one block the rows of
// scores, queries and gradient, and the sums of all blocks.
enum part {
    KEYS, KEYS_TURNED, VALUES_TURNED, POWERS, SLOPES, QUERIES, UPSTREAM, ROWS, SHARES, FOR_KEYS,
    FOR_VALUES, PARTS
};

// How many floats the parts take together; with an address, where each of them begins.
static int64_t lay_out(const attention_plan *p, float *start, float *parts[PARTS]) {
    const int64_t others = p->shape.others;
    const int64_t counts[PARTS] = {
        [KEYS] = attention_straight_floats(p, others),
        [KEYS_TURNED] = attention_turned_floats(p, others),
        [VALUES_TURNED] = attention_turned_floats(p, others),
        [POWERS] = p->block * p->row,
        [SLOPES] = p->block * p->row,
        [QUERIES] = attention_straight_floats(p, p->block),
        [UPSTREAM] = attention_straight_floats(p, p->block),
        [ROWS] = p->block * p->padded,
        [SHARES] = p->block,
        [FOR_KEYS] = others * p->padded,
        [FOR_VALUES] = others * p->padded,
    };
    int64_t next = 0;
    for (int i = 0; i < PARTS; i++) {
        if (start != NULL) parts[i] = start + next;
        next += split_rounded(counts[i], ATTENTION_LANES);
    }
    return next;
}

int64_t kls_attention_gradient_scratch(const kls_attention *shape) {
    if (attention_is_empty(shape)) return 0;
    const attention_plan plan = attention_planned(shape, false);
    return plan.slots * lay_out(&plan, NULL, NULL) * (int64_t)sizeof(float);
}

static void run_block(
    const gradient_run *run, float *const *w, int64_t index, int64_t above, bool adds
) {
    const attention_plan *p = &run->plan;
    const attention_block block = attention_block_at(p, index);
    const int64_t at = above + block.first * p->features;
    attention_scores(p, &block, run->queries + at, w[KEYS_TURNED], w[POWERS]);
    attention_weigh(p, &block, w[POWERS], w[SHARES]);
    attention_scores(p, &block, run->upstream + at, w[VALUES_TURNED], w[SLOPES]);
    attention_slopes(p, &block, w[POWERS], w[SHARES], w[SLOPES]);
    attention_gather(p, &block, w[SLOPES], w[KEYS], w[ROWS]);
    attention_place(p, w[ROWS], block.rows, NULL, run->for_queries + at);
    attention_pack_straight(p, run->queries + at, block.rows, w[QUERIES]);
    attention_spread(p, &block, w[SLOPES], w[QUERIES], w[FOR_KEYS], adds);
    // The powers are not divided by their sums: the rows that they are multiplied with are.
    attention_pack_straight(p, run->upstream + at, block.rows, w[UPSTREAM]);
    attention_scale(p, w[UPSTREAM], block.rows, w[SHARES]);
    attention_spread(p, &block, w[POWERS], w[UPSTREAM], w[FOR_VALUES], adds);
}

static void run_piece(const gradient_run *run, int64_t piece, float *const *w) {
    const attention_plan *p = &run->plan;
    const kls_attention *s = &p->shape;
    const int64_t batch = piece / s->heads, column = piece % s->heads * s->size;
    const int64_t above = batch * s->places * p->features + column;
    const int64_t beside = batch * s->others * p->features + column;
    attention_pack_turned(p, run->keys + beside, s->others, w[KEYS_TURNED]);
    attention_pack_straight(p, run->keys + beside, s->others, w[KEYS]);
    attention_pack_turned(p, run->values + beside, s->others, w[VALUES_TURNED]);
    // The last block sees all keys, so that the others find something to add to.
    for (int64_t i = p->blocks - 1; i >= 0; i--)
        run_block(run, w, i, above, i < p->blocks - 1);
    attention_place(p, w[FOR_KEYS], s->others, NULL, run->for_keys + beside);
    attention_place(p, w[FOR_VALUES], s->others, NULL, run->for_values + beside);
}

static void run_pieces(int64_t begin, int64_t end, void *context) {
    gradient_run *run = context;
    const attention_plan *p = &run->plan;
    const int slot = attention_enter(&run->busy);
    float *parts[PARTS];
    lay_out(p, run->scratch + slot * lay_out(p, NULL, NULL), parts);
    for (int64_t piece = begin; piece < end; piece++) run_piece(run, piece, parts);
    attention_leave(&run->busy, slot);
}

void kls_attention_gradient_run(
    const kls_attention *shape, const void *queries, const void *keys, const void *values,
    const void *upstream, void *out, void *scratch, bool parallel
) {
    const int64_t features = shape->heads * shape->size;
    const int64_t rows = shape->batch * shape->places * features;
    const int64_t others = shape->batch * shape->others * features;
    if (attention_is_empty(shape)) {
        memset(out, 0, (size_t)(rows + 2 * others) * sizeof(float));
        return;
    }
    float *const result = out;
    gradient_run run = {
        .plan = attention_planned(shape, false),
        .queries = queries, .keys = keys, .values = values, .upstream = upstream,
        .for_queries = result, .for_keys = result + rows, .for_values = result + rows + others,
        .scratch = scratch,
    };
    kls_parallel_for(
        run.plan.pieces, run_pieces, &run, attention_threads(&run.plan, parallel));
}
