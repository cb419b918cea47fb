#include "gemm_amx.h"

#include <string.h>

#include "../../amx/special_values.h"
#include "../../isa/dispatch.h"
#include "../../threads/tasks.h"
#include "gemm_amx_blocks.h"
#include "kls_parallel.h"

static void run_task(const gemm_amx_job *job, int64_t task) {
    const gemm_amx *g = job->plan;
    const int64_t partition = task / g->split_k % g->partitions, start = 0;
    const int64_t matrix = task / g->split_k / g->partitions;
    const operand *const a = g->streamed.is_a ? &g->streamed : &g->stationary;
    const operand *const b = g->streamed.is_a ? &g->stationary : &g->streamed;
    _Alignas(64) char file[EPILOGUE_FILE];
    gemm_amx_worker w = {
        .job = job, .matrix = matrix, .k_partition = task % g->split_k,
        .first = g->streamed.blocks * partition / g->partitions,
        .end = g->streamed.blocks * (partition + 1) / g->partitions,
        .tiles = {
            .b_tile = AMX_TILE, .b_limb = 2 * AMX_TILE, .b_k_block = b->k_block_size,
            .a_row = AMX_K, .a_limb = 2 * AMX_TILE, .a_lower = AMX_TILE,
            .a_k_block = a->k_block_size, .rounds = gemm_amx_rounds(g),
            .segments = 1, .starts = &start,
        },
        .epilogue = {.plan = g->epilogue, .buffers = job->buffers, .file = file, .whole = true},
    };
    if (g->epilogue != NULL) {
        const int64_t sums = g->streamed.is_a ? matrix * g->partitions + partition : matrix;
        w.epilogue.sums = job->sums + sums * g->epilogue->sum_count * g->spec.n;
    }
    bf16 *workspace = job->packed + task * amx_task_stride(g);
    gemm_amx_stage now = gemm_amx_stage_at(&w, workspace, 0);
    kls_clear_special();
    gemm_amx_start_packing(&w, &now);
    gemm_amx_finish_packing(&w, &now, false);
    for (int64_t number = 0; now.k_blocks > 0; number++) {
        gemm_amx_stage next = gemm_amx_stage_at(&w, workspace, number + 1);
        gemm_amx_start_packing(&w, &next);
        w.tiles.pack_steps = gemm_amx_pack_steps(&w, &now, &next);
        kls_clear_special();
        gemm_amx_run_stage(&w, &now, number);
        // Epilogues, and products on vectors, leave flags of their own.
        if (now.is_special || (g->epilogue != NULL && !is_deferred(g))) kls_clear_special();
        gemm_amx_finish_packing(&w, &next, now.stationary_is_special);
        now = next;
    }
    kls_amx_release();
}

static void run_tasks(int64_t begin, int64_t end, void *context) {
    for (int64_t task = begin; task < end; task++) run_task(context, task);
}

KLS_DISPATCH(static, void, add_floats,
    (float *to, const float *a, const float *b, int64_t count), (to, a, b, count)) {
    for (int64_t i = 0; i < count; i++) to[i] = a[i] + b[i];
}

// The deferred epilogue of the rows of a task.
static void finish_task(const gemm_amx_job *job, int64_t task, int64_t first, int64_t last) {
    const gemm_amx *g = job->plan;
    const int64_t n = g->spec.n, panels = (n + EPILOGUE_BLOCK - 1) / EPILOGUE_BLOCK;
    _Alignas(64) char file[EPILOGUE_FILE];
    for (int64_t panel = 0; panel < panels; panel++) {
        const int64_t column = n * panel / panels, columns = n * (panel + 1) / panels - column;
        const int64_t block_rows = EPILOGUE_BLOCK / columns;
        epilogue_worker w = {
            .plan = g->epilogue, .buffers = job->buffers, .file = file, .whole = true,
            .column = column, .columns = columns, .block_size = block_rows * columns,
            .sums = job->sums + task * g->epilogue->sum_count * n,
        };
        epilogue_prepare(&w);
        for (int64_t row = first; row < last; row += block_rows) {
            const int64_t rows = min64(block_rows, last - row);
            float *block = epilogue_begin(&w, row);
            for (int64_t r = 0; r < rows; r++) {
                const float *from = job->deferred + (row + r) * n + column;
                float *to = block + r * columns;
                if (g->split_k == 1) memcpy(to, from, (size_t)columns * sizeof *to);
                else add_floats(to, from, from + g->spec.m * n, columns);
            }
            epilogue_finish(&w, row, rows);
        }
    }
}

// Adds the K partitions, always in the same order, so that results do not depend on threads.
static void finish_tasks(int64_t begin, int64_t end, void *context) {
    const gemm_amx_job *job = context;
    const gemm_amx *g = job->plan;
    for (int64_t task = begin; task < end; task++) {
        const int64_t first = g->spec.m * task / FINAL_TASKS;
        const int64_t last = g->spec.m * (task + 1) / FINAL_TASKS;
        if (g->epilogue != NULL) {
            finish_task(job, task, first, last);
            continue;
        }
        float *c = (float *)job->buffers[g->spec.c] + first * g->spec.n;
        add_floats(c, c, job->deferred + first * g->spec.n, (last - first) * g->spec.n);
    }
}

void gemm_amx_run(const gemm_amx *g, void *const *buffers, void *scratch, bool parallel) {
    bf16 *packed = scratch;
    float *deferred = (float *)(packed + amx_packed_size(g));
    gemm_amx_job job = {g, buffers, packed, deferred, deferred + deferred_size(g)};
    const int threads = parallel ? kls_max_threads() : 1;
    kls_parallel_for(amx_task_count(g), run_tasks, &job, threads);
    if (is_deferred(g)) kls_parallel_for(FINAL_TASKS, finish_tasks, &job, threads);
    if (g->epilogue != NULL) epilogue_add_sums(g->epilogue, buffers, job.sums, sum_tasks(g));
}
