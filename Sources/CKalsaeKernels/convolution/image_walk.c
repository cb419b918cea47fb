#include "image_walk.h"

#include <stdlib.h>
#include <string.h>

static bool joins_taps(const kls_convolution *s) {
    return s->dilation_x == 1 || s->kernel_width == 1;
}

bool image_walk_measure(image_walk *w, const kls_convolution *s) {
    w->channels = s->channels;
    w->height = s->height;
    w->width = s->width;
    w->out_height = s->out_height;
    w->out_width = s->out_width;
    w->pixel = s->stride_x * s->channels;
    w->stride_y = s->stride_y;
    w->reach = (s->kernel_height - 1) * s->dilation_y + 1;
    w->top = s->pad_top;
    w->left = s->pad_left;
    const int64_t lines = (s->out_height - 1) * s->stride_y + w->reach;
    const int64_t across =
        (s->out_width - 1) * s->stride_x + (s->kernel_width - 1) * s->dilation_x + 1;
    w->copies = w->top != 0 || w->left != 0 || lines > s->height || across > s->width;
    w->line = (w->copies ? across : s->width) * s->channels;
    if (w->copies && w->reach * w->line > IMAGE_COPY_MAX) return false;
    const bool joined = joins_taps(s);
    w->segments = joined ? s->kernel_height : s->kernel_height * s->kernel_width;
    w->depth = joined ? s->kernel_width * s->channels : s->channels;
    w->starts = NULL;
    return true;
}

bool image_walk_init(image_walk *w, const kls_convolution *s) {
    const bool joined = joins_taps(s);
    w->starts = malloc((size_t)w->segments * sizeof *w->starts);
    if (w->starts == NULL) return false;
    for (int64_t i = 0; i < w->segments; i++) {
        const int64_t y = joined ? i : i / s->kernel_width, x = joined ? 0 : i % s->kernel_width;
        w->starts[i] = y * s->dilation_y * w->line + x * s->dilation_x * s->channels;
    }
    return true;
}

void image_walk_free(image_walk *w) { free(w->starts); }

int64_t image_walk_rows(const image_walk *w) {
    if (!w->copies) return w->out_height;
    const int64_t rows = (IMAGE_COPY_MAX / w->line - w->reach) / w->stride_y + 1;
    return rows < w->out_height ? rows : w->out_height;
}

const float *image_walk_begin(
    const image_walk *w, const float *image, int64_t row, int64_t rows, float *copy
) {
    const int64_t first = row * w->stride_y - w->top;
    if (!w->copies) return image + first * w->line;
    const int64_t lines = (rows - 1) * w->stride_y + w->reach;
    const int64_t across = w->line / w->channels, right = across - w->left;
    const int64_t used = (right < w->width ? right : w->width) * w->channels;
    const int64_t before = w->left * w->channels, behind = w->line - before - used;
    float *to = copy;
    for (int64_t y = first; y < first + lines; y++, to += w->line) {
        if (y < 0 || y >= w->height) {
            memset(to, 0, (size_t)w->line * sizeof(float));
            continue;
        }
        memset(to, 0, (size_t)before * sizeof(float));
        memcpy(to + before, image + y * w->width * w->channels, (size_t)used * sizeof(float));
        memset(to + before + used, 0, (size_t)behind * sizeof(float));
    }
    return copy;
}
