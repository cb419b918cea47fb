// The float32 product over packed panels of rhs, and its epilogue block by block.
#include "kls_gemm.h"

#include <stdlib.h>
#include <string.h>

#include "epilogue.h"
#include "kls_parallel.h"
#include "pack.h"
#include "../threads/pieces.h"
#include "microkernel.h"
#include "gemm_amx.h"

// Rows of a panel on a thread's stack.
enum { STACK_DEPTH = 1024 };

// Rows from which on a panel may well be packed twice.
enum { HALVED_ROWS = 512 };

// Elements of a transposed left side from which on it is packed: its columns lie so far apart
// that neither caches nor prefetchers are of use.
enum { FEWEST_TURNED = 1 << 18 };

// Products from which on panels that take unlike times should not be dealt out as they are.
enum { LEAST_UNLIKE = 400 * 1000 };

struct kls_product {
    kls_product_spec spec;
    const product_level *level;
    int64_t panel, panels, parts;    // columns of a panel; parts are cut from the rows
    int64_t few;                     // columns behind the last vector, of the last panel
    int64_t tiles_in_block;
    bool packs_lhs;                  // as rows of `tall` floats, tile by tile
    bool has_epilogue;
    epilogue epilogue;
    split_product *split;            // NULL, or what runs instead
};

typedef struct {
    const kls_product *product;
    void *const *buffers;
    float *packed, *lhs, *sums;
} product_run;

static int valid(const kls_product_spec *s) {
    if (s->batch < 1 || s->m < 1 || s->n < 1 || s->k < 1 || s->k > KLS_PRODUCT_DEPTH) return 0;
    if (s->lhs_row != 1 && s->lhs_column != 1) return 0;
    if (s->rhs_row != 1 && s->rhs_column != 1) return 0;
    return s->epilogue == NULL || epilogue_valid(s->epilogue, s->batch * s->m, s->n);
}

kls_product *kls_product_create(const kls_product_spec *spec) {
    if (!valid(spec)) return NULL;
    kls_product *p = calloc(1, sizeof *p);
    if (p == NULL) return NULL;
    p->spec = *spec;
    p->spec.epilogue = NULL;
    p->level = kls_product_level();
    p->panel = 2 * p->level->lanes;
    const int64_t behind = spec->n % p->level->lanes;
    // Short sums along vectors would be mostly their ends.
    const bool is_long = spec->lhs_row == 1 || spec->k >= 4 * p->level->lanes;
    const bool has_few = spec->n > behind && behind <= p->level->lanes / 4 && is_long;
    p->few = has_few && spec->k <= STACK_DEPTH ? behind : 0;
    p->panels = (spec->n - p->few + p->panel - 1) / p->panel;
    // An odd number of panels would leave a thread without work for a while.
    p->packs_lhs = spec->batch == 1 && spec->lhs_row == 1 && p->panels > 1
        && spec->m * spec->k >= FEWEST_TURNED;
    // Panels that cannot be shared out evenly are cut, and those of many rows, so that what loops
    // over rows made lies in the cache of the core that made it.
    const int64_t pieces = spec->batch * p->panels;
    const bool unlike = p->few > 0 && spec->m * spec->n * spec->k >= LEAST_UNLIKE;
    const bool uneven = pieces < 16 && (pieces % 2 == 1 || unlike);
    const bool cut = uneven || (spec->lhs_column == 1 && spec->m >= HALVED_ROWS) || p->packs_lhs;
    p->parts = cut && spec->m >= 2 * p->level->tall ? 2 : 1;
    const int64_t widest = spec->n < p->panel + p->few ? spec->n : p->panel + p->few;
    p->tiles_in_block = EPILOGUE_BLOCK / (p->level->tall * widest);
    p->has_epilogue = spec->epilogue != NULL;
    if (p->has_epilogue && !epilogue_init(&p->epilogue, spec->epilogue)) {
        free(p);
        return NULL;
    }
    p->split = split_product_create(spec, p->has_epilogue ? &p->epilogue : NULL);
    if (spec->lhs_bytes && p->split == NULL) {
        kls_product_destroy(p);
        return NULL;
    }
    return p;
}

void kls_product_destroy(kls_product *product) {
    if (product->split != NULL) split_product_destroy(product->split);
    if (product->has_epilogue) epilogue_free(&product->epilogue);
    free(product);
}

static int64_t piece_count(const kls_product *p) {
    return p->spec.batch * p->panels * p->parts;
}

// Panels of long sums do not fit a thread's stack.
static int64_t packed_floats(const kls_product *p) {
    return p->spec.k > STACK_DEPTH ? piece_count(p) * p->panel * p->spec.k : 0;
}

static int64_t tile_count(const kls_product *p, int64_t rows) {
    return (rows + p->level->tall - 1) / p->level->tall;
}

static int64_t lhs_floats(const kls_product *p) {
    return p->packs_lhs ? tile_count(p, p->spec.m) * p->level->tall * p->spec.k : 0;
}

bool kls_product_splits(const kls_product *p) { return p->split != NULL; }

int64_t kls_product_scratch(const kls_product *p) {
    if (p->split != NULL) return split_product_scratch(p->split);
    int64_t floats = packed_floats(p) + lhs_floats(p);
    if (p->has_epilogue)
        floats += p->spec.batch * p->parts * p->epilogue.sum_count * p->spec.n;
    return floats * (int64_t)sizeof(float);
}

static void run_piece(const product_run *run, int64_t piece, bool upwards) {
    const kls_product *product = run->product;
    const int64_t panel = piece % product->panels;
    const int64_t part = piece / product->panels % product->parts;
    const int64_t matrix = piece / product->panels / product->parts;
    const kls_product_spec *s = &product->spec;
    const product_level *level = product->level;
    _Alignas(64) float stack[STACK_DEPTH * (PANEL_MOST + PRODUCT_FEW)];
    _Alignas(64) char file[EPILOGUE_FILE];
    const int64_t column = panel * product->panel;
    const bool last_panel = panel == product->panels - 1;
    const int64_t used = last_panel ? s->n - column : product->panel;
    const int64_t few_columns = last_panel ? product->few : 0, main = used - few_columns;
    const int vectors = main > level->lanes ? 2 : 1;
    const int64_t width = vectors * level->lanes;
    const float *lhs = (const float *)run->buffers[s->lhs] + matrix * s->lhs_matrix;
    const float *rhs = (const float *)run->buffers[s->rhs] + matrix * s->rhs_matrix;
    rhs += column * s->rhs_column;
    float *packed = stack;
    if (s->k > STACK_DEPTH) packed = run->packed + piece * product->panel * s->k;
    kls_pack(rhs, s->rhs_row, s->rhs_column, s->k, main, width, packed);
    float *few_packed = packed + width * s->k;
    for (int64_t c = 0; c < few_columns; c++)
        kls_pack(
            rhs + (main + c) * s->rhs_column, 1, s->rhs_row, 1, s->k, s->k,
            few_packed + c * s->k);
    const int64_t tiles = tile_count(product, s->m);
    const int64_t first = tiles * part / product->parts;
    const int64_t last = tiles * (part + 1) / product->parts;
    const bool whole = main == width, straight = !product->has_epilogue && whole;
    const int64_t start_of_lhs = 0;
    product_tile tile = {
        .rhs = packed, .width = width, .depth = s->k, .lhs_row = s->lhs_row,
        .lhs_column = product->packs_lhs ? level->tall : s->lhs_column,
        .out_row = straight ? s->n : used, .segments = 1, .starts = &start_of_lhs,
    };
    const product_few few = {
        .rhs = few_packed, .depth = s->k, .lhs_row = s->lhs_row, .lhs_column = tile.lhs_column,
        .out_row = tile.out_row, .columns = (int)few_columns,
    };
    epilogue_worker w = {
        .plan = &product->epilogue, .buffers = run->buffers, .file = file, .column = column,
        .columns = used, .whole = whole,
    };
    const int64_t tallest = product->tiles_in_block * level->tall;
    w.most = (tallest < s->m ? tallest : s->m) * used;
    // With an epilogue the product is made in the register that its load fills.
    float *block = (float *)file;
    if (product->has_epilogue) {
        w.sums = run->sums
            + (matrix * product->parts + part) * product->epilogue.sum_count * s->n;
        epilogue_prepare(&w);
    }
    float *out = product->has_epilogue ? NULL : (float *)run->buffers[s->out] + column;
    const int64_t groups =
        (last - first + product->tiles_in_block - 1) / product->tiles_in_block;
    const int64_t above = matrix * s->m;
    for (int64_t i = 0; i < groups; i++) {
        const int64_t group = upwards ? groups - 1 - i : i;
        const int64_t from = first + group * product->tiles_in_block;
        const int64_t to =
            from + product->tiles_in_block < last ? from + product->tiles_in_block : last;
        const int64_t start = above + s->m * from / tiles, end = above + s->m * to / tiles;
        if (product->has_epilogue) block = epilogue_begin(&w, start);
        for (int64_t t = from; t < to; t++) {
            const int64_t row = s->m * t / tiles, next = s->m * (t + 1) / tiles;
            float *target =
                straight ? out + (above + row) * s->n : block + (above + row - start) * used;
            const float *left =
                product->packs_lhs ? run->lhs + t * level->tall * s->k : lhs + row * s->lhs_row;
            level->run(&tile, left, target, (int)(next - row), vectors, s->lhs_row == 1);
            if (few_columns > 0)
                level->run_few(&few, left, target + main, (int)(next - row), s->lhs_row == 1);
        }
        if (product->has_epilogue) {
            epilogue_finish(&w, start, end - start);
        } else if (!straight) {
            kls_copy_lines(
                (char *)(out + start * s->n), s->n * 4, (const char *)block, used * 4,
                end - start, used * 4);
        }
    }
}

static void run_pieces(int64_t begin, int64_t end, void *context) {
    const product_run *run = context;
    const int64_t pieces = piece_count(run->product);
    for (int64_t piece = begin; piece < end; piece++) {
        // The later half goes upwards, so that two threads meet only once at lines they share.
        run_piece(run, piece, 2 * piece >= pieces);
    }
}

// Rows of the transposed left side, each cut into tiles: so it is read as it lies.
static void pack_lhs(int64_t begin, int64_t end, void *context) {
    const product_run *run = context;
    const kls_product *product = run->product;
    const kls_product_spec *s = &product->spec;
    const int64_t tall = product->level->tall, tiles = tile_count(product, s->m);
    for (int64_t p = begin; p < end; p++) {
        const float *from = (const float *)run->buffers[s->lhs] + p * s->lhs_column;
        kls_deal(from, s->m, tiles, run->lhs + p * tall, tall * s->k);
    }
}

void kls_product_run(
    const kls_product *product, void *const *buffers, void *scratch, bool parallel
) {
    if (product->split != NULL) {
        split_product_run(product->split, buffers, scratch, parallel);
        return;
    }
    float *packed = scratch, *lhs = packed + packed_floats(product);
    product_run run = {product, buffers, packed, lhs, lhs + lhs_floats(product)};
    const int threads = parallel ? kls_most_threads() : 1;
    if (product->packs_lhs)
        kls_parallel_for(product->spec.k, pack_lhs, &run, threads);
    kls_parallel_for(piece_count(product), run_pieces, &run, threads);
    if (product->has_epilogue)
        epilogue_add_sums(
            &product->epilogue, buffers, run.sums, product->spec.batch * product->parts);
}

bool kls_product_prefers_own(int64_t batch, int64_t m, int64_t n, int64_t k) {
    // Without vectors of eight floats the library's own loops are as good.
    if (kls_product_level()->lanes < 8 || k > KLS_PRODUCT_DEPTH) return false;
    if (batch > 1) return k <= STACK_DEPTH && m * k <= 512 * 512;
    return (double)m * (double)n * (double)k <= 512.0 * 512 * 512;
}
