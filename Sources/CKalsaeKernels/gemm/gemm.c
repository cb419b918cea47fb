// Products on vectors: panels of B are packed once, and the microkernel makes the tiles of C of each panel.
//
//     for each panel of NR columns, for each partition of the rows of C        (a task, on any thread)
//         pack the panel: K x NR floats, on the stack up to STACK_K_MAX
//         for each group of tiles that fills an epilogue's block
//             for each tile of MR rows: the microkernel over all of K
//             the epilogue, while the block is in the first-level cache
//
// Up to K = 1,024 a packed panel is 128 KiB and stays in the second-level cache, so K is not blocked. The
// workspace holds longer panels, and A where it is packed.
#include "kls_gemm.h"

#include <stdlib.h>
#include <string.h>

#include "../threads/tasks.h"
#include "copy_rows.h"
#include "epilogue.h"
#include "amx/gemm_amx.h"
#include "kls_parallel.h"
#include "microkernel.h"
#include "pack.h"

enum {
    STACK_K_MAX = 1024,              // rows of a panel on a thread's stack
    CUT_M_MIN = 512,                 // rows from which on a panel may well be packed twice
    // Elements of a transposed A from which on it is packed: reading a row strides so far that each element
    // is a cache miss and hardware prefetchers do not follow.
    PACKED_A_MIN = 1 << 18,
    // Multiplications from which on panels of unlike width are not handed out whole.
    UNEVEN_MIN = 400 * 1000,
};

struct kls_gemm {
    kls_gemm_spec spec;
    const microkernel *micro;
    int64_t panel, panels;           // NR columns each
    int64_t partitions;              // of the rows
    int64_t edge;                    // columns behind the last vector, of the last panel
    int64_t block_tiles;             // of an epilogue's block
    bool packs_a;                    // as rows of MR floats, tile by tile
    bool has_epilogue;
    epilogue epilogue;
    gemm_amx *amx;                   // NULL, or what runs instead
};

typedef struct {
    const kls_gemm *gemm;
    void *const *buffers;
    float *packed, *a, *sums;
} gemm_run;

bool kls_gemm_supports(const kls_gemm_spec *s, kls_isa level) {
    if (s->batch < 1 || s->m < 1 || s->n < 1 || s->k < 1 || s->k > KLS_GEMM_K_MAX) return false;
    if (s->a_row != 1 && s->a_column != 1) return false;
    if (s->b_row != 1 && s->b_column != 1) return false;
    if (s->a_is_bytes && !s->uses_bf16_limbs) return false;
    if (s->uses_bf16_limbs && !gemm_amx_supports(s, level)) return false;
    return s->epilogue == NULL || epilogue_valid(s->epilogue, s->batch * s->m, s->n);
}

kls_gemm *kls_gemm_create(const kls_gemm_spec *spec) {
    if (!kls_gemm_supports(spec, kls_isa_level())) return NULL;
    kls_gemm *g = calloc(1, sizeof *g);
    if (g == NULL) return NULL;
    g->spec = *spec;
    g->spec.epilogue = NULL;
    g->micro = kls_microkernel();
    g->panel = 2 * g->micro->lanes;
    const int64_t behind = spec->n % g->micro->lanes;
    // Edge columns are vectorized along K where A is row-major: a short K would be mostly remainder loop.
    const bool is_long = spec->a_row == 1 || spec->k >= 4 * g->micro->lanes;
    const bool has_edge = spec->n > behind && behind <= g->micro->lanes / 4 && is_long;
    g->edge = has_edge && spec->k <= STACK_K_MAX ? behind : 0;
    g->panels = (spec->n - g->edge + g->panel - 1) / g->panel;
    g->packs_a = spec->batch == 1 && spec->a_row == 1 && g->panels > 1
        && spec->m * spec->k >= PACKED_A_MIN;
    // M is cut where panels do not divide evenly among threads, and where it is long, so that rows of A
    // are read by the core whose cache holds them since the loop that wrote them.
    const int64_t tasks = spec->batch * g->panels;
    const bool unlike = g->edge > 0 && spec->m * spec->n * spec->k >= UNEVEN_MIN;
    const bool uneven = tasks < 16 && (tasks % 2 == 1 || unlike);
    const bool cut = uneven || (spec->a_column == 1 && spec->m >= CUT_M_MIN) || g->packs_a;
    g->partitions = cut && spec->m >= 2 * g->micro->mr ? 2 : 1;
    const int64_t widest = spec->n < g->panel + g->edge ? spec->n : g->panel + g->edge;
    g->block_tiles = EPILOGUE_BLOCK / (g->micro->mr * widest);
    g->has_epilogue = spec->epilogue != NULL;
    if (g->has_epilogue && !epilogue_init(&g->epilogue, spec->epilogue)) {
        free(g);
        return NULL;
    }
    if (!spec->uses_bf16_limbs) return g;
    g->amx = gemm_amx_create(spec, g->has_epilogue ? &g->epilogue : NULL);
    if (g->amx != NULL) return g;
    kls_gemm_destroy(g);
    return NULL;
}

void kls_gemm_destroy(kls_gemm *g) {
    if (g->amx != NULL) gemm_amx_destroy(g->amx);
    if (g->has_epilogue) epilogue_free(&g->epilogue);
    free(g);
}

static int64_t task_count(const kls_gemm *g) {
    return g->spec.batch * g->panels * g->partitions;
}

// Panels of a long K do not fit a thread's stack.
static int64_t packed_floats(const kls_gemm *g) {
    return g->spec.k > STACK_K_MAX ? task_count(g) * g->panel * g->spec.k : 0;
}

static int64_t row_tiles(const kls_gemm *g, int64_t rows) {
    return (rows + g->micro->mr - 1) / g->micro->mr;
}

// Floats from tile to tile of a packed A: one cache line more than a tile has, as all tiles are written side
// by side, and lines a multiple of 4 KiB apart would share a few sets of the first-level cache.
static int64_t packed_a_tile(const kls_gemm *g) { return g->micro->mr * g->spec.k + 16; }

static int64_t packed_a_floats(const kls_gemm *g) {
    return g->packs_a ? row_tiles(g, g->spec.m) * packed_a_tile(g) : 0;
}

bool kls_gemm_uses_amx(const kls_gemm *g) { return g->amx != NULL; }

int64_t kls_gemm_scratch(const kls_gemm *g) {
    if (g->amx != NULL) return gemm_amx_scratch(g->amx);
    int64_t floats = packed_floats(g) + packed_a_floats(g);
    if (g->has_epilogue)
        floats += g->spec.batch * g->partitions * g->epilogue.sum_count * g->spec.n;
    return floats * (int64_t)sizeof(float);
}

static void run_task(const gemm_run *run, int64_t task, bool upwards) {
    const kls_gemm *g = run->gemm;
    const int64_t panel = task % g->panels;
    const int64_t partition = task / g->panels % g->partitions;
    const int64_t matrix = task / g->panels / g->partitions;
    const kls_gemm_spec *s = &g->spec;
    const microkernel *micro = g->micro;
    _Alignas(64) float stack[STACK_K_MAX * (NR_MAX + EDGE_COLUMNS_MAX)];
    _Alignas(64) char file[EPILOGUE_FILE];
    const int64_t column = panel * g->panel;
    const bool last_panel = panel == g->panels - 1;
    const int64_t used = last_panel ? s->n - column : g->panel;
    const int64_t edge_columns = last_panel ? g->edge : 0, main = used - edge_columns;
    const int vectors = main > micro->lanes ? 2 : 1;
    const int64_t width = vectors * micro->lanes;
    const float *a = (const float *)run->buffers[s->a] + matrix * s->a_batch;
    const float *b = (const float *)run->buffers[s->b] + matrix * s->b_batch;
    b += column * s->b_column;
    float *packed = stack;
    if (s->k > STACK_K_MAX) packed = run->packed + task * g->panel * s->k;
    kls_pack_panel(b, s->b_row, s->b_column, s->k, main, width, packed);
    float *packed_edge = packed + width * s->k;
    for (int64_t j = 0; j < edge_columns; j++)
        kls_pack_panel(
            b + (main + j) * s->b_column, 1, s->b_row, 1, s->k, s->k, packed_edge + j * s->k);
    const int64_t tiles = row_tiles(g, s->m);
    const int64_t first = tiles * partition / g->partitions;
    const int64_t last = tiles * (partition + 1) / g->partitions;
    const bool whole = main == width, writes_c = !g->has_epilogue && whole;
    const int64_t start_of_a = 0;
    micro_tile tile = {
        .b = packed, .b_row = width, .k = s->k, .a_row = s->a_row,
        .a_column = g->packs_a ? micro->mr : s->a_column,
        .c_row = writes_c ? s->n : used, .segments = 1, .starts = &start_of_a,
    };
    const edge_tile edge = {
        .b = packed_edge, .k = s->k, .a_row = s->a_row, .a_column = tile.a_column,
        .c_row = tile.c_row, .columns = (int)edge_columns,
    };
    epilogue_worker w = {
        .plan = &g->epilogue, .buffers = run->buffers, .file = file, .column = column,
        .columns = used, .whole = whole,
    };
    const int64_t block_rows = g->block_tiles * micro->mr;
    w.block_size = (block_rows < s->m ? block_rows : s->m) * used;
    // With an epilogue the microkernel writes C into the register that the epilogue's load of C would fill.
    float *block = (float *)file;
    if (g->has_epilogue) {
        w.sums = run->sums
            + (matrix * g->partitions + partition) * g->epilogue.sum_count * s->n;
        epilogue_prepare(&w);
    }
    float *c = g->has_epilogue ? NULL : (float *)run->buffers[s->c] + column;
    const int64_t groups = (last - first + g->block_tiles - 1) / g->block_tiles;
    const int64_t above = matrix * s->m;
    for (int64_t i = 0; i < groups; i++) {
        const int64_t group = upwards ? groups - 1 - i : i;
        const int64_t from = first + group * g->block_tiles;
        const int64_t to = from + g->block_tiles < last ? from + g->block_tiles : last;
        const int64_t start = above + s->m * from / tiles, end = above + s->m * to / tiles;
        if (g->has_epilogue) block = epilogue_begin(&w, start);
        for (int64_t t = from; t < to; t++) {
            const int64_t row = s->m * t / tiles, next = s->m * (t + 1) / tiles;
            float *target =
                writes_c ? c + (above + row) * s->n : block + (above + row - start) * used;
            const float *rows =
                g->packs_a ? run->a + t * packed_a_tile(g) : a + row * s->a_row;
            micro->run(&tile, rows, target, (int)(next - row), vectors, s->a_row == 1);
            if (edge_columns > 0)
                micro->run_edge(&edge, rows, target + main, (int)(next - row), s->a_row == 1);
        }
        if (g->has_epilogue) {
            epilogue_finish(&w, start, end - start);
        } else if (!writes_c) {
            kls_copy_rows(
                (char *)(c + start * s->n), s->n * 4, (const char *)block, used * 4,
                end - start, used * 4);
        }
    }
}

static void run_tasks(int64_t begin, int64_t end, void *context) {
    const gemm_run *run = context;
    const int64_t tasks = task_count(run->gemm);
    for (int64_t task = begin; task < end; task++) {
        // The second half of the tasks iterates over rows backwards: two threads in step then rarely write
        // to the same cache lines of C at the same time.
        run_task(run, task, 2 * task >= tasks);
    }
}

// Rows of a transposed A, interleaved into tiles: so it is read in the order of memory.
static void pack_a(int64_t begin, int64_t end, void *context) {
    const gemm_run *run = context;
    const kls_gemm *g = run->gemm;
    const kls_gemm_spec *s = &g->spec;
    const int64_t mr = g->micro->mr, tiles = row_tiles(g, s->m);
    for (int64_t p = begin; p < end; p++) {
        const float *from = (const float *)run->buffers[s->a] + p * s->a_column;
        kls_interleave(from, s->m, tiles, run->a + p * mr, packed_a_tile(g));
    }
}

void kls_gemm_run(const kls_gemm *g, void *const *buffers, void *scratch, bool parallel) {
    if (g->amx != NULL) {
        gemm_amx_run(g->amx, buffers, scratch, parallel);
        return;
    }
    float *packed = scratch, *a = packed + packed_floats(g);
    gemm_run run = {g, buffers, packed, a, a + packed_a_floats(g)};
    const int threads = parallel ? kls_max_threads() : 1;
    if (g->packs_a)
        kls_parallel_for(g->spec.k, pack_a, &run, threads);
    kls_parallel_for(task_count(g), run_tasks, &run, threads);
    if (g->has_epilogue)
        epilogue_add_sums(
            &g->epilogue, buffers, run.sums, g->spec.batch * g->partitions);
}
