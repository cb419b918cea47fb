#include "gemm_amx_blocks.h"

#include <string.h>

#include "../../amx/fallback.h"
#include "../../amx/special_values.h"

_Static_assert(EPILOGUE_STREAMS <= PREFETCH_STREAMS_MAX, "all streams are prefetched");

// Cache lines to prefetch in a round, so that all are on their way before the block's end.
static int lines_a_round(const amx_block *t, int64_t floats) {
    return (int)(floats * 3 / 2 / 16 / (t->k_blocks * t->rounds)) + 1;
}

// Prefetches what the epilogue of the rows from `row` on reads and writes, `floats` of each stream.
static void prefetch_streams(gemm_amx_worker *w, int64_t row, int64_t rows, int64_t floats) {
    amx_block *const t = &w->tiles;
    epilogue_stream streams[EPILOGUE_STREAMS];
    t->prefetched = 0;
    t->prefetch_count = epilogue_streams(&w->epilogue, row, streams);
    t->prefetch_lines = lines_a_round(t, t->prefetch_count * floats);
    for (int i = 0; i < t->prefetch_count; i++)
        t->prefetches[i] =
            (prefetch_stream){streams[i].at, streams[i].row, rows, streams[i].bytes, 0};
}

// A block of C on tiles; on vectors where an operand has Inf, NaN or subnormal limbs.
static void multiply(
    gemm_amx_worker *w, const gemm_amx_stage *now, int64_t row, int64_t column, const bf16 *a,
    float *c, int upper, int lower
) {
    if (!now->is_special) {
        kls_amx_block(&w->tiles, a, c, upper, lower);
        return;
    }
    const amx_block *t = &w->tiles;
    const kls_gemm_spec *s = &w->job->plan->spec;
    const int64_t k = now->k_block * AMX_K;
    const int64_t size = s->a_is_bytes ? 1 : sizeof(float);
    const char *all_a = w->job->buffers[s->a];
    const float *all_b = w->job->buffers[s->b];
    kls_fallback_block(&(fallback_block){
        .a = all_a + size * (w->matrix * s->a_batch + row * s->a_row + k * s->a_column),
        .a_is_bytes = s->a_is_bytes, .a_row = s->a_row, .a_column = s->a_column,
        .b = all_b + w->matrix * s->b_batch + k * s->b_row + column * s->b_column,
        .b_row = s->b_row, .b_column = s->b_column,
        .rows = upper + lower, .columns = t->columns,
        .depth = min64(s->k - k, now->k_blocks * AMX_K),
        .c = c, .c_row = t->c_row, .accumulates = t->accumulates, .bias = t->bias,
    });
}

// A block of C and its epilogue. `is_first`: the first rows of its columns, whose sums begin anew.
static void run_block(
    gemm_amx_worker *w, const gemm_amx_stage *now, int64_t streamed, int64_t stationary,
    bool is_first
) {
    const gemm_amx *g = w->job->plan;
    const kls_gemm_spec *s = &g->spec;
    const bool streams_a = g->streamed.is_a;
    const operand *a = streams_a ? &g->streamed : &g->stationary;
    const operand *b = streams_a ? &g->stationary : &g->streamed;
    const int64_t a_index = streams_a ? streamed : stationary;
    const int64_t b_index = streams_a ? stationary : streamed;
    const int64_t row = a_index * a->width, column = b_index * b->width;
    const int64_t rows = vectors_of(a, a_index), columns = vectors_of(b, b_index);
    const bf16 *fixed =
        now->stationary + stationary * g->stage_k_blocks * g->stationary.k_block_size;
    const bf16 *moving =
        now->streamed + (streamed - now->block) * g->stage_k_blocks * g->streamed.k_block_size;
    const bf16 *packed_a = streams_a ? moving : fixed;
    const int upper = rows < AMX_ROWS ? (int)rows : AMX_ROWS, lower = (int)rows - upper;
    amx_block *t = &w->tiles;
    t->b = streams_a ? fixed : moving;
    t->columns = columns;
    const int64_t from = w->matrix * s->m + row;
    epilogue_worker *e = &w->epilogue;
    if (is_deferred(g) || e->plan == NULL) {
        float *c = w->job->deferred + w->k_partition * s->m * s->n;
        if (g->epilogue == NULL) c = w->k_partition == 0 ? w->job->buffers[s->c] : c - s->m * s->n;
        c += from * s->n + column;
        t->bias = NULL;
        if (g->adds_bias && w->k_partition == 0)
            t->bias = (const float *)w->job->buffers[g->bias.buffer] + g->bias.offset + column;
        t->c_row = s->n;
        t->c_lower = AMX_ROWS * s->n;
        t->prefetched = 0;
        t->prefetch_count = !t->accumulates;
        t->prefetch_lines = lines_a_round(t, rows * columns);
        t->prefetches[0] = (prefetch_stream){(const char *)c, s->n * 4, rows, columns * 4, 0};
        multiply(w, now, row, column, packed_a, c, upper, lower);
        return;
    }
    e->column = column;
    e->columns = t->c_row = columns;
    t->c_lower = AMX_ROWS * columns;
    e->block_size = rows * columns;
    e->adds_sums = !is_first;
    epilogue_prepare(e);
    prefetch_streams(w, from, rows, rows * columns);
    float *const block = epilogue_begin(e, from);
    kls_clear_special();
    multiply(w, now, row, column, packed_a, block, upper, lower);
    w->saw_special |= !now->is_special && kls_saw_special();
    epilogue_finish(e, from, rows);
}

// All columns of a block's rows, then their epilogue some rows at a time.
static void run_whole_rows(
    gemm_amx_worker *w, const gemm_amx_stage *now, int64_t streamed, bool is_first
) {
    const gemm_amx *g = w->job->plan;
    const int64_t n = g->spec.n, rows = vectors_of(&g->streamed, streamed);
    const int64_t row = streamed * g->streamed.width, from = w->matrix * g->spec.m + row;
    const bf16 *a =
        now->streamed + (streamed - now->block) * g->stage_k_blocks * g->streamed.k_block_size;
    const int upper = rows < AMX_ROWS ? (int)rows : AMX_ROWS, lower = (int)rows - upper;
    _Alignas(64) float results[AMX_BLOCK * 2 * AMX_BLOCK];
    epilogue_worker *const e = &w->epilogue;
    amx_block *const t = &w->tiles;
    const int64_t block_rows = EPILOGUE_BLOCK / n;
    if (is_first) {
        e->columns = n;
        e->block_size = block_rows * n;
        epilogue_prepare(e);
    }
    prefetch_streams(w, from, rows, rows * n / 2);
    t->c_row = n;
    t->c_lower = AMX_ROWS * n;
    kls_clear_special();
    for (int64_t i = 0; i < g->stationary.blocks; i++) {
        const int64_t column = i * g->stationary.width;
        t->b = now->stationary + i * g->stage_k_blocks * g->stationary.k_block_size;
        t->columns = vectors_of(&g->stationary, i);
        multiply(w, now, row, column, a, results + column, upper, lower);
    }
    w->saw_special |= !now->is_special && kls_saw_special();
    for (int64_t first = 0; first < rows; first += block_rows) {
        const int64_t count = min64(block_rows, rows - first);
        memcpy(
            epilogue_begin(e, from + first), results + first * n,
            (size_t)(count * n) * sizeof(float));
        epilogue_finish(e, from + first, count);
    }
}

void gemm_amx_run_stage(gemm_amx_worker *w, const gemm_amx_stage *now, int64_t number) {
    const gemm_amx *g = w->job->plan;
    const int64_t blocks = g->stationary.blocks;
    if (now->is_special) kls_count_fallback();
    w->tiles.k_blocks = now->k_blocks;
    w->tiles.accumulates = now->k_block != g->k_blocks * w->k_partition / g->split_k;
    for (int64_t block = now->block; block < now->block + now->blocks; block++) {
        if (g->whole_rows) {
            run_whole_rows(w, now, block, block == w->first);
            continue;
        }
        // Serpentine order: a smaller last block needs another tile configuration, and is now followed by
        // a block of the same size, so that tiles are configured half as often.
        for (int64_t i = 0; i < blocks; i++)
            run_block(
                w, now, block, (block - now->block + number) % 2 ? blocks - 1 - i : i,
                g->streamed.is_a ? block == w->first : i == 0);
    }
}
