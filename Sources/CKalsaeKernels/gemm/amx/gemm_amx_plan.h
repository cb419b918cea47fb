// How a product is cut for AMX: what planning and running it share.
//
//   operands   an operand is a set of vectors of length K: the rows of A, or the columns of B. The one with
//              fewer vectors is stationary: a task packs all of it and keeps it in the second-level cache;
//              blocks of the other are streamed past it
//   tasks      a matrix of the batch, a partition of the streamed operand's blocks, a K partition (split-K:
//              1 or 2). Tasks are independent, so that threads run them in any order, without
//              synchronization.
//   stages     of a task: a group of streamed blocks by some K blocks. While one stage is multiplied,
//              the packers make limbs of the next.
#ifndef KLS_GEMM_GEMM_AMX_PLAN_H
#define KLS_GEMM_GEMM_AMX_PLAN_H

#include <stddef.h>

#include "../../amx/block.h"
#include "../epilogue.h"
#include "kls_gemm.h"

enum {
    FINAL_TASKS = 2,                 // of the rows, of a deferred epilogue
    TASK_STRIDE = 1 << 19,           // elements from one task's workspace to the other's
};

// Vectors of length K: the rows of A or the columns of B.
typedef struct {
    int32_t buffer;
    int64_t count, blocks, width;    // vectors, blocks of them, and vectors of a block
    int64_t batch_stride, vector_stride, k_stride;
    int64_t element_size, k_block_size;
    bool is_a;
} operand;

typedef struct gemm_amx {
    kls_gemm_spec spec;
    const epilogue *epilogue;        // NULL where all it does is to add a bias
    bool adds_bias;
    kls_load bias;
    operand stationary, streamed;
    int64_t k_blocks;
    int64_t partitions, split_k;     // tasks of a matrix: of the streamed operand, and of K
    int64_t stage_blocks, stage_k_blocks;
    bool whole_rows;                 // the epilogue works on all columns of some rows
} gemm_amx;

static inline int64_t vectors_of(const operand *o, int64_t block) {
    return min64(o->count - block * o->width, o->width);
}

// Rounds that a K block takes.
static inline int gemm_amx_rounds(const gemm_amx *g) {
    return g->spec.is_bf16 ? 1 : g->spec.a_is_bytes ? 3 : 6;
}

// Whether a task goes through K in more than one stage.
static inline bool has_k_stages(const gemm_amx *g) {
    return g->stage_k_blocks * g->split_k < g->k_blocks;
}

// Whether the epilogue is deferred: sums stay in the workspace until all of K is added.
static inline bool is_deferred(const gemm_amx *g) {
    return g->split_k > 1 || (g->epilogue != NULL && has_k_stages(g));
}

// Elements of a stage's stationary and streamed blocks.
static inline int64_t stationary_size(const gemm_amx *g) {
    return g->stationary.blocks * g->stage_k_blocks * g->stationary.k_block_size;
}
static inline int64_t streamed_size(const gemm_amx *g) {
    return g->stage_blocks * g->stage_k_blocks * g->streamed.k_block_size;
}

static inline int64_t amx_task_size(const gemm_amx *g) {
    return (has_k_stages(g) ? 2 : 1) * stationary_size(g) + 2 * streamed_size(g);
}

static inline int64_t amx_task_count(const gemm_amx *g) {
    return g->spec.batch * g->partitions * g->split_k;
}

// With two tasks, offsets of the workspace that do not depend on the shape: each core writes the same
// addresses in every product, so that they stay in its own second-level cache.
static inline int64_t amx_task_stride(const gemm_amx *g) {
    const int64_t size = amx_task_size(g);
    return amx_task_count(g) == 2 && size < TASK_STRIDE ? TASK_STRIDE : size;
}

static inline int64_t amx_packed_size(const gemm_amx *g) {
    return (amx_task_count(g) - 1) * amx_task_stride(g) + amx_task_size(g);
}

// Floats of deferred results. Without an epilogue the first K partition is accumulated in C itself.
static inline int64_t deferred_size(const gemm_amx *g) {
    if (!is_deferred(g)) return 0;
    return (g->split_k - (g->epilogue == NULL)) * g->spec.m * g->spec.n;
}

// Tasks that have a partial result of the epilogue's column sums each.
static inline int64_t sum_tasks(const gemm_amx *g) {
    if (is_deferred(g)) return FINAL_TASKS;
    return g->spec.batch * (g->streamed.is_a ? g->partitions : 1);
}

// Whether the level has AMX, and the sums of all stages can be kept.
bool gemm_amx_supports(const kls_gemm_spec *spec, kls_isa level);
// Of a specification that is supported; NULL without memory. The epilogue, if there is one, must live as
// long.
gemm_amx *gemm_amx_create(const kls_gemm_spec *spec, const epilogue *epilogue);
void gemm_amx_destroy(gemm_amx *gemm);
int64_t gemm_amx_scratch(const gemm_amx *gemm);

#endif
