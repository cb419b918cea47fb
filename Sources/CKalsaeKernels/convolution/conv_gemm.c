// The float32 convolution as a product: pixels by channels, its left side read where it lies.
#include "kls_conv_gemm.h"

#include <stdlib.h>
#include <string.h>

#include "../gemm/epilogue.h"
#include "image_walk.h"
#include "kls_parallel.h"
#include "../gemm/pack.h"
#include "../threads/pieces.h"
#include "max_pool_fusion.h"
#include "../gemm/microkernel.h"
#include "conv_amx.h"

enum {
    DEPTH_MOST = 1280,               // longer sums leave the second cache
    PIECES_LEAST = 8,                // so that several threads have work on a small batch
    NARROWEST = 8,                   // fewer channels would leave most of a vector idle
};

struct kls_convolve {
    kls_convolve_spec spec;
    image_walk walk;
    const product_level *level;
    int64_t images, n, k;
    int64_t panel, panels;
    int64_t strip, strips;           // rows of the output that a piece makes; pieces of an image
    bool has_epilogue;
    epilogue epilogue;
    pooled pooled;
    split_convolve *split;           // NULL, or what runs instead
};

typedef struct {
    const kls_convolve *convolve;
    void *const *buffers;
    float *packed, *sums;
} convolve_run;

// The forward convolution that makes a gradient of the input: of the padded gradient, with the
// kernel turned round.
static kls_convolution turned_round(const kls_convolution *s) {
    kls_convolution t = *s;
    t.channels = s->out_channels;
    t.height = s->out_height;
    t.width = s->out_width;
    t.out_channels = s->channels;
    t.out_height = s->height;
    t.out_width = s->width;
    t.pad_top = (s->kernel_height - 1) * s->dilation_y - s->pad_top;
    t.pad_left = (s->kernel_width - 1) * s->dilation_x - s->pad_left;
    return t;
}

static bool valid(const kls_convolve_spec *spec, const kls_convolution *t) {
    const kls_convolution *s = &spec->shape;
    if (s->groups != 1 || t->batch < 1 || t->channels < 1 || t->out_channels < NARROWEST)
        return false;
    if (t->height < 1 || t->width < 1 || t->out_height < 1 || t->out_width < 1) return false;
    if (spec->of_input && (s->stride_y != 1 || s->stride_x != 1)) return false;
    if (t->pad_top < 0 || t->pad_left < 0) return false;
    if (t->kernel_height * t->kernel_width * t->channels > DEPTH_MOST) return false;
    const int64_t pixels = t->batch * t->out_height * t->out_width;
    return spec->epilogue == NULL || epilogue_valid(spec->epilogue, pixels, t->out_channels);
}

kls_convolve *kls_convolve_create(const kls_convolve_spec *spec) {
    const kls_convolution t = spec->of_input ? turned_round(&spec->shape) : spec->shape;
    const product_level *level = kls_product_level();
    pooled pooled;
    if (level->lanes < 8 || !pooled_init(&pooled, spec, t.out_width * 2 * level->lanes)
        || !valid(spec, &t))
        return NULL;
    kls_convolve *c = calloc(1, sizeof *c);
    if (c == NULL) return NULL;
    c->spec = *spec;
    c->spec.epilogue = NULL;
    c->level = level;
    c->pooled = pooled;
    c->images = t.batch;
    c->n = t.out_channels;
    c->k = t.kernel_height * t.kernel_width * t.channels;
    c->panel = 2 * level->lanes;
    c->panels = (c->n + c->panel - 1) / c->panel;
    c->has_epilogue = spec->epilogue != NULL;
    if (!image_walk_init(&c->walk, &t)
        || (c->has_epilogue && !epilogue_init(&c->epilogue, spec->epilogue))) {
        image_walk_free(&c->walk);
        free(c);
        return NULL;
    }
    // Strips are whole rows of windows.
    const int64_t unit = pooled.height > 0 ? pooled.height : 1;
    c->strip = image_walk_rows(&c->walk) / unit * unit;
    if (c->strip == 0) {
        kls_convolve_destroy(c);
        return NULL;
    }
    c->split = split_convolve_create(
        spec, &t, &c->walk, c->has_epilogue ? &c->epilogue : NULL, &c->pooled);
    for (;;) {
        c->strips = (t.out_height + c->strip - 1) / c->strip;
        if (c->strip == unit || c->images * c->strips >= PIECES_LEAST) return c;
        c->strip = (c->strip / unit + 1) / 2 * unit;
    }
}

void kls_convolve_destroy(kls_convolve *c) {
    if (c->split != NULL) split_convolve_destroy(c->split);
    image_walk_free(&c->walk);
    if (c->has_epilogue) epilogue_free(&c->epilogue);
    free(c);
}

static int64_t packed_floats(const kls_convolve *c) { return c->panels * c->panel * c->k; }

bool kls_convolve_splits(const kls_convolve *c) { return c->split != NULL; }

int64_t kls_convolve_scratch(const kls_convolve *c) {
    if (c->split != NULL) return split_convolve_scratch(c->split);
    int64_t floats = packed_floats(c);
    if (c->has_epilogue) floats += c->images * c->strips * c->epilogue.sum_count * c->n;
    return floats * (int64_t)sizeof(float);
}

static int64_t columns_of(const kls_convolve *c, int64_t panel) {
    const int64_t left = c->n - panel * c->panel;
    return left < c->panel ? left : c->panel;
}

// The kernel [places, in, out] as panels; for the gradient of the input its places backwards and
// its two other axes exchanged.
static void pack_panels(int64_t begin, int64_t end, void *context) {
    const convolve_run *run = context;
    const kls_convolve *c = run->convolve;
    const kls_convolution *s = &c->spec.shape;
    const float *kernel = run->buffers[c->spec.rhs];
    const int64_t places = s->kernel_height * s->kernel_width, depth = c->k / places;
    for (int64_t panel = begin; panel < end; panel++) {
        const int64_t used = columns_of(c, panel), column = panel * c->panel;
        const int64_t width = used > c->level->lanes ? c->panel : c->level->lanes;
        float *to = run->packed + panel * c->panel * c->k;
        if (!c->spec.of_input) {
            kls_pack(kernel + column, c->n, 1, c->k, used, width, to);
            continue;
        }
        for (int64_t place = places - 1; place >= 0; place--, to += depth * width)
            kls_pack(
                kernel + (place * s->channels + column) * s->out_channels, 1, s->out_channels,
                depth, used, width, to);
    }
}

// One panel's columns as the inner loops want them.
static product_tile tile_of(const convolve_run *run, int64_t panel) {
    const kls_convolve *c = run->convolve;
    const image_walk *walk = &c->walk;
    return (product_tile){
        .rhs = run->packed + panel * c->panel * c->k,
        .width = columns_of(c, panel) > c->level->lanes ? c->panel : c->level->lanes,
        .depth = walk->depth, .lhs_row = walk->pixel, .lhs_column = 1,
        .segments = walk->segments, .starts = walk->starts,
    };
}

// A strip of one panel's columns, of which the largest elements of windows are kept.
static void pool_panel(
    const convolve_run *run, int64_t panel, int64_t pixel, const float *lhs, int64_t rows,
    float *lines
) {
    const kls_convolve *c = run->convolve;
    const image_walk *walk = &c->walk;
    const pooled *p = &c->pooled;
    product_tile tile = tile_of(run, panel);
    tile.out_row = tile.width;
    const int vectors = tile.width == c->panel ? 2 : 1;
    const int64_t across = walk->out_width, step = p->rows * p->height;
    const int64_t tiles = (across + c->level->tall - 1) / c->level->tall;
    pooled_writer writer = {
        .plan = p, .buffers = run->buffers, .window = pixel / (p->height * p->width),
        .column = panel * c->panel, .columns = columns_of(c, panel),
    };
    for (int64_t y = 0; y < rows; y += step) {
        const int64_t count = rows - y < step ? rows - y : step;
        for (int64_t i = 0; i < count; i++) {
            const float *line = lhs + (y + i) * walk->stride_y * walk->line;
            for (int64_t t = 0; t < tiles; t++) {
                const int64_t x = across * t / tiles, next = across * (t + 1) / tiles;
                c->level->run(
                    &tile, line + x * walk->pixel, lines + (i * across + x) * tile.width,
                    (int)(next - x), vectors, false);
            }
        }
        pooled_take(&writer, lines, tile.width, count / p->height);
    }
}

// A strip of one panel's columns.
static void run_panel(
    const convolve_run *run, int64_t panel, int64_t pixel, int64_t piece, const float *lhs,
    int64_t rows, char *file
) {
    const kls_convolve *c = run->convolve;
    const image_walk *walk = &c->walk;
    const int64_t used = columns_of(c, panel), column = panel * c->panel;
    const int64_t across = walk->out_width;
    product_tile tile = tile_of(run, panel);
    const int vectors = tile.width == c->panel ? 2 : 1;
    const bool whole = used == tile.width, straight = !c->has_epilogue && whole;
    tile.out_row = straight ? c->n : used;
    const int64_t tiles = (across + c->level->tall - 1) / c->level->tall;
    const int64_t tallest = (across + tiles - 1) / tiles;
    const int64_t fit = EPILOGUE_BLOCK / used;
    epilogue_worker w = {
        .plan = &c->epilogue, .buffers = run->buffers, .file = file, .column = column,
        .columns = used, .most = fit * used, .whole = whole,
    };
    float *block = (float *)file;
    if (c->has_epilogue) {
        w.sums = run->sums + piece * c->epilogue.sum_count * c->n;
        epilogue_prepare(&w);
        block = epilogue_begin(&w, pixel);
    }
    float *out = c->has_epilogue ? NULL : (float *)run->buffers[c->spec.out] + column;
    int64_t held = 0;                // pixels in the block
    for (int64_t y = 0; y < rows; y++) {
        const float *line = lhs + y * walk->stride_y * walk->line;
        for (int64_t t = 0; t < tiles; t++) {
            const int64_t x = across * t / tiles, next = across * (t + 1) / tiles;
            float *target = straight ? out + pixel * c->n : block + held * used;
            c->level->run(
                &tile, line + x * walk->pixel, target, (int)(next - x), vectors, false);
            held += next - x;
            if (straight) {
                pixel += held;
                held = 0;
                continue;
            }
            const bool last = y == rows - 1 && t == tiles - 1;
            if (held + tallest <= fit && !last) continue;
            if (c->has_epilogue) {
                epilogue_finish(&w, pixel, held);
                if (!last) block = epilogue_begin(&w, pixel + held);
            } else {
                kls_copy_lines(
                    (char *)(out + pixel * c->n), c->n * 4, (const char *)block, used * 4, held,
                    used * 4);
            }
            pixel += held;
            held = 0;
        }
    }
}

static void run_pieces(int64_t begin, int64_t end, void *context) {
    const convolve_run *run = context;
    const kls_convolve *c = run->convolve;
    const image_walk *walk = &c->walk;
    _Alignas(64) float copy[IMAGE_MOST];
    _Alignas(64) char file[EPILOGUE_FILE];
    _Alignas(64) float lines[POOLED_ROOM + POOLED_SLACK];
    for (int64_t piece = begin; piece < end; piece++) {
        const int64_t image = piece / c->strips, row = piece % c->strips * c->strip;
        const int64_t left = walk->out_height - row, rows = left < c->strip ? left : c->strip;
        const float *from = run->buffers[c->spec.lhs];
        from += image * walk->height * walk->width * walk->channels;
        const float *lhs = image_walk_begin(walk, from, row, rows, copy);
        const int64_t pixel = (image * walk->out_height + row) * walk->out_width;
        for (int64_t panel = 0; panel < c->panels; panel++) {
            if (c->pooled.height > 0) pool_panel(run, panel, pixel, lhs, rows, lines);
            else run_panel(run, panel, pixel, piece, lhs, rows, file);
        }
    }
}

void kls_convolve_run(
    const kls_convolve *c, void *const *buffers, void *scratch, bool parallel
) {
    if (c->split != NULL) {
        split_convolve_run(c->split, buffers, scratch, parallel);
        return;
    }
    convolve_run run = {c, buffers, scratch, (float *)scratch + packed_floats(c)};
    const int threads = parallel ? kls_most_threads() : 1;
    // Beginning a region costs as much as packing some thousand floats.
    kls_parallel_for(c->panels, pack_panels, &run, packed_floats(c) < 16384 ? 1 : threads);
    kls_parallel_for(c->images * c->strips, run_pieces, &run, threads);
    if (c->has_epilogue)
        epilogue_add_sums(&c->epilogue, buffers, run.sums, c->images * c->strips);
}
