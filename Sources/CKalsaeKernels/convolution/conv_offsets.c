#include "conv_offsets.h"

#include <stdlib.h>
#include <string.h>

static bool joins_taps(const kls_convolution *s) {
    return s->dilation_x == 1 || s->kernel_width == 1;
}

bool conv_offsets_measure(conv_offsets *o, const kls_convolution *s) {
    o->channels = s->channels;
    o->height = s->height;
    o->width = s->width;
    o->out_height = s->out_height;
    o->out_width = s->out_width;
    o->pixel = s->stride_x * s->channels;
    o->stride_y = s->stride_y;
    o->kernel_extent = (s->kernel_height - 1) * s->dilation_y + 1;
    o->top = s->pad_top;
    o->left = s->pad_left;
    const int64_t lines = (s->out_height - 1) * s->stride_y + o->kernel_extent;
    const int64_t padded_width =
        (s->out_width - 1) * s->stride_x + (s->kernel_width - 1) * s->dilation_x + 1;
    o->copies = o->top != 0 || o->left != 0 || lines > s->height || padded_width > s->width;
    o->line = (o->copies ? padded_width : s->width) * s->channels;
    if (o->copies && o->kernel_extent * o->line > IMAGE_COPY_MAX) return false;
    const bool joined = joins_taps(s);
    o->segments = joined ? s->kernel_height : s->kernel_height * s->kernel_width;
    o->depth = joined ? s->kernel_width * s->channels : s->channels;
    o->starts = NULL;
    return true;
}

bool conv_offsets_init(conv_offsets *o, const kls_convolution *s) {
    const bool joined = joins_taps(s);
    o->starts = malloc((size_t)o->segments * sizeof *o->starts);
    if (o->starts == NULL) return false;
    for (int64_t i = 0; i < o->segments; i++) {
        const int64_t y = joined ? i : i / s->kernel_width, x = joined ? 0 : i % s->kernel_width;
        o->starts[i] = y * s->dilation_y * o->line + x * s->dilation_x * s->channels;
    }
    return true;
}

void conv_offsets_free(conv_offsets *o) { free(o->starts); }

int64_t conv_offsets_rows(const conv_offsets *o) {
    if (!o->copies) return o->out_height;
    const int64_t rows = (IMAGE_COPY_MAX / o->line - o->kernel_extent) / o->stride_y + 1;
    return rows < o->out_height ? rows : o->out_height;
}

const float *conv_offsets_begin(
    const conv_offsets *o, const float *image, int64_t row, int64_t rows, float *copy
) {
    const int64_t first = row * o->stride_y - o->top;
    if (!o->copies) return image + first * o->line;
    const int64_t lines = (rows - 1) * o->stride_y + o->kernel_extent;
    const int64_t padded_width = o->line / o->channels, right = padded_width - o->left;
    const int64_t used = (right < o->width ? right : o->width) * o->channels;
    const int64_t before = o->left * o->channels, behind = o->line - before - used;
    float *to = copy;
    for (int64_t y = first; y < first + lines; y++, to += o->line) {
        if (y < 0 || y >= o->height) {
            memset(to, 0, (size_t)o->line * sizeof(float));
            continue;
        }
        memset(to, 0, (size_t)before * sizeof(float));
        memcpy(to + before, image + y * o->width * o->channels, (size_t)used * sizeof(float));
        memset(to + before + used, 0, (size_t)behind * sizeof(float));
    }
    return copy;
}
