#include <math.h>

#include "../isa/dispatch.h"
#include "kls_movement.h"
#include "../threads/tasks.h"

// Elements beside one another that one task of a scan takes.
#define COLUMNS 1024

typedef struct {
    const kls_scan *scan;
    const void *from;
    void *to;
    int64_t parts;
} scan_job;

#define SUM(x, y) ((x) + (y))
#define MAX(x, y) ((x) > (y) ? (x) : (y))
// NaN x stays; NaN y comes, since nothing is larger.
#define MAX_OR_NAN(x, y) ((x) > (y) || (x) != (x) ? (x) : (y))

// NAME is the function less its type, FIRST the result of nothing, and A what results are kept in: sums
// in a float T past its precision would add nothing.
#define SCAN(NAME, T, A, SUFFIX, FIRST, JOIN)                                                         \
    KLS_DISPATCH(static, void, NAME##_##SUFFIX, (const scan_job *job, int64_t task), (job, task)) {   \
        const kls_scan *s = job->scan;                                                                \
        const int64_t begin = task % job->parts * COLUMNS;                                            \
        const int64_t width = begin + COLUMNS < s->after ? COLUMNS : s->after - begin;                \
        const int64_t start = task / job->parts * s->count * s->after + begin;                        \
        const int64_t step = s->reverse ? -s->after : s->after;                                       \
        const int64_t first = start + (s->reverse ? (s->count - 1) * s->after : 0);                   \
        const T *from = (const T *)job->from + first;                                                 \
        T *to = (T *)job->to + first;                                                                 \
        if (width == 1) {                                                                             \
            A total = FIRST;                                                                          \
            for (int64_t i = 0; i < s->count; i++, from += step, to += step) {                        \
                const A before = total, value = *from;                                                \
                total = JOIN(before, value);                                                          \
                *to = (T)(s->exclusive ? before : total);                                             \
            }                                                                                         \
            return;                                                                                   \
        }                                                                                             \
        A totals[COLUMNS];                                                                            \
        for (int64_t c = 0; c < width; c++) totals[c] = FIRST;                                        \
        for (int64_t i = 0; i < s->count; i++, from += step, to += step) {                            \
            for (int64_t c = 0; c < width; c++) {                                                     \
                const A before = totals[c], value = from[c], total = JOIN(before, value);             \
                to[c] = (T)(s->exclusive ? before : total);                                           \
                totals[c] = total;                                                                    \
            }                                                                                         \
        }                                                                                             \
    }                                                                                                 \
    static void NAME##_task_##SUFFIX(void *context, int64_t task) {                                   \
        NAME##_##SUFFIX(context, task);                                                               \
    }                                                                                                 \
    void kls_##NAME##_##SUFFIX(const kls_scan *s, const void *from, void *to) {                       \
        if (s->before == 0 || s->count == 0 || s->after == 0) return;                                 \
        scan_job job = {s, from, to, (s->after + COLUMNS - 1) / COLUMNS};                             \
        const int64_t bytes = 2 * s->before * s->count * s->after * (int64_t)sizeof(T);               \
        kls_run_tasks(s->before * job.parts, bytes, &job, NAME##_task_##SUFFIX);                      \
    }

#define IOTA(T, SUFFIX)                                                                               \
    KLS_DISPATCH(, void, kls_iota_##SUFFIX, (int64_t before, int64_t count, int64_t after, void *to), \
        (before, count, after, to)) {                                                                 \
        T *next = to;                                                                                 \
        for (int64_t b = 0; b < before; b++) {                                                        \
            if (after == 1) {                                                                         \
                for (int64_t i = 0; i < count; i++) next[i] = (T)i;                                   \
                next += count;                                                                        \
                continue;                                                                             \
            }                                                                                         \
            for (int64_t i = 0; i < count; i++, next += after)                                        \
                for (int64_t a = 0; a < after; a++) next[a] = (T)i;                                   \
        }                                                                                             \
    }

// Sums are unsigned, since signed overflow has no meaning in C; the bits are the same.
SCAN(cumulative_sum, float, double, f32, 0, SUM)
SCAN(cumulative_sum, double, double, f64, 0, SUM)
SCAN(cumulative_sum, uint32_t, uint32_t, i32, 0, SUM)
SCAN(cumulative_sum, uint64_t, uint64_t, i64, 0, SUM)
SCAN(cumulative_sum, uint8_t, uint8_t, u8, 0, SUM)
SCAN(cumulative_max, float, float, f32, -INFINITY, MAX_OR_NAN)
SCAN(cumulative_max, double, double, f64, -(double)INFINITY, MAX_OR_NAN)
SCAN(cumulative_max, int32_t, int32_t, i32, INT32_MIN, MAX)
SCAN(cumulative_max, int64_t, int64_t, i64, INT64_MIN, MAX)
SCAN(cumulative_max, uint8_t, uint8_t, u8, 0, MAX)
IOTA(float, f32)
IOTA(double, f64)
IOTA(uint32_t, i32)
IOTA(uint64_t, i64)
IOTA(uint8_t, u8)
