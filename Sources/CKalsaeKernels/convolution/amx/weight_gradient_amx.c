#include "weight_gradient_amx.h"

#include <string.h>

#include "../../amx/block.h"
#include "../../amx/fallback.h"
#include "../../amx/packing/pack_pixels.h"
#include "../../amx/special_values.h"

enum { STAGE_K_BLOCKS = 4 };         // of A and B that the first-level cache holds

kls_tile_work weight_gradient_amx_work(const weight_gradient_amx *g) {
    const double pixels = (double)(g->out_height * g->out_width);
    const double columns = (double)(g->taps * round_up(g->channels, AMX_ROWS));
    const double rows = (double)(g->k_blocks * AMX_K * round_up(g->n, AMX_ROWS));
    return (kls_tile_work){
        .vector_flops = 2 * pixels * (double)(g->taps * g->channels * g->n),
        .tile_flops = 2 * rows * columns,
        .limbed_floats = pixels * (double)(g->channels + g->n),
    };
}

bool weight_gradient_amx_init(weight_gradient_amx *g, const kls_convolution *s) {
    if (s->stride_y != 1 || s->stride_x != 1) return false;
    const int64_t extent_y = (s->kernel_height - 1) * s->dilation_y;
    const int64_t extent_x = (s->kernel_width - 1) * s->dilation_x;
    *g = (weight_gradient_amx){
        .channels = s->channels, .height = s->height, .width = s->width, .top = s->pad_top,
        .left = s->pad_left, .out_height = s->out_height, .out_width = s->out_width,
        .n = s->out_channels, .taps = s->kernel_height * s->kernel_width,
        .kernel_width = s->kernel_width, .dilation_y = s->dilation_y,
        .dilation_x = s->dilation_x, .pitch = s->out_width + extent_x,
    };
    g->k_blocks = (g->out_height * g->pitch + AMX_K - 1) / AMX_K;
    const int64_t shift = extent_y * g->pitch + extent_x;
    g->image_k_blocks = g->k_blocks + (shift + AMX_K - 1) / AMX_K;
    g->tile = g->image_k_blocks * AMX_TILE;
    g->limb = (g->channels + AMX_ROWS - 1) / AMX_ROWS * g->tile;
    g->copy = LIMBS * g->limb;
    return 2 * g->copy + g->k_blocks * LIMB_BLOCK <= IMAGE_LIMBS_MAX;
}

// Where the tiles of B begin for a tap.
static int64_t tap_offset(const weight_gradient_amx *g, int64_t tap) {
    const int64_t shift = tap / g->kernel_width * g->dilation_y * g->pitch
        + tap % g->kernel_width * g->dilation_x;
    return shift % 2 * g->copy + shift / 2 * AMX_K;
}

// All taps, for up to 32 input channels, or two taps at once for 16.
static void run_taps(
    const weight_gradient_amx *g, amx_block *block, const bf16 *a, const bf16 *image,
    int64_t channel, float *out, int upper, int lower
) {
    const int64_t left = g->channels - channel, count = left < AMX_BLOCK ? left : AMX_BLOCK;
    image += channel / AMX_ROWS * g->tile;
    for (int64_t tap = 0; tap < g->taps; tap++) {
        float *to = out + tap * g->channels + channel;
        block->b = image + tap_offset(g, tap);
        block->b_tile = g->tile;
        block->columns = count;
        if (g->channels == AMX_ROWS && tap + 1 < g->taps) {
            tap++;
            block->b_tile = image + tap_offset(g, tap) - block->b;
            block->columns = AMX_BLOCK;
        }
        kls_amx_block(block, a, to, upper, lower);
    }
}

// The same on vectors, for the output channels from `out` on.
static void run_special(
    const weight_gradient_amx *g, const float *image, const float *upstream, int64_t out,
    int64_t rows, float *c, bool accumulates
) {
    const int64_t row = g->taps * g->channels;
    for (int64_t i = 0; i < rows && !accumulates; i++)
        memset(c + i * row, 0, (size_t)row * sizeof *c);
    for (int64_t tap = 0; tap < g->taps; tap++) {
        const int64_t dy = tap / g->kernel_width * g->dilation_y - g->top;
        const int64_t dx = tap % g->kernel_width * g->dilation_x - g->left;
        const int64_t first = dx < 0 ? -dx : 0;
        const int64_t end = g->width - dx < g->out_width ? g->width - dx : g->out_width;
        for (int64_t y = 0; y < g->out_height; y++) {
            if (y + dy < 0 || y + dy >= g->height || first >= end) continue;
            for (int64_t in = 0; in < g->channels; in += AMX_BLOCK)
                kls_fallback_block(&(fallback_block){
                    .a = upstream + (y * g->out_width + first) * g->n + out,
                    .a_row = 1, .a_column = g->n,
                    .b = image + ((y + dy) * g->width + first + dx) * g->channels + in,
                    .b_row = g->channels, .b_column = 1, .rows = rows,
                    .columns = g->channels - in < AMX_BLOCK ? g->channels - in : AMX_BLOCK,
                    .depth = end - first, .c = c + tap * g->channels + in, .c_row = row,
                    .accumulates = true,
                });
        }
    }
}

void weight_gradient_amx_image(
    const weight_gradient_amx *g, const float *image, const float *upstream, bf16 *workspace,
    float *c, bool accumulates
) {
    const int64_t start = 0, row = g->taps * g->channels, beside = g->pitch - g->left;
    bf16 *a = workspace + 2 * g->copy;
    // Pixels that no window covers are left out.
    const padded_pixels pixels = {
        .from = image, .pixel_stride = g->channels, .row_stride = g->width * g->channels,
        .pitch = g->pitch, .top = g->top, .left = g->left, .height = g->height,
        .width = beside < g->width ? beside : g->width,
    };
    kls_clear_special();
    kls_pack_b_pixels(&pixels, g->image_k_blocks, g->channels, workspace, g->tile, g->limb);
    const bool image_is_special = kls_saw_special();
    kls_shift_pairs(workspace, g->copy / AMX_TILE, workspace + g->copy);
    amx_block block = {
        .b_k_block = AMX_TILE, .b_limb = g->limb, .a_row = AMX_K,
        .a_k_block = LIMB_BLOCK, .a_limb = 2 * AMX_TILE, .a_lower = AMX_TILE,
        .c_row = row, .c_lower = AMX_ROWS * row, .rounds = 6, .segments = 1, .starts = &start,
    };
    for (int64_t out = 0; out < g->n; out += AMX_BLOCK) {
        const int64_t left = g->n - out, rows = left < AMX_BLOCK ? left : AMX_BLOCK;
        const int upper = rows < AMX_ROWS ? (int)rows : AMX_ROWS, lower = (int)rows - upper;
        const padded_pixels gradient = {
            .from = upstream + out, .pixel_stride = g->n, .row_stride = g->out_width * g->n,
            .pitch = g->pitch, .height = g->out_height, .width = g->out_width,
        };
        kls_clear_special();
        kls_pack_a_pixels(&gradient, g->k_blocks, rows, a);
        if (image_is_special || kls_saw_special()) {
            kls_count_fallback();
            run_special(g, image, upstream, out, rows, c + out * row, accumulates);
            continue;
        }
        for (int64_t k_block = 0; k_block < g->k_blocks; k_block += STAGE_K_BLOCKS) {
            const int64_t remaining = g->k_blocks - k_block;
            block.k_blocks = remaining < STAGE_K_BLOCKS ? remaining : STAGE_K_BLOCKS;
            block.accumulates = accumulates || k_block > 0;
            for (int64_t in = 0; in < g->channels; in += AMX_BLOCK)
                run_taps(
                    g, &block, a + k_block * LIMB_BLOCK, workspace + k_block * AMX_TILE, in,
                    c + out * row, upper, lower);
        }
    }
    kls_amx_release();
}
