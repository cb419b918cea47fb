// How attention and its gradient are cut: blocks of queries with whole rows of scores.
#ifndef KLS_ATTENTION_PLAN_H
#define KLS_ATTENTION_PLAN_H

#include <stdatomic.h>

#include "../gemm/microkernel.h"
#include "../threads/tasks.h"
#include "kls_attention.h"

// Lanes of the vectors that work on rows of scores; rows are padded to whole vectors.
enum { ATTENTION_LANES = 16 };

// Distances and sizes count floats.
typedef struct {
    kls_attention shape;
    const microkernel *micro;
    int64_t features;                // from position to position: heads * head_size
    int64_t panel;                   // NR
    int64_t padded;                  // head_size in whole vectors
    int64_t row;                     // from row to row of scores
    int64_t block, blocks;           // queries of a block at most
    int64_t parts, tasks;            // tasks of a head, which take its blocks round-robin; of all heads
    int64_t slots;                   // workspaces, which bound the number of threads
} attention_plan;

// A head is one task; with `by_blocks`, where blocks are independent, several if there are few heads.
attention_plan attention_make_plan(const kls_attention *shape, bool by_blocks);

static inline bool attention_is_empty(const kls_attention *s) {
    return s->batch * s->heads * s->query_count * s->key_count * s->head_size == 0;
}

// The workspaces in use, a bit each: a thread takes the lowest free one for its tasks. Tasks are not tied
// to threads, so that a thread with a core takes over those of one that was descheduled.
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
    const int most = parallel ? kls_max_threads() : 1;
    return most < plan->slots ? most : (int)plan->slots;
}

// Queries of one block, and the end of the keys that any of them sees.
typedef struct {
    int64_t first, rows, end;
} attention_block;

attention_block attention_block_at(const attention_plan *plan, int64_t index);

// How many keys a query sees, and whether it is fully masked and sees all instead.
static inline int64_t attention_visible(
    const kls_attention *s, int64_t query, bool *is_fully_masked
) {
    const int64_t count = query + s->key_count - s->query_count + 1;
    *is_fully_masked = s->is_causal && count < 1;
    return s->is_causal && count > 0 ? count : s->key_count;
}
// The most keys that any of the queries first ..< last sees.
int64_t attention_most_visible(const kls_attention *shape, int64_t first, int64_t last);

// Floats of packed panels of `count` positions, transposed or row-major.
int64_t attention_transposed_size(const attention_plan *plan, int64_t count);
int64_t attention_row_major_size(const attention_plan *plan, int64_t count);

#endif
