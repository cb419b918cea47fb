// Convolutions on vectors, as an implicit GEMM with the microkernel:
//
//     C[pixels x out channels] = A[pixels x K] B[K x out channels],   K = (kernel rows, taps x channels)
//
// A is read where the image lies: the windows of outputs side by side begin stride_x * channels floats apart,
// which is the row stride of A, and a row of the kernel is a segment of K (conv_offsets.h). Rows are copied
// only where the image has padding. B, the weights, is packed once in panels of NR output channels.
#include "kls_conv_gemm.h"

#include <stdlib.h>

#include "../gemm/pack.h"
#include "../threads/tasks.h"
#include "conv_gemm_strip.h"
#include "kls_parallel.h"

enum {
    TASKS_MIN = 8,                   // so that several threads have work on a small batch
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
    if (s->groups != 1 || t->batch < 1 || t->channels < 1 || t->out_channels < 1) return false;
    if (t->height < 1 || t->width < 1 || t->out_height < 1 || t->out_width < 1) return false;
    if (spec->is_input_gradient && (s->stride_y != 1 || s->stride_x != 1)) return false;
    if (t->pad_top < 0 || t->pad_left < 0) return false;
    const int64_t pixels = t->batch * t->out_height * t->out_width;
    return spec->epilogue == NULL || epilogue_valid(spec->epilogue, pixels, t->out_channels);
}

static kls_convolution forward_of(const kls_conv_gemm_spec *spec) {
    return spec->is_input_gradient ? as_forward(&spec->shape) : spec->shape;
}

// Output rows that belong together: strips are whole rows of windows.
static int64_t whole_rows(const kls_conv_gemm *c) { return c->pool.height > 0 ? c->pool.height : 1; }

// Fills sizes, but allocates nothing; false where the level's kernels cannot do it.
static bool measure(kls_conv_gemm *c, const kls_conv_gemm_spec *spec, kls_isa level) {
    const kls_convolution t = forward_of(spec);
    const microkernel *micro = kls_microkernel_at(level);
    *c = (kls_conv_gemm){.spec = *spec, .micro = micro, .images = t.batch};
    c->spec.epilogue = NULL;
    if (!valid(spec, &t) || !conv_offsets_measure(&c->offsets, &t)
        || !max_pool_fusion_init(&c->pool, spec, t.out_width * 2 * micro->lanes))
        return false;
    c->n = t.out_channels;
    c->k = t.kernel_height * t.kernel_width * t.channels;
    c->panel = 2 * micro->lanes;
    c->panels = (c->n + c->panel - 1) / c->panel;
    const int64_t whole = whole_rows(c);
    c->strip = conv_offsets_rows(&c->offsets) / whole * whole;
    if (c->strip == 0) return false;
    return !spec->uses_bf16_limbs
        || (level == KLS_ISA_AMX && conv_amx_strip(&t, &c->offsets, &c->pool) > 0);
}

bool kls_conv_gemm_supports(const kls_conv_gemm_spec *spec, kls_isa level) {
    kls_conv_gemm c;
    return measure(&c, spec, level);
}

kls_tile_work kls_conv_gemm_tile_work(const kls_conv_gemm_spec *spec) {
    const kls_convolution t = forward_of(spec);
    kls_conv_gemm c;
    const bool fits = measure(&c, spec, KLS_ISA_AMX) && conv_amx_strip(&t, &c.offsets, &c.pool) > 0;
    return fits ? conv_amx_work(&t, &c.offsets, &c.pool) : (kls_tile_work){0};
}

kls_conv_gemm *kls_conv_gemm_create(const kls_conv_gemm_spec *spec) {
    const kls_convolution t = forward_of(spec);
    kls_conv_gemm *c = malloc(sizeof *c);
    if (c == NULL) return NULL;
    if (!measure(c, spec, kls_isa_level()) || !conv_offsets_init(&c->offsets, &t)
        || (spec->epilogue != NULL && !epilogue_init(&c->epilogue, spec->epilogue))) {
        conv_offsets_free(&c->offsets);
        free(c);
        return NULL;
    }
    c->has_epilogue = spec->epilogue != NULL;
    if (spec->uses_bf16_limbs) {
        c->amx = conv_amx_create(
            spec, &t, &c->offsets, c->has_epilogue ? &c->epilogue : NULL, &c->pool);
        if (c->amx == NULL) {
            kls_conv_gemm_destroy(c);
            return NULL;
        }
    }
    const int64_t whole = whole_rows(c);
    for (;;) {
        c->strips = (t.out_height + c->strip - 1) / c->strip;
        if (c->strip == whole || c->images * c->strips >= TASKS_MIN) return c;
        c->strip = (c->strip / whole + 1) / 2 * whole;
    }
}

void kls_conv_gemm_destroy(kls_conv_gemm *c) {
    if (c->amx != NULL) conv_amx_destroy(c->amx);
    conv_offsets_free(&c->offsets);
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
