// Weight gradients of convolutions on vectors, as an implicit GEMM with the microkernel:
//
//     C[taps * in channels x out channels] = A[taps * in channels x pixels] B[pixels x out channels]
//
// A is the image, transposed: a row of A is one tap and input channel, at all pixels. Both operands are read
// in place. K is the pixels of the batch, and split-K is over batch partitions: one partial sum of C for
// each, added in a fixed order.
#include "kls_conv_gemm.h"

#include <stdlib.h>
#include <string.h>

#include "../gemm/microkernel.h"
#include "../gemm/pack.h"
#include "../isa/dispatch.h"
#include "../isa/prefetch.h"
#include "../threads/tasks.h"
#include "conv_offsets.h"
#include "kls_parallel.h"
#include "amx/weight_gradient_amx.h"

enum {
    PARTIALS_MAX = 16,               // batch partitions, one partial sum each
    PARTIALS_BYTES = 768 * 1024,     // of all partial sums, unless two take more
    STRIP_FLOATS = 9 * 1024,         // of A and B: what the first-level cache holds
    STRIP_PIXELS = 64,               // at least, over which a load and store of the partial sum amortizes
    STRIP_ROWS_MAX = 256,            // bound of the array of starts
};

struct kls_conv_weight_gradient {
    conv_offsets offsets;
    const microkernel *micro;
    int64_t images, partials;
    int64_t n, width;                // output channels, and rounded up to whole vectors
    int64_t rows;                    // of C: taps times input channels
    int64_t strip;                   // rows of the output at a time
    bool uses_amx;
    weight_gradient_amx amx;
};

typedef struct {
    const kls_conv_weight_gradient *gradient;
    const float *input, *upstream;
    float *result, *partial;
    int64_t cuts;                    // tasks of a partial sum
} gradient_run;

// Fills sizes, but allocates nothing; false where the level's kernels cannot do it.
static bool measure(
    kls_conv_weight_gradient *g, const kls_convolution *s, bool uses_bf16_limbs, kls_isa level
) {
    const microkernel *micro = kls_microkernel_at(level);
    *g = (kls_conv_weight_gradient){.micro = micro, .uses_amx = uses_bf16_limbs};
    if (s->groups != 1 || s->batch < 1 || s->channels < 1
        || s->out_channels < 1 || s->out_height < 1 || s->out_width < 1 || s->pad_top < 0
        || s->pad_left < 0 || !conv_offsets_measure(&g->offsets, s))
        return false;
    g->images = s->batch;
    g->n = s->out_channels;
    g->width = (g->n + micro->lanes - 1) / micro->lanes * micro->lanes;
    g->rows = s->kernel_height * s->kernel_width * s->channels;
    const int64_t bytes = g->rows * g->width * (int64_t)sizeof(float);
    g->partials = PARTIALS_MAX;
    while (g->partials > 2 && g->partials * bytes > PARTIALS_BYTES) g->partials /= 2;
    if (g->partials > g->images) g->partials = g->images;
    const int64_t row = g->offsets.stride_y * g->offsets.line + s->out_width * g->width;
    g->strip = STRIP_FLOATS / row;
    if (g->strip * s->out_width < STRIP_PIXELS)
        g->strip = (STRIP_PIXELS + s->out_width - 1) / s->out_width;
    const int64_t most = conv_offsets_rows(&g->offsets);
    if (g->strip > most) g->strip = most;
    if (g->n != g->width && g->strip * s->out_width * g->width > IMAGE_COPY_MAX)
        g->strip = IMAGE_COPY_MAX / (s->out_width * g->width);
    if (g->strip < 1) return false;
    if (g->strip > STRIP_ROWS_MAX) g->strip = STRIP_ROWS_MAX;
    return !uses_bf16_limbs || (level == KLS_ISA_AMX && weight_gradient_amx_init(&g->amx, s));
}

bool kls_conv_weight_gradient_supports(
    const kls_convolution *shape, bool uses_bf16_limbs, kls_isa level
) {
    kls_conv_weight_gradient g;
    return measure(&g, shape, uses_bf16_limbs, level);
}

kls_tile_work kls_conv_weight_gradient_tile_work(const kls_convolution *shape) {
    weight_gradient_amx amx;
    return weight_gradient_amx_init(&amx, shape) ? weight_gradient_amx_work(&amx)
                                                 : (kls_tile_work){0};
}

kls_conv_weight_gradient *kls_conv_weight_gradient_create(
    const kls_convolution *shape, bool uses_bf16_limbs
) {
    kls_conv_weight_gradient *g = malloc(sizeof *g);
    if (g == NULL) return NULL;
    if (measure(g, shape, uses_bf16_limbs, kls_isa_level()) && conv_offsets_init(&g->offsets, shape))
        return g;
    free(g);
    return NULL;
}

void kls_conv_weight_gradient_destroy(kls_conv_weight_gradient *g) {
    conv_offsets_free(&g->offsets);
    free(g);
}

bool kls_conv_weight_gradient_uses_amx(const kls_conv_weight_gradient *g) { return g->uses_amx; }

int64_t kls_conv_weight_gradient_scratch(const kls_conv_weight_gradient *g) {
    return g->partials * g->rows * g->width * (int64_t)sizeof(float);
}

// Part of a partial sum: all channels and taps of a kernel row by a panel of output channels is one of
// `piece_count`.
typedef struct {
    int64_t first, last;
} piece;

static int64_t piece_count(const kls_conv_weight_gradient *g) {
    const int64_t panel = 2 * g->micro->lanes;
    return (g->width + panel - 1) / panel * g->offsets.segments;
}

static int64_t row_tiles(const kls_conv_weight_gradient *g) {
    return (g->offsets.depth + g->micro->mr - 1) / g->micro->mr;
}

// Accumulates the product of a strip of output rows into a partial sum, and asks for the lines behind it.
static void run_strip(
    const kls_conv_weight_gradient *g, const float *a, const float *b, int64_t rows, piece of,
    float *partial, bool adds, prefetch_range behind[2]
) {
    const conv_offsets *offsets = &g->offsets;
    int64_t starts[STRIP_ROWS_MAX];
    for (int64_t y = 0; y < rows; y++) starts[y] = y * offsets->stride_y * offsets->line;
    micro_tile tile = {
        .b_row = g->width, .k = offsets->out_width, .a_row = 1, .a_column = offsets->pixel,
        .c_row = g->width, .segments = rows, .starts = starts, .accumulates = adds,
    };
    const int64_t tiles = row_tiles(g);
    for (int64_t i = of.first; i < of.last; i++) {
        const int64_t column = i / offsets->segments * 2 * g->micro->lanes;
        const int64_t segment = i % offsets->segments;
        const int vectors = g->width - column > g->micro->lanes ? 2 : 1;
        tile.b = b + column;
        for (int64_t t = 0; t < tiles; t++) {
            const int64_t at = offsets->depth * t / tiles, next = offsets->depth * (t + 1) / tiles;
            float *out = partial + (segment * offsets->depth + at) * g->width + column;
            prefetch_next(&behind[0]);
            prefetch_next(&behind[1]);
            g->micro->run(
                &tile, a + offsets->starts[segment] + at, out, (int)(next - at), vectors, true);
        }
    }
}

static void run_image(
    const gradient_run *run, int64_t image, piece of, float *partial, bool adds, float *copy,
    float *padded
) {
    const kls_conv_weight_gradient *g = run->gradient;
    const conv_offsets *offsets = &g->offsets;
    const float *input = run->input + image * offsets->height * offsets->width * offsets->channels;
    const float *upstream = run->upstream + image * offsets->out_height * offsets->out_width * g->n;
    for (int64_t row = 0; row < offsets->out_height; row += g->strip) {
        const int64_t left = offsets->out_height - row;
        const int64_t rows = left < g->strip ? left : g->strip;
        const float *a = conv_offsets_begin(offsets, input, row, rows, copy);
        const float *b = upstream + row * offsets->out_width * g->n;
        if (g->n != g->width) {
            kls_pack_panel(b, g->n, 1, rows * offsets->out_width, g->n, g->width, padded);
            b = padded;
        }
        const int64_t line = offsets->width * offsets->channels * (int64_t)sizeof(float);
        const int64_t out_line = offsets->out_width * g->n * (int64_t)sizeof(float);
        const int64_t steps = (of.last - of.first) * row_tiles(g), lines = rows * offsets->stride_y;
        prefetch_range behind[2] = {
            prefetch_in_steps(
                (const char *)input + (row * offsets->stride_y + lines) * line, lines * line, steps),
            prefetch_in_steps((const char *)upstream + (row + rows) * out_line, rows * out_line, steps),
        };
        run_strip(g, a, b, rows, of, partial, adds || row > 0, behind);
    }
}

// Each piece reads all of a strip, so that only threads without work of their own are worth a cut.
static int64_t cuts_for(const kls_conv_weight_gradient *g, int threads) {
    if (g->uses_amx || threads <= g->partials) return 1;
    const int64_t wanted = (2 * threads + g->partials - 1) / g->partials, pieces = piece_count(g);
    return wanted < pieces ? wanted : pieces;
}

static void run_partials(int64_t begin, int64_t end, void *context) {
    const gradient_run *run = context;
    const kls_conv_weight_gradient *g = run->gradient;
    const conv_offsets *offsets = &g->offsets;
    _Alignas(64) float workspace[2 * IMAGE_COPY_MAX];
    _Static_assert(sizeof workspace >= IMAGE_LIMBS_MAX * sizeof(bf16), "one workspace for both");
    bf16 *limbs = (bf16 *)workspace;
    for (int64_t task = begin; task < end; task++) {
        const int64_t number = task / run->cuts, cut = task % run->cuts, pieces = piece_count(g);
        const piece of = {pieces * cut / run->cuts, pieces * (cut + 1) / run->cuts};
        float *partial = run->partial + number * g->rows * g->width;
        const int64_t first = g->images * number / g->partials;
        const int64_t last = g->images * (number + 1) / g->partials;
        for (int64_t image = first; image < last; image++) {
            if (!g->uses_amx) {
                run_image(
                    run, image, of, partial, image > first, workspace, workspace + IMAGE_COPY_MAX);
                continue;
            }
            weight_gradient_amx_image(
                &g->amx, run->input + image * offsets->height * offsets->width * offsets->channels,
                run->upstream + image * offsets->out_height * offsets->out_width * g->n, limbs, partial,
                image > first);
        }
    }
}

// Adds the partial sums, always in the same order.
KLS_DISPATCH(static, void, add_partials,
    (int64_t begin, int64_t end, void *context), (begin, end, context)) {
    const gradient_run *run = context;
    const kls_conv_weight_gradient *g = run->gradient;
    for (int64_t row = begin; row < end; row++) {
        const float *from = run->partial + row * g->width;
        float *to = run->result + row * g->n;
        for (int64_t c = 0; c < g->n; c++) to[c] = from[c];
        for (int64_t number = 1; number < g->partials; number++) {
            from += g->rows * g->width;
            for (int64_t c = 0; c < g->n; c++) to[c] += from[c];
        }
    }
}

// The same for partial sums of AMX, which are transposed; eight rows at a time.
KLS_DISPATCH(static, void, add_transposed,
    (int64_t begin, int64_t end, void *context), (begin, end, context)) {
    const gradient_run *run = context;
    const kls_conv_weight_gradient *g = run->gradient;
    for (int64_t row = begin * 8; row < end * 8 && row < g->rows; row += 8) {
        const int64_t left = g->rows - row, count = left < 8 ? left : 8;
        for (int64_t c = 0; c < g->n; c++) {
            const float *from = run->partial + c * g->rows + row;
            float sums[8] = {0};
            for (int64_t number = 0; number < g->partials; number++, from += g->rows * g->width)
                for (int64_t i = 0; i < count; i++) sums[i] += from[i];
            for (int64_t i = 0; i < count; i++) run->result[(row + i) * g->n + c] = sums[i];
        }
    }
}

void kls_conv_weight_gradient_run(
    const kls_conv_weight_gradient *g, const void *input, const void *upstream, void *result,
    void *scratch, bool parallel
) {
    const int threads = parallel ? kls_max_threads() : 1;
    gradient_run run = {g, input, upstream, result, scratch, cuts_for(g, threads)};
    kls_parallel_for(g->partials * run.cuts, run_partials, &run, threads);
    const int64_t floats = g->partials * g->rows * g->width;
    const int adding = floats < 65536 ? 1 : threads;
    if (g->uses_amx) kls_parallel_for((g->rows + 7) / 8, add_transposed, &run, adding);
    else kls_parallel_for(g->rows, add_partials, &run, adding);
}
