#include "../isa/dispatch.h"
#include "kls_movement.h"
#include "../threads/pieces.h"

// Elements beside one another that one piece of a scan takes.
#define COLUMNS 1024

typedef struct {
    const kls_scan *scan;
    const void *from;
    void *to;
    int64_t parts;
} scan_job;

// A is what sums are kept in: ones of T past its precision would add nothing.
#define SCAN(T, A, SUFFIX)                                                                            \
    KLS_DISPATCH(static, void, scan_##SUFFIX, (const scan_job *job, int64_t piece),                   \
        (job, piece)) {                                                                               \
        const kls_scan *s = job->scan;                                                                \
        const int64_t begin = piece % job->parts * COLUMNS;                                           \
        const int64_t width = begin + COLUMNS < s->after ? COLUMNS : s->after - begin;                \
        const int64_t start = piece / job->parts * s->count * s->after + begin;                       \
        const int64_t step = s->reverse ? -s->after : s->after;                                       \
        const int64_t first = start + (s->reverse ? (s->count - 1) * s->after : 0);                   \
        const T *from = (const T *)job->from + first;                                                 \
        T *to = (T *)job->to + first;                                                                 \
        if (width == 1) {                                                                             \
            A sum = 0;                                                                                \
            for (int64_t i = 0; i < s->count; i++, from += step, to += step) {                        \
                const T value = *from;                                                                \
                *to = (T)(s->exclusive ? sum : sum + value);                                          \
                sum += value;                                                                         \
            }                                                                                         \
            return;                                                                                   \
        }                                                                                             \
        A sums[COLUMNS];                                                                              \
        for (int64_t c = 0; c < width; c++) sums[c] = 0;                                              \
        for (int64_t i = 0; i < s->count; i++, from += step, to += step) {                            \
            for (int64_t c = 0; c < width; c++) {                                                     \
                const A before = sums[c], sum = before + from[c];                                     \
                to[c] = (T)(s->exclusive ? before : sum);                                             \
                sums[c] = sum;                                                                        \
            }                                                                                         \
        }                                                                                             \
    }                                                                                                 \
    static void scan_piece_##SUFFIX(void *context, int64_t piece) {                                   \
        scan_##SUFFIX(context, piece);                                                                \
    }                                                                                                 \
    void kls_cumulative_sum_##SUFFIX(const kls_scan *s, const void *from, void *to) {                 \
        if (s->before == 0 || s->count == 0 || s->after == 0) return;                                 \
        scan_job job = {s, from, to, (s->after + COLUMNS - 1) / COLUMNS};                             \
        const int64_t bytes = 2 * s->before * s->count * s->after * (int64_t)sizeof(T);               \
        kls_pieces(s->before * job.parts, bytes, &job, scan_piece_##SUFFIX);                          \
    }                                                                                                 \
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

// Unsigned, since signed overflow has no meaning in C; the bits are the same.
SCAN(float, double, f32)
SCAN(double, double, f64)
SCAN(uint32_t, uint32_t, i32)
SCAN(uint64_t, uint64_t, i64)
SCAN(uint8_t, uint8_t, u8)
