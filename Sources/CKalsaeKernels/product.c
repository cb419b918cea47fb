// The float32 product over packed panels of rhs, and its epilogue block by block.
#include "include/kls_product.h"

#include <stdlib.h>
#include <string.h>

#include "epilogue.h"
#include "include/kls_parallel.h"
#include "panel.h"
#include "pieces.h"
#include "product_levels.h"

struct kls_product {
    kls_product_spec spec;
    const product_level *level;
    int64_t panel, panels, parts;    // columns of a panel; parts are cut from the rows
    int64_t tiles_in_block;
    bool has_epilogue;
    epilogue epilogue;
};

typedef struct {
    const kls_product *product;
    void *const *buffers;
    float *sums;
} product_run;

static int valid(const kls_product_spec *s) {
    if (s->m < 1 || s->n < 1 || s->k < 1 || s->k > KLS_PRODUCT_DEPTH) return 0;
    if (s->lhs_row != 1 && s->lhs_column != 1) return 0;
    if (s->rhs_row != 1 && s->rhs_column != 1) return 0;
    return s->epilogue == NULL || epilogue_valid(s->epilogue, s->m, s->n);
}

kls_product *kls_product_create(const kls_product_spec *spec) {
    if (!valid(spec)) return NULL;
    kls_product *p = calloc(1, sizeof *p);
    if (p == NULL) return NULL;
    p->spec = *spec;
    p->spec.epilogue = NULL;
    p->level = kls_product_level();
    p->panel = 2 * p->level->lanes;
    p->panels = (spec->n + p->panel - 1) / p->panel;
    // An odd number of panels would leave a thread without work for a while.
    const int cut = p->panels % 2 == 1 && p->panels < 16 && spec->m >= 2 * p->level->tall;
    p->parts = cut ? 2 : 1;
    const int64_t widest = spec->n < p->panel ? spec->n : p->panel;
    p->tiles_in_block = EPILOGUE_BLOCK / (p->level->tall * widest);
    p->has_epilogue = spec->epilogue != NULL;
    if (p->has_epilogue && !epilogue_init(&p->epilogue, spec->epilogue)) {
        free(p);
        return NULL;
    }
    return p;
}

void kls_product_destroy(kls_product *product) {
    if (product->has_epilogue) epilogue_free(&product->epilogue);
    free(product);
}

int64_t kls_product_scratch(const kls_product *p) {
    if (!p->has_epilogue) return 0;
    return p->parts * p->epilogue.sum_count * p->spec.n * (int64_t)sizeof(float);
}

static void run_part(const product_run *run, int64_t panel, int64_t part, bool upwards) {
    const kls_product *product = run->product;
    const kls_product_spec *s = &product->spec;
    const product_level *level = product->level;
    _Alignas(64) float packed[KLS_PRODUCT_DEPTH * PANEL_MOST];
    _Alignas(64) char file[EPILOGUE_FILE];
    const int64_t column = panel * product->panel;
    const int64_t used = s->n - column < product->panel ? s->n - column : product->panel;
    const int vectors = used > level->lanes ? 2 : 1;
    const int64_t width = vectors * level->lanes;
    const float *lhs = run->buffers[s->lhs];
    const float *rhs = (const float *)run->buffers[s->rhs] + column * s->rhs_column;
    kls_pack(rhs, s->rhs_row, s->rhs_column, s->k, used, width, packed);
    const int64_t first = s->m * part / product->parts;
    const int64_t rows = s->m * (part + 1) / product->parts - first;
    const int64_t tiles = (rows + level->tall - 1) / level->tall;
    const bool straight = !product->has_epilogue && used == width;
    const int64_t start_of_lhs = 0;
    product_tile tile = {
        .rhs = packed, .width = width, .depth = s->k, .lhs_row = s->lhs_row,
        .lhs_column = s->lhs_column, .out_row = straight ? s->n : used,
        .segments = 1, .starts = &start_of_lhs,
    };
    epilogue_worker w = {
        .plan = &product->epilogue, .buffers = run->buffers, .file = file, .column = column,
        .columns = used, .whole = used == width,
    };
    const int64_t tallest = product->tiles_in_block * level->tall;
    w.most = (tallest < rows ? tallest : rows) * used;
    // With an epilogue the product is made in the register that its load fills.
    float *block = (float *)file;
    if (product->has_epilogue) {
        w.sums = run->sums + part * product->epilogue.sum_count * s->n;
        epilogue_prepare(&w);
    }
    float *out = product->has_epilogue ? NULL : (float *)run->buffers[s->out] + column;
    const int64_t groups = (tiles + product->tiles_in_block - 1) / product->tiles_in_block;
    for (int64_t i = 0; i < groups; i++) {
        const int64_t group = upwards ? groups - 1 - i : i;
        const int64_t from = group * product->tiles_in_block;
        const int64_t to =
            from + product->tiles_in_block < tiles ? from + product->tiles_in_block : tiles;
        const int64_t start = first + rows * from / tiles, end = first + rows * to / tiles;
        if (product->has_epilogue) block = epilogue_begin(&w, start);
        for (int64_t t = from; t < to; t++) {
            const int64_t row = first + rows * t / tiles;
            const int64_t next = first + rows * (t + 1) / tiles;
            float *target = straight ? out + row * s->n : block + (row - start) * used;
            level->run(
                &tile, lhs + row * s->lhs_row, target, (int)(next - row), vectors,
                s->lhs_row == 1);
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
    const kls_product *product = run->product;
    const int64_t pieces = product->panels * product->parts;
    for (int64_t piece = begin; piece < end; piece++) {
        // The later half goes upwards, so that two threads meet only once at lines they share.
        run_part(
            run, piece / product->parts, piece % product->parts, 2 * piece >= pieces);
    }
}

void kls_product_run(
    const kls_product *product, void *const *buffers, void *scratch, bool parallel
) {
    product_run run = {product, buffers, scratch};
    const int threads = parallel ? kls_most_threads() : 1;
    kls_parallel_for(product->panels * product->parts, run_pieces, &run, threads);
    if (product->has_epilogue)
        epilogue_add_sums(&product->epilogue, buffers, scratch, product->parts);
}

bool kls_product_prefers_own(int64_t m, int64_t n, int64_t k) {
    // Without vectors of eight floats the library's own loops are as good.
    if (kls_product_level()->lanes < 8 || k > KLS_PRODUCT_DEPTH) return false;
    return (double)m * (double)n * (double)k <= 512.0 * 512 * 512;
}
