#include "gemm_amx_plan.h"

#include <stdlib.h>

#include "kls_parallel.h"

enum {
    PARTITIONS_MAX = 16,
    WHOLE_K = 1024,                  // whose blocks stay in the second-level cache
    STAGE_SIZE = 192 * 1024,         // elements of both operands in a stage of longer K
    SPLIT_K_RESULTS = 1 << 15,       // elements of C up to which adding costs less than packing twice
};

static operand operand_of(const kls_gemm_spec *s, bool is_a) {
    operand o = {.is_a = is_a, .element_size = sizeof(float), .k_block_size = LIMB_BLOCK};
    if (is_a) {
        o.buffer = s->a, o.count = s->m;
        o.batch_stride = s->a_batch, o.vector_stride = s->a_row, o.k_stride = s->a_column;
    } else {
        o.buffer = s->b, o.count = s->n;
        o.batch_stride = s->b_batch, o.vector_stride = s->b_column, o.k_stride = s->b_row;
    }
    if (is_a && s->a_is_bytes) o.element_size = 1, o.k_block_size = SINGLE_BLOCK;
    if (s->is_bf16) o.element_size = 2, o.k_block_size = SINGLE_BLOCK;
    o.blocks = (o.count + AMX_BLOCK - 1) / AMX_BLOCK;
    o.width = (o.count + o.blocks - 1) / o.blocks;
    o.blocks = (o.count + o.width - 1) / o.width;
    return o;
}

// With split-K threads pack nothing twice.
static bool splits_k(const kls_gemm_spec *s) {
    return s->batch == 1 && s->k >= 8 * AMX_K && s->m * s->n <= SPLIT_K_RESULTS;
}

bool gemm_amx_supports(const kls_gemm_spec *spec, kls_isa level) {
    // Stages of a longer K keep sums for one matrix only.
    return level == KLS_ISA_AMX && (spec->batch == 1 || spec->k <= WHOLE_K);
}

gemm_amx *gemm_amx_create(const kls_gemm_spec *spec, const epilogue *epilogue) {
    gemm_amx *g = calloc(1, sizeof *g);
    if (g == NULL) return NULL;
    const bool streams_a = spec->m >= spec->n, is_single = spec->batch == 1;
    g->spec = *spec;
    g->epilogue = epilogue;
    if (epilogue != NULL && epilogue_adds_row(epilogue, &g->bias, &g->spec.c)) {
        g->epilogue = NULL;
        g->adds_bias = true;
    }
    g->stationary = operand_of(spec, !streams_a);
    g->streamed = operand_of(spec, streams_a);
    g->k_blocks = (spec->k + AMX_K - 1) / AMX_K;
    const int64_t cores = kls_core_count(), most = cores < 2 ? 2 : min64(cores, PARTITIONS_MAX);
    g->split_k = splits_k(spec) ? 2 : 1;
    g->partitions = is_single ? min64(most / g->split_k, g->streamed.blocks) : 1;
    g->stage_blocks = 1;
    g->stage_k_blocks = g->k_blocks;
    // Where K is not dense, neighboring vectors share cache lines: all blocks of a partition are one stage,
    // and are packed a K block at a time.
    const bool apart = g->streamed.k_stride != 1 && g->epilogue == NULL && g->k_blocks >= 8;
    if (g->split_k > 1 || spec->k > WHOLE_K || apart) {
        g->stage_blocks = (g->streamed.blocks + g->partitions - 1) / g->partitions;
        g->stage_k_blocks = STAGE_SIZE
            / (g->stage_blocks * g->streamed.k_block_size
               + g->stationary.blocks * g->stationary.k_block_size);
        g->stage_k_blocks = g->stage_k_blocks < 2
            ? 2
            : min64(g->stage_k_blocks, (g->k_blocks + g->split_k - 1) / g->split_k);
    }
    // The epilogue then reads and writes contiguous rows, not two segments of each.
    g->whole_rows =
        streams_a && g->epilogue != NULL && !is_deferred(g) && g->stationary.blocks == 2;
    return g;
}

void gemm_amx_destroy(gemm_amx *gemm) { free(gemm); }

int64_t gemm_amx_scratch(const gemm_amx *g) {
    int64_t floats = deferred_size(g);
    if (g->epilogue != NULL) floats += sum_tasks(g) * g->epilogue->sum_count * g->spec.n;
    return amx_packed_size(g) * (int64_t)sizeof(bf16) + floats * (int64_t)sizeof(float);
}
