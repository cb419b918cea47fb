// Max-unpool, the gradient of max pooling from its argmax indices: the gradient goes to one element of its
// window, the others get zero.
#include <stdbool.h>
#include <string.h>

#include "../isa/dispatch.h"
#include "kls_pool.h"
#include "../threads/tasks.h"

enum { LANES = 16 };
typedef float floats __attribute__((vector_size(64), aligned(4), may_alias));
typedef int32_t ints __attribute__((vector_size(64)));
typedef uint8_t bytes __attribute__((vector_size(16), aligned(1), may_alias));

typedef struct {
    const kls_pool *shape;
    const uint8_t *argmax;
    const float *gradient;
    float *result;
} unpool_job;

KLS_INLINE void unpool_lanes(
    const kls_pool *s, const uint8_t *argmax, const float *from, float *result,
    const int64_t count, const bool small
) {
    const int64_t height = small ? 2 : s->window_height, width = small ? 2 : s->window_width;
    bytes index = {0};
    floats value = {0};
    if (count == LANES) {
        index = *(const bytes *)argmax;
        value = *(const floats *)from;
    } else {
        memcpy(&index, argmax, (size_t)count);
        memcpy(&value, from, (size_t)count * sizeof(float));
    }
    const ints which = __builtin_convertvector(index, ints);
    int32_t number = 0;
    for (int64_t y = 0; y < height; y++, result += s->width * s->channels)
        for (int64_t x = 0; x < width; x++, number++) {
            const floats lanes = (floats)((which == number) & (ints)value);
            float *to = result + x * s->channels;
            if (count == LANES) *(floats *)to = lanes;
            else memcpy(to, &lanes, (size_t)count * sizeof(float));
        }
}

KLS_INLINE void unpool_windows(const unpool_job *job, int64_t row, const bool small) {
    const kls_pool *s = job->shape;
    const int64_t image = row / s->out_height, y = row % s->out_height;
    const int64_t line = s->width * s->channels, n = s->channels;
    const uint8_t *argmax = job->argmax + row * s->out_width * n;
    const float *from = job->gradient + row * s->out_width * n;
    float *const first = job->result + (image * s->height + y * s->window_height) * line;
    float *to = first;
    for (int64_t x = 0; x < s->out_width; x++, argmax += n, from += n, to += s->window_width * n) {
        int64_t c = 0;
        for (; c + LANES <= n; c += LANES)
            unpool_lanes(s, argmax + c, from + c, to + c, LANES, small);
        if (c == n) continue;
        // The last lanes overlap those before: what is written twice is the same.
        if (c > 0) unpool_lanes(s, argmax + n - LANES, from + n - LANES, to + n - LANES, LANES, small);
        else unpool_lanes(s, argmax, from, to, n, small);
    }
    // What no window covers.
    const int64_t used = s->out_width * s->window_width * n;
    for (int64_t i = 0; i < s->window_height && used < line; i++)
        memset(first + i * line + used, 0, (size_t)(line - used) * sizeof(float));
    const int64_t below = s->height - s->out_height * s->window_height;
    if (y == s->out_height - 1 && below > 0)
        memset(first + s->window_height * line, 0, (size_t)(below * line) * sizeof(float));
}

KLS_DISPATCH(static, void, unpool_row, (const unpool_job *job, int64_t row), (job, row)) {
    if (job->shape->window_height == 2 && job->shape->window_width == 2) unpool_windows(job, row, true);
    else unpool_windows(job, row, false);
}

static void unpool_task(void *context, int64_t task) { unpool_row(context, task); }

void kls_max_unpool_f32(
    const kls_pool *s, const uint8_t *argmax, const void *gradient, void *result
) {
    unpool_job job = {s, argmax, gradient, result};
    const int64_t bytes = s->batch * s->height * s->width * s->channels * (int64_t)sizeof(float);
    kls_run_tasks(s->batch * s->out_height, bytes, &job, unpool_task);
}
