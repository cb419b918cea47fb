// The work of threads on a product: packing, and tasks of a panel by a partition of the rows.
#include "gemm_plan.h"

#include <stddef.h>

#include "../threads/tasks.h"
#include "copy_rows.h"
#include "pack.h"

// One panel of one matrix.
typedef struct {
    int64_t column, used, edge;      // columns, of which the last `edge` have a kernel of their own
    int vectors;
    int64_t width;                   // of those before the edge, in whole vectors
    bool whole, in_place;            // no column is idle; B is read where it lies
} panel_shape;

static panel_shape shape_of(const kls_gemm *g, int64_t panel) {
    const bool is_last = panel == g->panels - 1;
    panel_shape p = {.column = panel * g->panel, .used = g->panel};
    if (is_last) p.used = g->spec.n - p.column, p.edge = g->edge;
    // Packed rows are written eight floats at a time.
    p.vectors = p.used - p.edge > g->micro->lanes || g->micro->lanes < 8 ? 2 : 1;
    p.width = p.vectors * g->micro->lanes;
    p.whole = p.used - p.edge == p.width;
    p.in_place = g->in_place && p.whole;
    return p;
}

// Packs rows first ..< last of a panel that begins at b.
static void pack_rows(
    const kls_gemm *g, const panel_shape *p, const float *b, int64_t first, int64_t last, float *packed
) {
    const kls_gemm_spec *s = &g->spec;
    const int64_t rows = last - first, main = p->used - p->edge;
    b += first * s->b_row;
    if (!p->in_place)
        kls_pack_panel(b, s->b_row, s->b_column, rows, main, p->width, packed + first * p->width);
    // Exactly these rows: others write those beside them.
    float *edge = packed + p->width * s->k + first;
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < p->edge; j++)
            edge[j * s->k + i] = b[i * s->b_row + (main + j) * s->b_column];
}

static const float *panel_of_b(const gemm_run *run, int64_t matrix, const panel_shape *p) {
    const kls_gemm_spec *s = &run->gemm->spec;
    return (const float *)run->buffers[s->b] + matrix * s->b_batch + p->column * s->b_column;
}

// A panel of a matrix on one thread: the rows of A and of C, and the kernels' tiles.
typedef struct {
    const gemm_run *run;
    panel_shape panel;
    const float *a;
    float *c, *block;                // c without an epilogue
    int64_t above;                   // rows of C before this matrix
    micro_tile tile;
    edge_tile edge;
    epilogue_worker epilogue;
} panel_worker;

// Asks for what the epilogue of a block will read and write.
static void prefetch_streams(const epilogue_worker *w, int64_t row, int64_t rows) {
    epilogue_stream streams[EPILOGUE_STREAMS];
    const int count = epilogue_streams(w, row, streams);
    for (int i = 0; i < count; i++)
        for (int64_t r = 0; r < rows; r++)
            for (int64_t b = 0; b < streams[i].bytes; b += 64)
                __builtin_prefetch(streams[i].at + r * streams[i].row + b, 1, 2);
}

static void run_block(panel_worker *w, int64_t from, int64_t to) {
    const kls_gemm *g = w->run->gemm;
    const kls_gemm_spec *s = &g->spec;
    const panel_shape *p = &w->panel;
    const bool writes_c = p->whole && !g->has_epilogue, transposed = s->a_row == 1;
    const int64_t tiles = gemm_row_tiles(g), start = s->m * from / tiles, end = s->m * to / tiles;
    float *block = w->block, *c = w->c != NULL ? w->c + (w->above + start) * s->n : NULL;
    if (g->has_epilogue) {
        block = epilogue_begin(&w->epilogue, w->above + start);
        if (g->prefetches) prefetch_streams(&w->epilogue, w->above + start, end - start);
    }
    if (writes_c) block = c;
    for (int64_t t = from; t < to; t++) {
        const int64_t row = s->m * t / tiles, next = s->m * (t + 1) / tiles;
        float *target = block + (row - start) * w->tile.c_row;
        const float *a =
            g->packs_a ? w->run->a + t * gemm_packed_a_tile(g) : w->a + row * s->a_row;
        g->micro->run(&w->tile, a, target, (int)(next - row), p->vectors, transposed);
        if (p->edge > 0)
            g->micro->run_edge(&w->edge, a, target + p->used - p->edge, (int)(next - row), transposed);
    }
    if (g->has_epilogue)
        epilogue_finish(&w->epilogue, w->above + start, end - start);
    else if (!writes_c)
        kls_copy_rows(
            (char *)c, s->n * 4, (const char *)block, p->used * 4, end - start, p->used * 4);
}

// The blocks of some tiles. The second half of the rows is gone through backwards: two threads in step then
// rarely write to the same cache lines of C at the same time.
static void run_blocks(panel_worker *w, int64_t first, int64_t last, bool upwards) {
    const int64_t size = w->run->gemm->block_tiles, groups = (last - first + size - 1) / size;
    for (int64_t i = 0; i < groups; i++) {
        const int64_t from = first + (upwards ? groups - 1 - i : i) * size;
        run_block(w, from, from + size < last ? from + size : last);
    }
}

static void run_task(const gemm_run *run, int64_t task) {
    const kls_gemm *g = run->gemm;
    const int64_t panel = task % g->panels;
    const int64_t partition = task / g->panels % g->partitions;
    const int64_t matrix = task / g->panels / g->partitions;
    const kls_gemm_spec *s = &g->spec;
    _Alignas(64) float stack[STACK_K_MAX * (NR_MAX + EDGE_COLUMNS_MAX)];
    _Alignas(64) char file[EPILOGUE_FILE];
    panel_worker w = {
        .run = run, .panel = shape_of(g, panel), .block = (float *)file, .above = matrix * s->m,
        .a = (const float *)run->buffers[s->a] + matrix * s->a_batch,
    };
    const panel_shape p = w.panel;
    const float *b = panel_of_b(run, matrix, &p);
    float *packed = stack;
    if (gemm_packed_floats(g) > 0)
        packed = run->packed + (matrix * g->panels + panel) * gemm_packed_panel(g);
    if (!g->packs_b) pack_rows(g, &p, b, 0, s->k, packed);
    if (!g->has_epilogue) w.c = (float *)run->buffers[s->c] + p.column;
    const int64_t start_of_a = 0;
    w.tile = (micro_tile){
        .b = p.in_place ? b : packed, .b_row = p.in_place ? s->b_row : p.width, .k = s->k,
        .a_row = s->a_row, .a_column = g->packs_a ? g->micro->mr : s->a_column,
        .c_row = p.whole && !g->has_epilogue ? s->n : p.used, .segments = 1, .starts = &start_of_a,
    };
    w.edge = (edge_tile){
        .b = packed + p.width * s->k, .k = s->k, .a_row = s->a_row, .a_column = w.tile.a_column,
        .c_row = w.tile.c_row, .columns = (int)p.edge,
    };
    const int64_t block_rows = g->block_tiles * g->micro->mr;
    w.epilogue = (epilogue_worker){
        .plan = &g->epilogue, .buffers = run->buffers, .file = file, .column = p.column,
        .columns = p.used, .whole = p.whole,
        .block_size = (block_rows < s->m ? block_rows : s->m) * p.used,
    };
    // With an epilogue the microkernel writes C into the register that the epilogue's load of C would fill.
    if (g->has_epilogue) epilogue_prepare(&w.epilogue);
    const int64_t sums = g->has_epilogue ? g->epilogue.sum_count * s->n : 0;
    const int64_t tiles = gemm_row_tiles(g), first = g->parts * partition / g->partitions;
    const int64_t last = g->parts * (partition + 1) / g->partitions;
    if (sums == 0)
        run_blocks(
            &w, tiles * first / g->parts, tiles * last / g->parts, 2 * partition >= g->partitions);
    for (int64_t part = first; sums > 0 && part < last; part++) {
        epilogue_begin_sums(&w.epilogue, run->sums + (matrix * g->parts + part) * sums);
        run_blocks(
            &w, tiles * part / g->parts, tiles * (part + 1) / g->parts, 2 * part >= g->parts);
    }
}

void gemm_run_tasks(int64_t begin, int64_t end, void *context) {
    for (int64_t task = begin; task < end; task++) run_task(context, task);
}

// Rows of all panels, a chunk of them for each panel.
void gemm_pack_b(int64_t begin, int64_t end, void *context) {
    const gemm_run *run = context;
    const kls_gemm *g = run->gemm;
    const int64_t chunks = gemm_pack_chunks(g), k = g->spec.k;
    for (int64_t i = begin; i < end; i++) {
        const int64_t panel = i / chunks, chunk = i % chunks;
        const panel_shape p = shape_of(g, panel % g->panels);
        pack_rows(
            g, &p, panel_of_b(run, panel / g->panels, &p), k * chunk / chunks, k * (chunk + 1) / chunks,
            run->packed + panel * gemm_packed_panel(g));
    }
}

void gemm_pack_a(int64_t begin, int64_t end, void *context) {
    const gemm_run *run = context;
    const kls_gemm *g = run->gemm;
    const kls_gemm_spec *s = &g->spec;
    const interleaving plan = {
        .from = run->buffers[s->a], .step = s->a_column, .count = s->m, .tiles = gemm_row_tiles(g),
        .mr = g->micro->mr, .distance = gemm_packed_a_tile(g),
    };
    kls_interleave(&plan, begin, end, run->a);
}
