// The gradient of attention. For each block of queries, scores and weights are computed again:
//
//     S = Q K^T       P = softmax(scale S)      dP = dO V^T      dS = scale P * (dP - rowsum(P * dP))
//     dQ = dS K       dK += dS^T Q              dV += P^T dO
//
// A head is one task: its blocks add to the same dK and dV, always in the same order.
#include "kls_attention.h"

#include <string.h>

#include "../isa/integers.h"
#include "kls_parallel.h"
#include "products.h"
#include "softmax.h"

typedef struct {
    attention_plan plan;
    const float *q, *k, *v, *upstream;
    float *dq, *dk, *dv, *scratch;
    attention_slots busy;
} gradient_job;

// The workspace of a task: packed K and V, of one block its rows, and the sums of all blocks.
enum array {
    K, K_TRANSPOSED, V_TRANSPOSED, P, DS, Q, DO, ROWS, INVERSE_SUMS, DK,
    DV, ARRAYS
};

// How many floats the arrays take together; with an address, where each of them begins.
static int64_t lay_out(const attention_plan *p, float *start, float *arrays[ARRAYS]) {
    const int64_t keys = p->shape.key_count;
    const int64_t counts[ARRAYS] = {
        [K] = attention_row_major_size(p, keys),
        [K_TRANSPOSED] = attention_transposed_size(p, keys),
        [V_TRANSPOSED] = attention_transposed_size(p, keys),
        [P] = p->block * p->row,
        [DS] = p->block * p->row,
        [Q] = attention_row_major_size(p, p->block),
        [DO] = attention_row_major_size(p, p->block),
        [ROWS] = p->block * p->padded,
        [INVERSE_SUMS] = p->block,
        [DK] = keys * p->padded,
        [DV] = keys * p->padded,
    };
    int64_t next = 0;
    for (int i = 0; i < ARRAYS; i++) {
        if (start != NULL) arrays[i] = start + next;
        next += round_up(counts[i], ATTENTION_LANES);
    }
    return next;
}

int64_t kls_attention_gradient_scratch(const kls_attention *shape) {
    if (attention_is_empty(shape)) return 0;
    const attention_plan plan = attention_make_plan(shape, false);
    return plan.slots * lay_out(&plan, NULL, NULL) * (int64_t)sizeof(float);
}

static void run_block(
    const gradient_job *job, float *const *w, int64_t index, int64_t query_offset, bool adds
) {
    const attention_plan *p = &job->plan;
    const attention_block block = attention_block_at(p, index);
    const int64_t at = query_offset + block.first * p->features;
    attention_scores(p, &block, job->q + at, w[K_TRANSPOSED], w[P]);
    attention_softmax(p, &block, w[P], w[INVERSE_SUMS]);
    attention_scores(p, &block, job->upstream + at, w[V_TRANSPOSED], w[DS]);
    attention_ds(p, &block, w[P], w[INVERSE_SUMS], w[DS]);
    attention_pv(p, &block, w[DS], w[K], w[ROWS]);
    attention_store_rows(p, w[ROWS], block.rows, NULL, job->dq + at);
    attention_pack_row_major(p, job->q + at, block.rows, w[Q]);
    attention_ptdo(p, &block, w[DS], w[Q], w[DK], adds);
    // P is not yet divided by its rows' sums: the rows of dO that it is multiplied with are instead.
    attention_pack_row_major(p, job->upstream + at, block.rows, w[DO]);
    attention_scale_rows(p, w[DO], block.rows, w[INVERSE_SUMS]);
    attention_ptdo(p, &block, w[P], w[DO], w[DV], adds);
}

static void run_task(const gradient_job *job, int64_t task, float *const *w) {
    const attention_plan *p = &job->plan;
    const kls_attention *s = &p->shape;
    const int64_t batch = task / s->heads, column = task % s->heads * s->head_size;
    const int64_t query_offset = batch * s->query_count * p->features + column;
    const int64_t key_offset = batch * s->key_count * p->features + column;
    attention_pack_transposed(p, job->k + key_offset, s->key_count, w[K_TRANSPOSED]);
    attention_pack_row_major(p, job->k + key_offset, s->key_count, w[K]);
    attention_pack_transposed(p, job->v + key_offset, s->key_count, w[V_TRANSPOSED]);
    // The last block goes first: it sees all keys, so that it initializes all of dK and dV, to which the
    // others add.
    for (int64_t i = p->blocks - 1; i >= 0; i--)
        run_block(job, w, i, query_offset, i < p->blocks - 1);
    attention_store_rows(p, w[DK], s->key_count, NULL, job->dk + key_offset);
    attention_store_rows(p, w[DV], s->key_count, NULL, job->dv + key_offset);
}

static void run_tasks(int64_t begin, int64_t end, void *context) {
    gradient_job *job = context;
    const attention_plan *p = &job->plan;
    const int slot = attention_enter(&job->busy);
    float *arrays[ARRAYS];
    lay_out(p, job->scratch + slot * lay_out(p, NULL, NULL), arrays);
    for (int64_t task = begin; task < end; task++) run_task(job, task, arrays);
    attention_leave(&job->busy, slot);
}

void kls_attention_gradient_run(
    const kls_attention *shape, const void *q, const void *k, const void *v, const void *upstream,
    void *out, void *scratch, bool parallel
) {
    const int64_t features = shape->heads * shape->head_size;
    const int64_t rows = shape->batch * shape->query_count * features;
    const int64_t keys = shape->batch * shape->key_count * features;
    if (attention_is_empty(shape)) {
        memset(out, 0, (size_t)(rows + 2 * keys) * sizeof(float));
        return;
    }
    float *const result = out;
    gradient_job job = {
        .plan = attention_make_plan(shape, false),
        .q = q, .k = k, .v = v, .upstream = upstream,
        .dq = result, .dk = result + rows, .dv = result + rows + keys,
        .scratch = scratch,
    };
    kls_parallel_for(
        job.plan.tasks, run_tasks, &job, attention_threads(&job.plan, parallel));
}
