// The weight gradient of a convolution fused with max pooling, from the argmax indices: only one element of
// each window has a gradient, so each tap takes one multiply-add a window and channel instead of one a pixel.
// The inner loop is in max_pool_strip.h.
#include "kls_conv_pool.h"

#include <stdlib.h>
#include <string.h>

#include "../../gemm/microkernel.h"
#include "../../isa/dispatch.h"
#include "../../threads/tasks.h"
#include "kls_parallel.h"
#include "max_pool_strip.h"

enum {
    LANES = MAX_POOL_LANES,
    PARTIALS_MAX = 16,               // batch partitions, one partial sum each
    LINES_MAX = 12 * 1024,           // floats of pairs of lines, of plain lines too
};

struct kls_conv_pool_weight_gradient {
    kls_convolution shape;
    int64_t window_height, window_width, pooled_height, pooled_width;
    int64_t vectors, taps, partials;
    int64_t pitch;                   // floats of a line with its padding
    int64_t strip;                   // rows of windows at a time
};

typedef struct {
    const kls_conv_pool_weight_gradient *gradient;
    const float *input, *upstream;
    const uint8_t *argmax;
    float *result, *partial;
} gradient_run;

static int64_t pair_rows(const kls_conv_pool_weight_gradient *g, int64_t strip) {
    return (strip - 1) * g->window_height + g->shape.kernel_height;
}

static int64_t lines_of(const kls_conv_pool_weight_gradient *g, int64_t strip) {
    return strip * g->window_height + g->shape.kernel_height - 1;
}

static bool fits(const kls_conv_pool_weight_gradient *g, int64_t strip) {
    return pair_rows(g, strip) * g->pooled_width * LANES <= LINES_MAX
        && lines_of(g, strip) * g->pitch <= LINES_MAX;
}

static bool valid(const kls_convolution *s, int64_t height, int64_t width, kls_isa level) {
    if (kls_microkernel_at(level)->lanes != LANES || s->groups != 1 || s->batch < 1) return false;
    if (s->stride_y != 1 || s->stride_x != 1 || s->dilation_y != 1 || s->dilation_x != 1)
        return false;
    if (s->channels < 1 || s->out_channels < 1) return false;
    if (s->kernel_height != s->kernel_width || s->kernel_width < 2 || s->pad_top < 0
        || s->pad_left < 0)
        return false;
    return s->kernel_height * s->kernel_width <= MAX_POOL_TAPS && height >= 1 && height <= 2
        && width >= 1 && width + s->kernel_width - 1 <= MAX_POOL_SIDE && s->out_height >= height
        && s->out_width >= width;
}

// Fills sizes; false where the level's kernels cannot do it.
static bool measure(
    kls_conv_pool_weight_gradient *g, const kls_convolution *s, int64_t window_height,
    int64_t window_width, kls_isa level
) {
    if (!valid(s, window_height, window_width, level)) return false;
    *g = (kls_conv_pool_weight_gradient){
        .shape = *s, .window_height = window_height, .window_width = window_width,
        .pooled_height = s->out_height / window_height, .pooled_width = s->out_width / window_width,
        .vectors = (s->out_channels + LANES - 1) / LANES,
        .taps = s->kernel_height * s->kernel_width,
        .partials = s->batch < PARTIALS_MAX ? s->batch : PARTIALS_MAX,
    };
    g->pitch = (g->pooled_width - 1) * window_width + MAX_POOL_SIDE;
    while (g->strip < g->pooled_height && fits(g, g->strip + 1)) g->strip++;
    return g->strip > 0;
}

bool kls_conv_pool_weight_gradient_supports(
    const kls_convolution *shape, int64_t window_height, int64_t window_width, kls_isa level
) {
    kls_conv_pool_weight_gradient g;
    return measure(&g, shape, window_height, window_width, level);
}

kls_conv_pool_weight_gradient *kls_conv_pool_weight_gradient_create(
    const kls_convolution *shape, int64_t window_height, int64_t window_width
) {
    kls_conv_pool_weight_gradient *g = malloc(sizeof *g);
    if (g == NULL) return NULL;
    if (measure(g, shape, window_height, window_width, kls_isa_level())) return g;
    free(g);
    return NULL;
}

void kls_conv_pool_weight_gradient_destroy(kls_conv_pool_weight_gradient *g) { free(g); }

// Floats of a partial sum: [vectors, input channels, taps, lanes].
static int64_t partial_floats(const kls_conv_pool_weight_gradient *g) {
    return g->vectors * g->shape.channels * g->taps * LANES;
}

int64_t kls_conv_pool_weight_gradient_scratch(const kls_conv_pool_weight_gradient *g) {
    return g->partials * partial_floats(g) * (int64_t)sizeof(float);
}

// One channel of the image rows that rows of windows cover, with zeros for the padding.
static void copy_lines(
    const kls_conv_pool_weight_gradient *g, const float *image, int64_t channel, int64_t first,
    int64_t count, float *to
) {
    const kls_convolution *s = &g->shape;
    const int64_t space = g->pitch - s->pad_left;
    const int64_t used = space < s->width ? (space > 0 ? space : 0) : s->width;
    memset(to, 0, (size_t)(count * g->pitch) * sizeof(float));
    for (int64_t y = first - s->pad_top; count > 0; y++, count--, to += g->pitch) {
        if (y < 0 || y >= s->height) continue;
        const float *line = image + y * s->width * s->channels + channel;
        float *at = to + s->pad_left;
        if (s->channels == 1) memcpy(at, line, (size_t)used * sizeof(float));
        else for (int64_t x = 0; x < used; x++) at[x] = line[x * s->channels];
    }
}

static void add_image(
    const gradient_run *run, int64_t image, float *partial, float *lines, float *pairs
) {
    const kls_conv_pool_weight_gradient *g = run->gradient;
    const kls_convolution *s = &g->shape;
    const float *input = run->input + image * s->height * s->width * s->channels;
    max_pool_strip job = {
        .pairs = pairs, .columns = g->pooled_width, .n = s->out_channels,
        .pair_stride_y = g->window_height * LANES,
    };
    for (int64_t i = 0; i < g->window_height * g->window_width; i++)
        job.starts[i] = (uint8_t)(i / g->window_width * MAX_POOL_SIDE + i % g->window_width);
    for (int64_t row = 0; row < g->pooled_height; row += g->strip) {
        const int64_t strip = g->pooled_height - row < g->strip ? g->pooled_height - row : g->strip;
        const int64_t window = (image * g->pooled_height + row) * g->pooled_width;
        job.rows = strip;
        job.pair_stride_x = pair_rows(g, strip) * LANES;
        for (int64_t channel = 0; channel < s->channels; channel++) {
            copy_lines(
                g, input, channel, row * g->window_height, lines_of(g, strip), lines);
            max_pool_pair_lines(
                pair_rows(g, strip), g->pooled_width, g->window_width, g->pitch,
                (g->window_height - 1) * g->pitch, lines, pairs);
            for (int64_t v = 0; v < g->vectors; v++) {
                const int64_t left = job.n - v * LANES;
                job.lanes = (uint16_t)(left < LANES ? (1u << left) - 1 : 0xffff);
                job.upstream = run->upstream + window * job.n + v * LANES;
                job.argmax = run->argmax + window * job.n + v * LANES;
                max_pool_add_strip(
                    &job, partial + (v * s->channels + channel) * g->taps * LANES,
                    s->kernel_width);
            }
        }
    }
}

static void run_partials(int64_t begin, int64_t end, void *context) {
    const gradient_run *run = context;
    const kls_conv_pool_weight_gradient *g = run->gradient;
    _Alignas(64) float lines[LINES_MAX];
    _Alignas(64) float pairs[LINES_MAX];
    for (int64_t number = begin; number < end; number++) {
        float *partial = run->partial + number * partial_floats(g);
        memset(partial, 0, (size_t)partial_floats(g) * sizeof(float));
        const int64_t first = g->shape.batch * number / g->partials;
        const int64_t last = g->shape.batch * (number + 1) / g->partials;
        for (int64_t image = first; image < last; image++)
            add_image(run, image, partial, lines, pairs);
    }
}

// Adds the partial sums, always in the same order.
KLS_DISPATCH(static, void, add_partials, (const gradient_run *run), (run)) {
    const kls_conv_pool_weight_gradient *g = run->gradient;
    const int64_t channels = g->shape.channels, n = g->shape.out_channels;
    for (int64_t v = 0; v < g->vectors; v++)
        for (int64_t i = 0; i < channels * g->taps; i++) {
            const float *from = run->partial + (v * channels * g->taps + i) * LANES;
            float sums[LANES] = {0};
            for (int64_t number = 0; number < g->partials; number++, from += partial_floats(g))
                for (int lane = 0; lane < LANES; lane++) sums[lane] += from[lane];
            const int64_t channel = i / g->taps, tap = i % g->taps, left = n - v * LANES;
            memcpy(
                run->result + (tap * channels + channel) * n + v * LANES, sums,
                (size_t)(left < LANES ? left : LANES) * sizeof(float));
        }
}

void kls_conv_pool_weight_gradient_run(
    const kls_conv_pool_weight_gradient *g, const void *input, const uint8_t *argmax, const void *upstream,
    void *result, void *scratch, bool parallel
) {
    gradient_run run = {g, input, upstream, argmax, result, scratch};
    kls_parallel_for(g->partials, run_partials, &run, parallel ? kls_max_threads() : 1);
    add_partials(&run);
}
