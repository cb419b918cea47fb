// The gradient of one image, turned round.
#include "weight_gradient_amx.h"

#include <string.h>

#include "../amx/special_values.h"

enum { SLICE = 4 };                  // chunks of both sides that the first cache holds

static bool pays(const split_gradient *g) {
    const double pixels = (double)(g->out_height * g->out_width);
    const double loops = 2 * pixels * (double)(g->taps * g->channels * g->n) / SPLIT_LOOPS_RATE;
    const double columns = (double)(g->taps * split_rounded(g->channels, SPLIT_SIDE));
    const double unit =
        2 * (double)(g->chunks * SPLIT_CHUNK * split_rounded(g->n, SPLIT_SIDE)) * columns / SPLIT_UNIT_RATE;
    return unit + pixels * (double)(g->channels + g->n) / SPLIT_FLOAT_RATE < loops;
}

bool split_gradient_init(split_gradient *g, const kls_convolution *s) {
    if (!kls_split_available() || s->stride_y != 1 || s->stride_x != 1) return false;
    const int64_t reach_y = (s->kernel_height - 1) * s->dilation_y;
    const int64_t reach_x = (s->kernel_width - 1) * s->dilation_x;
    *g = (split_gradient){
        .channels = s->channels, .height = s->height, .width = s->width, .top = s->pad_top,
        .left = s->pad_left, .out_height = s->out_height, .out_width = s->out_width,
        .n = s->out_channels, .taps = s->kernel_height * s->kernel_width,
        .kernel_width = s->kernel_width, .dilation_y = s->dilation_y,
        .dilation_x = s->dilation_x, .pitch = s->out_width + reach_x,
    };
    g->chunks = (g->out_height * g->pitch + SPLIT_CHUNK - 1) / SPLIT_CHUNK;
    const int64_t shift = reach_y * g->pitch + reach_x;
    g->image_chunks = g->chunks + (shift + SPLIT_CHUNK - 1) / SPLIT_CHUNK;
    g->tile = g->image_chunks * SPLIT_TILE;
    g->part = (g->channels + SPLIT_SIDE - 1) / SPLIT_SIDE * g->tile;
    g->copy = SPLIT_PARTS * g->part;
    return 2 * g->copy + g->chunks * SPLIT_UNIT <= SPLIT_ROOM && pays(g);
}

// Where the tiles of a window's place begin.
static int64_t place_of(const split_gradient *g, int64_t tap) {
    const int64_t shift = tap / g->kernel_width * g->dilation_y * g->pitch
        + tap % g->kernel_width * g->dilation_x;
    return shift % 2 * g->copy + shift / 2 * SPLIT_CHUNK;
}

// All places of windows, for up to 32 input channels, or two places at once for 16.
static void run_places(
    const split_gradient *g, split_tile *tile, const split_part *lhs, const split_part *image,
    int64_t channel, float *out, int upper, int lower
) {
    const int64_t left = g->channels - channel, count = left < SPLIT_BLOCK ? left : SPLIT_BLOCK;
    image += channel / SPLIT_SIDE * g->tile;
    for (int64_t tap = 0; tap < g->taps; tap++) {
        float *to = out + tap * g->channels + channel;
        tile->rhs = image + place_of(g, tap);
        tile->rhs_tile = g->tile;
        tile->columns = count;
        if (g->channels == SPLIT_SIDE && tap + 1 < g->taps) {
            tap++;
            tile->rhs_tile = image + place_of(g, tap) - tile->rhs;
            tile->columns = SPLIT_BLOCK;
        }
        kls_split_run(tile, lhs, to, upper, lower);
    }
}

// The same for the channels from `out` on, by the vector units.
static void run_special(
    const split_gradient *g, const float *image, const float *from, int64_t out, int64_t rows,
    float *result, bool adds
) {
    const int64_t row = g->taps * g->channels;
    for (int64_t i = 0; i < rows && !adds; i++)
        memset(result + i * row, 0, (size_t)row * sizeof *result);
    for (int64_t tap = 0; tap < g->taps; tap++) {
        const int64_t dy = tap / g->kernel_width * g->dilation_y - g->top;
        const int64_t dx = tap % g->kernel_width * g->dilation_x - g->left;
        const int64_t first = dx < 0 ? -dx : 0;
        const int64_t end = g->width - dx < g->out_width ? g->width - dx : g->out_width;
        for (int64_t y = 0; y < g->out_height; y++) {
            if (y + dy < 0 || y + dy >= g->height || first >= end) continue;
            for (int64_t c = 0; c < g->channels; c += SPLIT_BLOCK)
                kls_vector_block(&(vector_block){
                    .lhs = from + (y * g->out_width + first) * g->n + out,
                    .lhs_row = 1, .lhs_column = g->n,
                    .rhs = image + ((y + dy) * g->width + first + dx) * g->channels + c,
                    .rhs_row = g->channels, .rhs_column = 1, .rows = rows,
                    .columns = g->channels - c < SPLIT_BLOCK ? g->channels - c : SPLIT_BLOCK,
                    .depth = end - first, .out = result + tap * g->channels + c, .out_row = row,
                    .adds = true,
                });
        }
    }
}

void split_gradient_image(
    const split_gradient *g, const float *image, const float *from, split_part *room,
    float *result, bool adds
) {
    const int64_t start = 0, row = g->taps * g->channels, beside = g->pitch - g->left;
    split_part *lhs = room + 2 * g->copy;
    // Pixels that no window covers have no place.
    const split_pixels pixels = {
        .from = image, .row = g->channels, .line = g->width * g->channels, .pitch = g->pitch,
        .top = g->top, .left = g->left, .lines = g->height,
        .width = beside < g->width ? beside : g->width,
    };
    kls_clear_special();
    kls_split_pixels(&pixels, g->image_chunks, g->channels, room, g->tile, g->part);
    const bool image_is_special = kls_saw_special();
    kls_split_shift(room, g->copy / SPLIT_TILE, room + g->copy);
    split_tile tile = {
        .rhs_chunk = SPLIT_TILE, .rhs_part = g->part, .lhs_row = SPLIT_CHUNK,
        .lhs_chunk = SPLIT_UNIT, .lhs_part = 2 * SPLIT_TILE, .lhs_below = SPLIT_TILE,
        .out_row = row, .out_below = SPLIT_SIDE * row, .segments = 1, .starts = &start,
    };
    for (int64_t out = 0; out < g->n; out += SPLIT_BLOCK) {
        const int64_t left = g->n - out, rows = left < SPLIT_BLOCK ? left : SPLIT_BLOCK;
        const int upper = rows < SPLIT_SIDE ? (int)rows : SPLIT_SIDE, lower = (int)rows - upper;
        const split_pixels gradient = {
            .from = from + out, .row = g->n, .line = g->out_width * g->n, .pitch = g->pitch,
            .lines = g->out_height, .width = g->out_width,
        };
        kls_clear_special();
        kls_split_channels(&gradient, g->chunks, rows, lhs);
        if (image_is_special || kls_saw_special()) {
            kls_count_fallback();
            run_special(g, image, from, out, rows, result + out * row, adds);
            continue;
        }
        for (int64_t chunk = 0; chunk < g->chunks; chunk += SLICE) {
            tile.chunks = g->chunks - chunk < SLICE ? g->chunks - chunk : SLICE;
            tile.adds = adds || chunk > 0;
            for (int64_t c = 0; c < g->channels; c += SPLIT_BLOCK)
                run_places(
                    g, &tile, lhs + chunk * SPLIT_UNIT, room + chunk * SPLIT_TILE, c,
                    result + out * row, upper, lower);
        }
    }
    kls_split_rest();
}
