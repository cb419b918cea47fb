// Pooling in plain loops in double: the oracle of the tests, no part of the library.
#ifndef KLS_POOLING_POOL_REFERENCE_H
#define KLS_POOLING_POOL_REFERENCE_H

#include <math.h>

#include "kls_pool.h"

enum { POOL_REFERENCE_WINDOW_MAX = 16 };

// Where the elements of a window lie that are inside the image, in order; how many they are.
static inline int64_t pool_reference_window(
    const kls_pool *s, int64_t window, int64_t channel, int64_t at[POOL_REFERENCE_WINDOW_MAX]
) {
    const int64_t x = window % s->out_width * s->stride_x - s->pad_left;
    const int64_t y = window / s->out_width % s->out_height * s->stride_y - s->pad_top;
    const int64_t image = window / s->out_width / s->out_height;
    int64_t count = 0;
    for (int64_t i = 0; i < s->window_height * s->window_width; i++) {
        const int64_t row = y + i / s->window_width, column = x + i % s->window_width;
        if (row < 0 || row >= s->height || column < 0 || column >= s->width) continue;
        at[count++] = ((image * s->height + row) * s->width + column) * s->channels + channel;
    }
    return count;
}

// The result of one window and channel. `first` is the index of the maximum in `at`, `divisor` that of a
// mean, `sizes` the sum of the elements' sizes.
typedef struct {
    double value, divisor, sizes;
    int64_t first, count;
    int64_t at[POOL_REFERENCE_WINDOW_MAX];
} pool_reference_result;

static inline pool_reference_result pool_reference(
    const kls_pool *s, const double *input, int64_t window, int64_t channel
) {
    pool_reference_result r = {0};
    r.count = pool_reference_window(s, window, channel, r.at);
    const int64_t whole = s->window_height * s->window_width;
    r.divisor = (double)(s->kind == KLS_POOL_AVERAGE ? r.count : whole);
    double sum = 0, best = -(double)INFINITY;
    for (int64_t j = 0; j < r.count; j++) {
        const double x = input[r.at[j]];
        sum += x;
        r.sizes += fabs(x);
        if (x > best || (isnan(x) && !isnan(best))) best = x, r.first = j;
    }
    r.value = s->kind == KLS_POOL_MAX ? best : sum / r.divisor;
    return r;
}

#endif
