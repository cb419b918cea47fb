#include "max_pool_fusion.h"

#include <stddef.h>

#include "../../isa/dispatch.h"

enum { LANES = 16 };
typedef float floats __attribute__((vector_size(64), aligned(4), may_alias));
typedef int32_t ints __attribute__((vector_size(64)));
typedef uint8_t bytes __attribute__((vector_size(16), aligned(1), may_alias));

bool max_pool_fusion_init(max_pool_fusion *p, const kls_conv_gemm_spec *spec, int64_t row) {
    const kls_convolution *s = &spec->shape;
    *p = (max_pool_fusion){
        .height = spec->window_height, .width = spec->window_width, .n = s->out_channels,
        .out = spec->output, .argmax = spec->argmax,
    };
    if (p->height == 0) return true;
    if (spec->is_input_gradient || spec->epilogue != NULL || p->height < 0 || p->width < 1
        || p->height * p->width > POOL_WINDOW_MAX)
        return false;
    if (s->out_height % p->height != 0 || s->out_width % p->width != 0) return false;
    if (p->height * row > POOL_WORKSPACE) return false;
    p->pooled_width = s->out_width / p->width;
    p->rows = POOL_BLOCK / (p->height * row);
    if (p->rows < 1) p->rows = 1;
    return true;
}

// Windows side by side: where their elements lie, and where their maxima and the argmax indices go.
typedef struct {
    const float *from;
    int64_t pixel, line, height, width, columns;
    float *out;
    uint8_t *argmax;                 // NULL where nobody reads it
    int64_t row;                     // elements between results
} windows;

// The first of equal elements, or the first NaN.
KLS_INLINE void take_lanes(
    const windows *w, const float *from, float *out, uint8_t *argmax, int64_t count,
    const bool small
) {
    const int64_t height = small ? 2 : w->height, width = small ? 2 : w->width;
    floats best = *(const floats *)from;
    ints argmax_lanes = {0};
    int32_t index = 0;
    for (int64_t y = 0; y < height; y++)
        for (int64_t x = 0; x < width; x++, index++) {
            if (index == 0) continue;
            const floats value = *(const floats *)(from + y * w->line + x * w->pixel);
            const ints is_better = ~(value <= best) & (best == best);
            best = (floats)((is_better & (ints)value) | (~is_better & (ints)best));
            argmax_lanes = (is_better & index) | (~is_better & argmax_lanes);
        }
    const bytes narrow = __builtin_convertvector(argmax_lanes, bytes);
    if (count == LANES) {
        *(floats *)out = best;
        if (argmax) *(bytes *)argmax = narrow;
        return;
    }
    for (int64_t lane = 0; lane < count; lane++) {
        out[lane] = best[lane];
        if (argmax) argmax[lane] = narrow[lane];
    }
}

KLS_INLINE void take_windows(
    const windows *w, int64_t count, const bool small, const bool has_argmax
) {
    const windows all = *w;
    const int64_t columns = all.columns;
    for (int64_t i = 0; i < count; i++) {
        const float *from = all.from + i * all.width * all.pixel;
        float *out = all.out + i * all.row;
        uint8_t *argmax = has_argmax ? all.argmax + i * all.row : NULL;
        int64_t c = 0;
        for (; c + LANES <= columns; c += LANES)
            take_lanes(&all, from + c, out + c, has_argmax ? argmax + c : NULL, LANES, small);
        if (c == columns) continue;
        // The last vector overlaps the one before, and computes the same for the shared lanes.
        c = columns - LANES;
        if (c > 0) take_lanes(&all, from + c, out + c, has_argmax ? argmax + c : NULL, LANES, small);
        else take_lanes(&all, from, out, argmax, columns, small);
    }
}

KLS_DISPATCH(static, void, take, (const windows *w, int64_t count), (w, count)) {
    const bool small = w->height == 2 && w->width == 2;
    if (small && w->argmax != NULL) take_windows(w, count, true, true);
    else if (small) take_windows(w, count, true, false);
    else if (w->argmax != NULL) take_windows(w, count, false, true);
    else take_windows(w, count, false, false);
}

void max_pool_fusion_take(max_pool_writer *w, const float *from, int64_t pixel, int64_t rows) {
    const max_pool_fusion *p = w->plan;
    windows some = {
        .pixel = pixel, .line = p->pooled_width * p->width * pixel, .height = p->height,
        .width = p->width, .columns = w->columns, .row = p->n,
    };
    for (int64_t y = 0; y < rows; y++, w->window += p->pooled_width) {
        const int64_t at = w->window * p->n + w->column;
        some.from = from + y * p->height * some.line;
        some.out = (float *)w->buffers[p->out] + at;
        some.argmax = p->argmax < 0 ? NULL : (uint8_t *)w->buffers[p->argmax] + at;
        take(&some, p->pooled_width);
    }
}
