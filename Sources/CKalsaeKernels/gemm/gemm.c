// Products on vectors: panels of B are packed once, and the microkernel makes the tiles of C of each panel.
//
//     for each panel of NR columns, for each partition of the rows of C        (a task, on any thread)
//         pack the panel: K x NR floats, on the stack up to STACK_K_MAX; or all panels were packed before
//         for each group of tiles that fills an epilogue's block
//             for each tile of MR rows: the microkernel over all of K
//             the epilogue, while the block is in the first-level cache
//
// Up to K = 1,024 a packed panel is 128 KiB and stays in the second-level cache, so K is not blocked. The
// workspace holds longer panels, those that several tasks share, and A where it is packed.
//
// Cores decide how many partitions there are. Column sums are those of parts of the rows, which only the
// shape decides, and a partition is some parts: so they do not depend on the cores.
#include "gemm_plan.h"

#include <stdlib.h>

#include "../threads/tasks.h"
#include "kls_parallel.h"

enum {
    CUT_M_MIN = 512,                 // rows from which on a panel may well be packed twice
    // Elements of a transposed A from which on it is packed: reading a row strides so far that each element
    // is a cache miss and hardware prefetchers do not follow.
    PACKED_A_MIN = 1 << 18,
    // Multiplications from which on panels of unlike width are not handed out whole.
    UNEVEN_MIN = 400 * 1000,
    PREFETCHED_MIN = 1 << 16,        // elements of C that a second-level cache hardly has
    SUM_PARTS_MAX = 16,              // parts of the rows, each with its column sums
    FEW_CORES = 2,                   // that pack a panel twice rather than wait for each other
    IN_PLACE_TILES = 8,              // of a partition up to which packing costs more than it saves
    CROWDED_ROW = 64,                // floats: rows a multiple apart share few sets of the first-level cache
    FEWEST_OF_THREAD = 200 * 1000,   // multiplications that are worth to wake one more
};

bool kls_gemm_supports(const kls_gemm_spec *s, kls_isa level) {
    if (s->batch < 1 || s->m < 1 || s->n < 1 || s->k < 1 || s->k > KLS_GEMM_K_MAX) return false;
    if (s->a_row != 1 && s->a_column != 1) return false;
    if (s->b_row != 1 && s->b_column != 1) return false;
    if ((s->a_is_bytes || s->is_bf16) && !s->uses_bf16_limbs) return false;
    if (s->a_is_bytes && s->is_bf16) return false;
    if (s->uses_bf16_limbs && !gemm_amx_supports(s, level)) return false;
    return s->epilogue == NULL || epilogue_valid(s->epilogue, s->batch * s->m, s->n);
}

// How many threads it is worth to wake.
static int64_t worth_threads(const kls_gemm *g) {
    return g->spec.batch * g->spec.m * g->spec.n * g->spec.k / FEWEST_OF_THREAD;
}

// How many partitions of the rows keep all cores busy.
static int64_t choose_partitions(const kls_gemm *g) {
    const kls_gemm_spec *s = &g->spec;
    if (s->cores <= 1 || worth_threads(g) < 2) return 1;
    // M is cut where panels do not divide evenly among two threads, and where it is long, so that rows of A
    // are read by the core whose cache holds them since the loop that wrote them.
    const int64_t tasks = s->batch * g->panels, narrow = s->n % g->panel;
    const bool unlike = narrow != 0 && narrow - g->edge <= g->micro->lanes
        && s->m * s->n * s->k >= UNEVEN_MIN;
    const bool uneven = tasks < 16 && (tasks % 2 == 1 || unlike);
    const bool cut = uneven || (s->a_column == 1 && s->m >= CUT_M_MIN) || g->packs_a;
    int64_t partitions = cut ? 2 : 1;
    // Twice as many tasks as cores: one that is late leaves no other without work for long.
    const int64_t wanted = (2 * s->cores + tasks - 1) / tasks;
    if (s->cores > FEW_CORES && partitions < wanted) partitions = wanted;
    return partitions < g->parts ? partitions : g->parts;
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
    g->edge = has_edge ? behind : 0;
    g->panels = (spec->n - g->edge + g->panel - 1) / g->panel;
    g->packs_a = spec->batch == 1 && spec->a_row == 1 && g->panels > 1
        && spec->m * spec->k >= PACKED_A_MIN;
    const int64_t widest = spec->n < g->panel + g->edge ? spec->n : g->panel + g->edge;
    g->block_tiles = EPILOGUE_BLOCK / (g->micro->mr * widest);
    g->has_epilogue = spec->epilogue != NULL;
    g->prefetches = spec->batch * spec->m * spec->n >= PREFETCHED_MIN;
    if (g->has_epilogue && !epilogue_init(&g->epilogue, spec->epilogue)) {
        free(g);
        return NULL;
    }
    g->parts = gemm_row_tiles(g);
    if (g->has_epilogue && g->epilogue.sum_count > 0) {
        const int64_t blocks = (g->parts + g->block_tiles - 1) / g->block_tiles;
        g->parts = blocks < SUM_PARTS_MAX ? blocks : SUM_PARTS_MAX;
        if (worth_threads(g) < 2) g->parts = 1;
    }
    g->partitions = choose_partitions(g);
    const int64_t rows = (gemm_row_tiles(g) + g->partitions - 1) / g->partitions;
    g->in_place = spec->b_column == 1 && spec->b_row % CROWDED_ROW != 0 && spec->k <= STACK_K_MAX
        && rows <= IN_PLACE_TILES;
    g->packs_b = g->partitions > 1 && !g->in_place
        && (spec->k > STACK_K_MAX || spec->cores > FEW_CORES);
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

static int64_t packed_a_floats(const kls_gemm *g) {
    return g->packs_a ? gemm_row_tiles(g) * gemm_packed_a_tile(g) : 0;
}

bool kls_gemm_uses_amx(const kls_gemm *g) { return g->amx != NULL; }

int64_t kls_gemm_scratch(const kls_gemm *g) {
    if (g->amx != NULL) return gemm_amx_scratch(g->amx);
    int64_t floats = gemm_packed_floats(g) + packed_a_floats(g);
    if (g->has_epilogue)
        floats += g->spec.batch * g->parts * g->epilogue.sum_count * g->spec.n;
    return floats * (int64_t)sizeof(float);
}

void kls_gemm_run(const kls_gemm *g, void *const *buffers, void *scratch, bool parallel) {
    if (g->amx != NULL) {
        gemm_amx_run(g->amx, buffers, scratch, parallel);
        return;
    }
    float *packed = scratch, *a = packed + gemm_packed_floats(g);
    gemm_run run = {g, buffers, packed, a, a + packed_a_floats(g)};
    const int64_t worth = worth_threads(g);
    const int most = parallel ? kls_max_threads() : 1, threads = worth < most ? (int)worth : most;
    if (g->packs_a) kls_parallel_for(g->spec.k, gemm_pack_a, &run, threads);
    if (g->packs_b)
        kls_parallel_for(g->spec.batch * g->panels * gemm_pack_chunks(g), gemm_pack_b, &run, threads);
    kls_parallel_for(gemm_task_count(g), gemm_run_tasks, &run, threads);
    if (g->has_epilogue)
        epilogue_add_sums(
            &g->epilogue, buffers, run.sums, g->spec.batch * g->parts);
}
