// Attention block by block: a block of queries keeps whole rows of scores in the cache.
#include "attention.h"

#include <string.h>

#include "kls_parallel.h"
#include "../amx/tile.h"

typedef struct {
    attention_plan plan;
    const float *queries, *keys, *values;
    float *out, *scratch;
    attention_slots busy;
} attention_run;

// Keys, values, scores, the result's rows and the shares.
static int64_t slot_floats(const attention_plan *p) {
    const int64_t others = p->shape.others;
    const int64_t floats = attention_turned_floats(p, others) + attention_straight_floats(p, others)
        + p->block * (p->row + p->padded + 1);
    return split_rounded(floats, ATTENTION_LANES);
}

int64_t kls_attention_scratch(const kls_attention *shape) {
    if (attention_is_empty(shape)) return 0;
    const attention_plan plan = attention_planned(shape, true);
    return plan.slots * slot_floats(&plan) * (int64_t)sizeof(float);
}

static void run_piece(const attention_run *run, int64_t piece, float *scratch) {
    const attention_plan *p = &run->plan;
    const kls_attention *s = &p->shape;
    const int64_t part = piece % p->parts, matrix = piece / p->parts;
    const int64_t batch = matrix / s->heads, column = matrix % s->heads * s->size;
    const int64_t above = batch * s->places * p->features + column;
    const int64_t beside = batch * s->others * p->features + column;
    float *const keys = scratch, *values = keys + attention_turned_floats(p, s->others);
    float *const scores = values + attention_straight_floats(p, s->others);
    float *const rows = scores + p->block * p->row, *shares = rows + p->block * p->padded;
    attention_pack_turned(p, run->keys + beside, s->others, keys);
    attention_pack_straight(p, run->values + beside, s->others, values);
    for (int64_t i = part; i < p->blocks; i += p->parts) {
        const attention_block block = attention_block_at(p, i);
        const int64_t at = above + block.first * p->features;
        attention_scores(p, &block, run->queries + at, keys, scores);
        attention_weigh(p, &block, scores, shares);
        attention_gather(p, &block, scores, values, rows);
        attention_place(p, rows, block.rows, shares, run->out + at);
    }
}

static void run_pieces(int64_t begin, int64_t end, void *context) {
    attention_run *run = context;
    const int slot = attention_enter(&run->busy);
    for (int64_t piece = begin; piece < end; piece++)
        run_piece(run, piece, run->scratch + slot * slot_floats(&run->plan));
    attention_leave(&run->busy, slot);
}

void kls_attention_run(
    const kls_attention *shape, const void *queries, const void *keys, const void *values, void *out,
    void *scratch, bool parallel
) {
    if (attention_is_empty(shape)) {
        const int64_t count = shape->batch * shape->places * shape->heads * shape->size;
        memset(out, 0, (size_t)count * sizeof(float));
        return;
    }
    attention_run run = {
        .plan = attention_planned(shape, true),
        .queries = queries, .keys = keys, .values = values, .out = out, .scratch = scratch,
    };
    kls_parallel_for(
        run.plan.pieces, run_pieces, &run, attention_threads(&run.plan, parallel));
}
