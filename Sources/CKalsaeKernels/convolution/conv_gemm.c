// Convolutions on vectors, as an implicit GEMM with the microkernel:
//
//     C[pixels x out channels] = A[pixels x K] B[K x out channels],   K = (kernel rows, taps x channels)
//
// A is read where the image lies: the windows of outputs side by side begin stride_x * channels floats apart,
// which is the row stride of A, and a row of the kernel is a segment of K (image_walk.h). Rows are copied
// only where the image has padding. B, the weights, is packed once in panels of NR output channels.
#include "kls_conv_gemm.h"

#include <stdlib.h>

#include "../gemm/pack.h"
#include "../threads/pieces.h"
#include "conv_gemm_strip.h"
#include "kls_parallel.h"

enum {
    K_MAX = 1280,                    // a longer K leaves the second-level cache
    PIECES_MIN = 8,                  // so that several threads have work on a small batch
    CHANNELS_MIN = 8,                // fewer output channels would leave most of a vector idle
};

// The forward convolution that makes an input gradient: of the padded gradient of the output, with flipped
// weights.
static kls_convolution as_forward(const kls_convolution *s) {
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

static bool valid(const kls_conv_gemm_spec *spec, const kls_convolution *t) {
    const kls_convolution *s = &spec->shape;
    if (s->groups != 1 || t->batch < 1 || t->channels < 1 || t->out_channels < CHANNELS_MIN)
        return false;
    if (t->height < 1 || t->width < 1 || t->out_height < 1 || t->out_width < 1) return false;
    if (spec->is_input_gradient && (s->stride_y != 1 || s->stride_x != 1)) return false;
    if (t->pad_top < 0 || t->pad_left < 0) return false;
    if (t->kernel_height * t->kernel_width * t->channels > K_MAX) return false;
    const int64_t pixels = t->batch * t->out_height * t->out_width;
    return spec->epilogue == NULL || epilogue_valid(spec->epilogue, pixels, t->out_channels);
}

kls_conv_gemm *kls_conv_gemm_create(const kls_conv_gemm_spec *spec) {
    const kls_convolution t = spec->is_input_gradient ? as_forward(&spec->shape) : spec->shape;
    const microkernel *micro = kls_microkernel();
    max_pool_fusion pool;
    if (micro->lanes < 8 || !max_pool_fusion_init(&pool, spec, t.out_width * 2 * micro->lanes)
        || !valid(spec, &t))
        return NULL;
    kls_conv_gemm *c = calloc(1, sizeof *c);
    if (c == NULL) return NULL;
    c->spec = *spec;
    c->spec.epilogue = NULL;
    c->micro = micro;
    c->pool = pool;
    c->images = t.batch;
    c->n = t.out_channels;
    c->k = t.kernel_height * t.kernel_width * t.channels;
    c->panel = 2 * micro->lanes;
    c->panels = (c->n + c->panel - 1) / c->panel;
    c->has_epilogue = spec->epilogue != NULL;
    if (!image_walk_init(&c->walk, &t)
        || (c->has_epilogue && !epilogue_init(&c->epilogue, spec->epilogue))) {
        image_walk_free(&c->walk);
        free(c);
        return NULL;
    }
    // Strips are whole rows of windows.
    const int64_t whole = pool.height > 0 ? pool.height : 1;
    c->strip = image_walk_rows(&c->walk) / whole * whole;
    if (c->strip == 0) {
        kls_conv_gemm_destroy(c);
        return NULL;
    }
    c->amx = conv_amx_create(
        spec, &t, &c->walk, c->has_epilogue ? &c->epilogue : NULL, &c->pool);
    for (;;) {
        c->strips = (t.out_height + c->strip - 1) / c->strip;
        if (c->strip == whole || c->images * c->strips >= PIECES_MIN) return c;
        c->strip = (c->strip / whole + 1) / 2 * whole;
    }
}

void kls_conv_gemm_destroy(kls_conv_gemm *c) {
    if (c->amx != NULL) conv_amx_destroy(c->amx);
    image_walk_free(&c->walk);
    if (c->has_epilogue) epilogue_free(&c->epilogue);
    free(c);
}

static int64_t packed_floats(const kls_conv_gemm *c) { return c->panels * c->panel * c->k; }

bool kls_conv_gemm_uses_amx(const kls_conv_gemm *c) { return c->amx != NULL; }

int64_t kls_conv_gemm_scratch(const kls_conv_gemm *c) {
    if (c->amx != NULL) return conv_amx_scratch(c->amx);
    int64_t floats = packed_floats(c);
    if (c->has_epilogue) floats += c->images * c->strips * c->epilogue.sum_count * c->n;
    return floats * (int64_t)sizeof(float);
}

// The weights [taps, in, out] as panels; for an input gradient with the taps backwards, in and out
// transposed.
static void pack_panels(int64_t begin, int64_t end, void *context) {
    const conv_gemm_job *job = context;
    const kls_conv_gemm *c = job->plan;
    const kls_convolution *s = &c->spec.shape;
    const float *weights = job->buffers[c->spec.weights];
    const int64_t taps = s->kernel_height * s->kernel_width, depth = c->k / taps;
    for (int64_t panel = begin; panel < end; panel++) {
        const int64_t used = conv_gemm_columns(c, panel), column = panel * c->panel;
        const int64_t width = used > c->micro->lanes ? c->panel : c->micro->lanes;
        float *to = job->packed + panel * c->panel * c->k;
        if (!c->spec.is_input_gradient) {
            kls_pack_panel(weights + column, c->n, 1, c->k, used, width, to);
            continue;
        }
        for (int64_t tap = taps - 1; tap >= 0; tap--, to += depth * width)
            kls_pack_panel(
                weights + (tap * s->channels + column) * s->out_channels, 1, s->out_channels,
                depth, used, width, to);
    }
}

void kls_conv_gemm_run(
    const kls_conv_gemm *c, void *const *buffers, void *scratch, bool parallel
) {
    if (c->amx != NULL) {
        conv_amx_run(c->amx, buffers, scratch, parallel);
        return;
    }
    conv_gemm_job job = {c, buffers, scratch, (float *)scratch + packed_floats(c)};
    const int threads = parallel ? kls_max_threads() : 1;
    // Beginning a region costs as much as packing some thousand floats.
    kls_parallel_for(c->panels, pack_panels, &job, packed_floats(c) < 16384 ? 1 : threads);
    kls_parallel_for(c->images * c->strips, conv_gemm_run_strips, &job, threads);
    if (c->has_epilogue)
        epilogue_add_sums(&c->epilogue, buffers, job.sums, c->images * c->strips);
}
