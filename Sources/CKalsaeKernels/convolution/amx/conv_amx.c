#include "conv_amx.h"

#include <stdlib.h>

#include "../../amx/packing/pack_dense.h"
#include "../../amx/special_values.h"
#include "../../gemm/pack.h"
#include "../../threads/tasks.h"
#include "conv_amx_strip.h"
#include "kls_parallel.h"

enum { TASKS_MIN = 8 };              // so that several threads have work on a small batch

// Elements of a row of limbs.
static int64_t line_of(const kls_convolution *t) {
    const int64_t padded_width =
        (t->out_width - 1) * t->stride_x + (t->kernel_width - 1) * t->dilation_x + 1;
    return padded_width * t->channels;
}

static int64_t whole_rows(const max_pool_fusion *pool) { return pool->height > 0 ? pool->height : 1; }

int64_t conv_amx_strip(
    const kls_convolution *t, const conv_offsets *offsets, const max_pool_fusion *pool
) {
    const int64_t lines = STRIP_LINES_MAX / line_of(t);
    if (lines < offsets->kernel_extent) return 0;
    const int64_t rows = (lines - offsets->kernel_extent) / offsets->stride_y + 1;
    const int64_t whole = whole_rows(pool);
    return min64(rows, t->out_height) / whole * whole;
}

kls_tile_work conv_amx_work(
    const kls_convolution *t, const conv_offsets *offsets, const max_pool_fusion *pool
) {
    const int64_t strip = conv_amx_strip(t, offsets, pool);
    const double pixels = (double)(t->out_height * t->out_width);
    const int64_t k = offsets->segments * offsets->depth;
    const int64_t padded = offsets->segments * round_up(offsets->depth, AMX_K);
    const double lines =
        (double)(t->out_height * offsets->stride_y) * (double)(strip + offsets->kernel_extent)
        / (double)strip;
    return (kls_tile_work){
        .vector_flops = 2 * pixels * (double)(t->out_channels * k),
        .tile_flops = 2 * pixels * (double)(round_up(t->out_channels, AMX_ROWS) * padded),
        .limbed_floats = lines * (double)offsets->line,
    };
}

conv_amx *conv_amx_create(
    const kls_conv_gemm_spec *spec, const kls_convolution *t, const conv_offsets *offsets,
    const epilogue *epilogue, const max_pool_fusion *pool
) {
    const int64_t whole = whole_rows(pool);
    conv_amx *c = calloc(1, sizeof *c);
    int64_t *starts = malloc((size_t)offsets->segments * sizeof *starts);
    if (c == NULL || starts == NULL) {
        free(c);
        free(starts);
        return NULL;
    }
    *c = (conv_amx){
        .spec = *spec, .offsets = offsets, .epilogue = epilogue, .pool = pool, .images = t->batch,
        .n = t->out_channels, .k = offsets->segments * offsets->depth,
        .panels = (t->out_channels + AMX_BLOCK - 1) / AMX_BLOCK,
        .k_blocks = (offsets->depth + AMX_K - 1) / AMX_K, .line = line_of(t),
        .strip = conv_amx_strip(t, offsets, pool),
        .starts = starts,
    };
    // Where nothing is copied, image rows have the image's own length.
    for (int64_t i = 0; i < offsets->segments; i++)
        starts[i] = offsets->starts[i] / offsets->line * c->line + offsets->starts[i] % offsets->line;
    while (c->strip > whole
           && c->images * ((t->out_height + c->strip - 1) / c->strip) < TASKS_MIN)
        c->strip = (c->strip / whole + 1) / 2 * whole;
    c->strips = (t->out_height + c->strip - 1) / c->strip;
    return c;
}

void conv_amx_destroy(conv_amx *c) {
    free(c->starts);
    free(c);
}

static int64_t packed_bytes(const conv_amx *c) {
    return c->panels * conv_amx_panel_size(c) * (int64_t)sizeof(bf16);
}

static int64_t flipped_bytes(const conv_amx *c) {
    return c->spec.is_input_gradient ? c->panels * AMX_BLOCK * c->k * (int64_t)sizeof(float) : 0;
}

int64_t conv_amx_scratch(const conv_amx *c) {
    int64_t sums = 0;
    if (c->epilogue != NULL) sums = c->images * c->strips * c->epilogue->sum_count * c->n;
    return packed_bytes(c) + flipped_bytes(c) + sums * (int64_t)sizeof(float);
}

// The weights [taps, in, out] of an input gradient: taps backwards, in and out transposed.
static void flip_panel(const conv_amx_job *job, int64_t panel) {
    const conv_amx *c = job->plan;
    const kls_convolution *s = &c->spec.shape;
    const int64_t column = panel * AMX_BLOCK;
    const float *weights = job->buffers[c->spec.weights];
    const int64_t taps = s->kernel_height * s->kernel_width, depth = c->k / taps;
    const int64_t row = round_up(conv_amx_columns(c, panel), AMX_ROWS);
    float *to = job->flipped + panel * AMX_BLOCK * c->k;
    for (int64_t tap = taps - 1; tap >= 0; tap--, to += depth * row)
        kls_pack_panel(
            weights + (tap * s->channels + column) * s->out_channels, 1, s->out_channels, depth,
            conv_amx_columns(c, panel), row, to);
}

static void pack_panels(int64_t begin, int64_t end, void *context) {
    conv_amx_job *job = context;
    const conv_amx *c = job->plan;
    const int64_t depth = c->offsets->depth;
    kls_clear_special();
    for (int64_t panel = begin; panel < end; panel++) {
        int64_t row;
        if (c->spec.is_input_gradient) flip_panel(job, panel);
        const float *from = conv_amx_weights(job, panel, &row);
        const int64_t columns = conv_amx_columns(c, panel);
        bf16 *to = job->packed + panel * conv_amx_panel_size(c);
        for (int64_t segment = 0; segment < c->offsets->segments; segment++, from += depth * row)
            for (int64_t at = 0; at < depth; at += AMX_K) {
                const int64_t left = depth - at;
                kls_pack_b_limbs(
                    from + at * row, row, left < AMX_K ? left : AMX_K, columns, to);
                to += columns > AMX_ROWS ? LIMB_BLOCK : LIMB_BLOCK / 2;
            }
    }
    if (kls_saw_special()) job->weights_are_special = true;
}

void conv_amx_run(const conv_amx *c, void *const *buffers, void *scratch, bool parallel) {
    char *packed = scratch, *flipped = packed + packed_bytes(c), *sums = flipped + flipped_bytes(c);
    conv_amx_job job = {c, buffers, (bf16 *)packed, (float *)flipped, (float *)sums, false};
    const int threads = parallel ? kls_max_threads() : 1;
    kls_parallel_for(c->panels, pack_panels, &job, threads);
    kls_parallel_for(c->images * c->strips, conv_amx_run_strips, &job, threads);
    if (c->epilogue != NULL)
        epilogue_add_sums(c->epilogue, buffers, job.sums, c->images * c->strips);
}
