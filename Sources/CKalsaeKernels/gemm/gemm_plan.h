// A product on vectors: how it is cut, and what the tasks of a run share.
#ifndef KLS_GEMM_GEMM_PLAN_H
#define KLS_GEMM_GEMM_PLAN_H

#include "amx/gemm_amx.h"
#include "epilogue.h"
#include "kls_gemm.h"
#include "microkernel.h"

enum { STACK_K_MAX = 1024 };         // rows of a panel on a thread's stack

struct kls_gemm {
    kls_gemm_spec spec;
    const microkernel *micro;
    int64_t panel, panels;           // NR columns each
    int64_t parts, partitions;       // of the rows; a partition is some parts
    int64_t edge;                    // columns behind the last vector, of the last panel
    int64_t block_tiles;             // of an epilogue's block
    bool packs_a;                    // as rows of MR floats, tile by tile
    bool packs_b;                    // all panels, before the tasks
    bool in_place;                   // panels of whole vectors are read where B lies
    bool has_epilogue, prefetches;   // and asks for what it reads and writes
    epilogue epilogue;
    gemm_amx *amx;                   // NULL, or what runs instead
};

typedef struct {
    const kls_gemm *gemm;
    void *const *buffers;
    float *packed, *a, *sums;
} gemm_run;

static inline int64_t gemm_row_tiles(const kls_gemm *g) {
    return (g->spec.m + g->micro->mr - 1) / g->micro->mr;
}

static inline int64_t gemm_task_count(const kls_gemm *g) {
    return g->spec.batch * g->panels * g->partitions;
}

// Floats from one packed panel to the next.
static inline int64_t gemm_packed_panel(const kls_gemm *g) {
    return ((g->panel + g->edge) * g->spec.k + 15) / 16 * 16;
}

// Floats of packed panels in the workspace: those that do not fit a thread's stack, or that tasks share.
static inline int64_t gemm_packed_floats(const kls_gemm *g) {
    const bool is_apart = g->packs_b || g->spec.k > STACK_K_MAX;
    return is_apart ? g->spec.batch * g->panels * gemm_packed_panel(g) : 0;
}

// Floats from tile to tile of a packed A: one cache line more than a tile has, as all tiles are written side
// by side, and lines a multiple of 4 KiB apart would share a few sets of the first-level cache.
static inline int64_t gemm_packed_a_tile(const kls_gemm *g) { return g->micro->mr * g->spec.k + 16; }

// Pieces of a panel that are packed by themselves, so that all cores take part.
static inline int64_t gemm_pack_chunks(const kls_gemm *g) {
    const int64_t panels = g->spec.batch * g->panels;
    const int64_t chunks = (2 * g->spec.cores + panels - 1) / panels;
    return chunks < g->spec.k ? chunks : g->spec.k;
}

// Chunks for kls_parallel_for, of a gemm_run: rows of A, pieces of panels of B, and tasks.
void gemm_pack_a(int64_t begin, int64_t end, void *run);
void gemm_pack_b(int64_t begin, int64_t end, void *run);
void gemm_run_tasks(int64_t begin, int64_t end, void *run);

#endif
