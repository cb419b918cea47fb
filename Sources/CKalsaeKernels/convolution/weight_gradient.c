// The gradient of a convolution's kernel as a product: window places by channels, summed over
// pixels, both sides read where they lie.
#include <stdlib.h>
#include <string.h>

#include "../isa/dispatch.h"
#include "../gemm/epilogue.h"
#include "image_walk.h"
#include "kls_conv_gemm.h"
#include "kls_parallel.h"
#include "../gemm/pack.h"
#include "../threads/pieces.h"
#include "../gemm/microkernel.h"
#include "weight_gradient_amx.h"

enum {
    PARTS_MOST = 16,                 // partial results, each of a part of the batch
    PARTS_BYTES = 768 * 1024,        // of all partial results, unless two are more
    STRIP_FLOATS = 9 * 1024,         // of both sides: what the first cache holds
    STRIP_PIXELS = 64,               // that a partial result should be loaded for, at least
    NARROWEST = 8,
};

struct kls_kernel_gradient {
    image_walk walk;
    const product_level *level;
    int64_t images, parts;
    int64_t n, width;                // output channels, and rounded up to whole vectors
    int64_t rows;                    // of the result: window places times input channels
    int64_t strip;                   // rows of the output at a time
    bool splits;                     // works on the matrix unit
    split_gradient split;
};

typedef struct {
    const kls_kernel_gradient *gradient;
    const float *input, *from;
    float *result, *partial;
} gradient_run;

kls_kernel_gradient *kls_kernel_gradient_create(const kls_convolution *s, bool may_split) {
    const product_level *level = kls_product_level();
    if (level->lanes < 8 || s->groups != 1 || s->batch < 1 || s->channels < 1
        || s->out_channels < NARROWEST || s->out_height < 1 || s->out_width < 1
        || s->pad_top < 0 || s->pad_left < 0)
        return NULL;
    kls_kernel_gradient *g = calloc(1, sizeof *g);
    if (g == NULL) return NULL;
    if (!image_walk_init(&g->walk, s)) {
        free(g);
        return NULL;
    }
    g->level = level;
    g->images = s->batch;
    g->n = s->out_channels;
    g->width = (g->n + level->lanes - 1) / level->lanes * level->lanes;
    g->rows = s->kernel_height * s->kernel_width * s->channels;
    const int64_t bytes = g->rows * g->width * (int64_t)sizeof(float);
    g->parts = PARTS_MOST;
    while (g->parts > 2 && g->parts * bytes > PARTS_BYTES) g->parts /= 2;
    if (g->parts > g->images) g->parts = g->images;
    const int64_t row = g->walk.stride_y * g->walk.line + s->out_width * g->width;
    g->strip = STRIP_FLOATS / row;
    if (g->strip * s->out_width < STRIP_PIXELS)
        g->strip = (STRIP_PIXELS + s->out_width - 1) / s->out_width;
    const int64_t most = image_walk_rows(&g->walk);
    if (g->strip > most) g->strip = most;
    if (g->n != g->width && g->strip * s->out_width * g->width > IMAGE_MOST)
        g->strip = IMAGE_MOST / (s->out_width * g->width);
    // The starts of a strip's rows must fit the place for them.
    if (g->strip < 1) {
        kls_kernel_gradient_destroy(g);
        return NULL;
    }
    if (g->strip > 256) g->strip = 256;
    g->splits = may_split && split_gradient_init(&g->split, s);
    return g;
}

void kls_kernel_gradient_destroy(kls_kernel_gradient *g) {
    image_walk_free(&g->walk);
    free(g);
}

bool kls_kernel_gradient_splits(const kls_kernel_gradient *g) { return g->splits; }

int64_t kls_kernel_gradient_scratch(const kls_kernel_gradient *g) {
    return g->parts * g->rows * g->width * (int64_t)sizeof(float);
}

// Adds what a strip of an image gives to a partial result.
static void run_strip(
    const kls_kernel_gradient *g, const float *lhs, const float *rhs, int64_t rhs_row,
    int64_t rows, float *partial, bool adds
) {
    const image_walk *walk = &g->walk;
    int64_t starts[256];
    for (int64_t y = 0; y < rows; y++) starts[y] = y * walk->stride_y * walk->line;
    product_tile tile = {
        .width = rhs_row, .depth = walk->out_width, .lhs_row = 1, .lhs_column = walk->pixel,
        .out_row = g->width, .segments = rows, .starts = starts, .adds = adds,
    };
    const int64_t tiles = (walk->depth + g->level->tall - 1) / g->level->tall;
    for (int64_t column = 0; column < g->width; column += 2 * g->level->lanes) {
        const int vectors = g->width - column > g->level->lanes ? 2 : 1;
        tile.rhs = rhs + column;
        for (int64_t segment = 0; segment < walk->segments; segment++)
            for (int64_t t = 0; t < tiles; t++) {
                const int64_t at = walk->depth * t / tiles, next = walk->depth * (t + 1) / tiles;
                float *out = partial + (segment * walk->depth + at) * g->width + column;
                g->level->run(
                    &tile, lhs + walk->starts[segment] + at, out, (int)(next - at), vectors, true);
            }
    }
}

static void run_image(
    const gradient_run *run, int64_t image, float *partial, bool adds, float *copy, float *wide
) {
    const kls_kernel_gradient *g = run->gradient;
    const image_walk *walk = &g->walk;
    const float *input = run->input + image * walk->height * walk->width * walk->channels;
    const float *from = run->from + image * walk->out_height * walk->out_width * g->n;
    for (int64_t row = 0; row < walk->out_height; row += g->strip) {
        const int64_t left = walk->out_height - row;
        const int64_t rows = left < g->strip ? left : g->strip;
        const float *lhs = image_walk_begin(walk, input, row, rows, copy);
        const float *rhs = from + row * walk->out_width * g->n;
        if (g->n != g->width) {
            kls_pack(rhs, g->n, 1, rows * walk->out_width, g->n, g->width, wide);
            rhs = wide;
        }
        run_strip(g, lhs, rhs, g->width, rows, partial, adds || row > 0);
    }
}

static void run_parts(int64_t begin, int64_t end, void *context) {
    const gradient_run *run = context;
    const kls_kernel_gradient *g = run->gradient;
    const image_walk *walk = &g->walk;
    _Alignas(64) float room[2 * IMAGE_MOST];
    _Static_assert(sizeof room >= SPLIT_ROOM * sizeof(split_part), "one room for both");
    split_part *parts = (split_part *)room;
    for (int64_t part = begin; part < end; part++) {
        float *partial = run->partial + part * g->rows * g->width;
        const int64_t first = g->images * part / g->parts;
        const int64_t last = g->images * (part + 1) / g->parts;
        for (int64_t image = first; image < last; image++) {
            if (!g->splits) {
                run_image(run, image, partial, image > first, room, room + IMAGE_MOST);
                continue;
            }
            split_gradient_image(
                &g->split, run->input + image * walk->height * walk->width * walk->channels,
                run->from + image * walk->out_height * walk->out_width * g->n, parts, partial,
                image > first);
        }
    }
}

// Adds the partial results, always in the same order.
KLS_DISPATCH(static, void, add_parts,
    (int64_t begin, int64_t end, void *context), (begin, end, context)) {
    const gradient_run *run = context;
    const kls_kernel_gradient *g = run->gradient;
    for (int64_t row = begin; row < end; row++) {
        const float *from = run->partial + row * g->width;
        float *to = run->result + row * g->n;
        for (int64_t c = 0; c < g->n; c++) to[c] = from[c];
        for (int64_t part = 1; part < g->parts; part++) {
            from += g->rows * g->width;
            for (int64_t c = 0; c < g->n; c++) to[c] += from[c];
        }
    }
}

// The same for results that are turned round; rows in eights.
KLS_DISPATCH(static, void, add_turned,
    (int64_t begin, int64_t end, void *context), (begin, end, context)) {
    const gradient_run *run = context;
    const kls_kernel_gradient *g = run->gradient;
    for (int64_t row = begin * 8; row < end * 8 && row < g->rows; row += 8) {
        const int64_t left = g->rows - row, count = left < 8 ? left : 8;
        for (int64_t c = 0; c < g->n; c++) {
            const float *from = run->partial + c * g->rows + row;
            float sums[8] = {0};
            for (int64_t part = 0; part < g->parts; part++, from += g->rows * g->width)
                for (int64_t i = 0; i < count; i++) sums[i] += from[i];
            for (int64_t i = 0; i < count; i++) run->result[(row + i) * g->n + c] = sums[i];
        }
    }
}

void kls_kernel_gradient_run(
    const kls_kernel_gradient *g, const void *input, const void *from, void *result,
    void *scratch, bool parallel
) {
    gradient_run run = {g, input, from, result, scratch};
    const int threads = parallel ? kls_most_threads() : 1;
    kls_parallel_for(g->parts, run_parts, &run, threads);
    const int64_t floats = g->parts * g->rows * g->width;
    const int adding = floats < 65536 ? 1 : threads;
    if (g->splits) kls_parallel_for((g->rows + 7) / 8, add_turned, &run, adding);
    else kls_parallel_for(g->rows, add_parts, &run, adding);
}
