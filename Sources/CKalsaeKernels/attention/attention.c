// Attention, one block of queries and one head at a time:
//
//                      K^T packed [head size x keys]         V packed [keys x head size]
//     Q [block x hs] ->  S = Q K^T  -> P = softmax(scale S) ->  O = P V, rows times 1 / sum
//                        [block x keys], 256 KiB at most: in the second-level cache
//
// In the manner of FlashAttention (Dao et al. 2022), nothing of the size queries x keys is written to memory.
#include "kls_attention.h"

#include <string.h>

#include "../isa/integers.h"
#include "kls_parallel.h"
#include "products.h"
#include "softmax.h"

typedef struct {
    attention_plan plan;
    const float *q, *k, *v;
    float *out, *scratch;
    attention_slots busy;
} attention_job;

// K, V, scores, rows of the result, and inverse sums.
static int64_t slot_floats(const attention_plan *p) {
    const int64_t others = p->shape.key_count;
    const int64_t floats = attention_transposed_size(p, others) + attention_row_major_size(p, others)
        + p->block * (p->row + p->padded + 1);
    return round_up(floats, ATTENTION_LANES);
}

int64_t kls_attention_scratch(const kls_attention *shape) {
    if (attention_is_empty(shape)) return 0;
    const attention_plan plan = attention_make_plan(shape, true);
    return plan.slots * slot_floats(&plan) * (int64_t)sizeof(float);
}

static void run_task(const attention_job *job, int64_t task, float *scratch) {
    const attention_plan *p = &job->plan;
    const kls_attention *s = &p->shape;
    const int64_t part = task % p->parts, matrix = task / p->parts;
    const int64_t batch = matrix / s->heads, column = matrix % s->heads * s->head_size;
    const int64_t query_offset = batch * s->query_count * p->features + column;
    const int64_t key_offset = batch * s->key_count * p->features + column;
    float *const keys = scratch, *values = keys + attention_transposed_size(p, s->key_count);
    float *const scores = values + attention_row_major_size(p, s->key_count);
    float *const rows = scores + p->block * p->row, *inverse_sums = rows + p->block * p->padded;
    attention_pack_transposed(p, job->k + key_offset, s->key_count, keys);
    attention_pack_row_major(p, job->v + key_offset, s->key_count, values);
    for (int64_t i = part; i < p->blocks; i += p->parts) {
        const attention_block block = attention_block_at(p, i);
        const int64_t at = query_offset + block.first * p->features;
        attention_scores(p, &block, job->q + at, keys, scores);
        attention_softmax(p, &block, scores, inverse_sums);
        attention_pv(p, &block, scores, values, rows);
        attention_store_rows(p, rows, block.rows, inverse_sums, job->out + at);
    }
}

static void run_tasks(int64_t begin, int64_t end, void *context) {
    attention_job *job = context;
    const int slot = attention_enter(&job->busy);
    for (int64_t task = begin; task < end; task++)
        run_task(job, task, job->scratch + slot * slot_floats(&job->plan));
    attention_leave(&job->busy, slot);
}

void kls_attention_run(
    const kls_attention *shape, const void *q, const void *k, const void *v, void *out,
    void *scratch, bool parallel
) {
    if (attention_is_empty(shape)) {
        const int64_t count = shape->batch * shape->query_count * shape->heads * shape->head_size;
        memset(out, 0, (size_t)count * sizeof(float));
        return;
    }
    attention_job job = {
        .plan = attention_make_plan(shape, true),
        .q = q, .k = k, .v = v, .out = out, .scratch = scratch,
    };
    kls_parallel_for(
        job.plan.tasks, run_tasks, &job, attention_threads(&job.plan, parallel));
}
