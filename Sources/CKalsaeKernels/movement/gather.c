#include <stdatomic.h>
#include <string.h>

#include "../isa/dispatch.h"
#include "kls_error.h"
#include "kls_movement.h"
#include "../threads/tasks.h"

// Of one task of a gather: the most indices, and about so many bytes where rows are wide.
#define INDICES 256
#define TASK_BYTES 16384
// Elements of a row that one task of a scatter adds.
#define COLUMNS 256

typedef struct {
    const kls_gather *g;
    const char *values;
    const void *indices;
    char *out;
    const void *updates;
    int64_t parts;
    int64_t indices_of_task;
    // Position of the first index that is out of range; found on any thread, told on the caller's.
    _Atomic int64_t *bad;
} job;

KLS_INLINE int64_t index_at(const kls_gather *g, const void *indices, int64_t i) {
    return g->wide ? ((const int64_t *)indices)[i] : ((const int32_t *)indices)[i];
}

static void note(const job *job, int64_t position) {
    int64_t before = atomic_load_explicit(job->bad, memory_order_relaxed);
    while (position < before && !atomic_compare_exchange_weak(job->bad, &before, position)) {
    }
}

static void report(const job *job) {
    const int64_t position = atomic_load(job->bad);
    if (position == INT64_MAX) return;
    const int64_t index = index_at(job->g, job->indices, position);
    kls_report_error(KLS_INDEX_OUT_OF_RANGE, index, job->g->entries);
}

#define TAKE(T, BITS)                                                             \
    static void take_##BITS(                                                      \
        const job *job, const char *values, char *out, int64_t begin, int64_t end \
    ) {                                                                           \
        for (int64_t i = begin; i < end; i++) {                                   \
            const int64_t index = index_at(job->g, job->indices, i);              \
            const bool fits = index >= 0 && index < job->g->entries;              \
            if (!fits) note(job, i);                                              \
            ((T *)out)[i] = fits ? ((const T *)values)[index] : 0;                \
        }                                                                         \
    }

TAKE(uint8_t, 1)
TAKE(uint16_t, 2)
TAKE(uint32_t, 4)
TAKE(uint64_t, 8)

static void take_rows(
    const job *job, const char *values, char *out, int64_t begin, int64_t end, size_t bytes
) {
    for (int64_t i = begin; i < end; i++) {
        const int64_t index = index_at(job->g, job->indices, i);
        if (index >= 0 && index < job->g->entries) {
            memcpy(out + (size_t)i * bytes, values + (size_t)index * bytes, bytes);
        } else {
            note(job, i);
            memset(out + (size_t)i * bytes, 0, bytes);
        }
    }
}

static void gather_task(void *context, int64_t task) {
    const job *job = context;
    const kls_gather *g = job->g;
    const int64_t b = task / job->parts, begin = task % job->parts * job->indices_of_task;
    const int64_t behind = begin + job->indices_of_task;
    const int64_t end = behind < g->count ? behind : g->count;
    const size_t bytes = (size_t)(g->row * g->element_size);
    const char *values = job->values + (size_t)(b * g->entries) * bytes;
    char *out = job->out + (size_t)(b * g->count) * bytes;
    switch (bytes) {
    case 1: take_1(job, values, out, begin, end); break;
    case 2: take_2(job, values, out, begin, end); break;
    case 4: take_4(job, values, out, begin, end); break;
    case 8: take_8(job, values, out, begin, end); break;
    default: take_rows(job, values, out, begin, end, bytes); break;
    }
}

void kls_gather_run(
    const kls_gather *g, const void *values, const void *indices, void *out
) {
    _Atomic int64_t bad = INT64_MAX;
    const int64_t row = g->row * g->element_size;
    int64_t rows = row > 0 ? TASK_BYTES / row : INDICES;
    rows = rows < 1 ? 1 : rows > INDICES ? INDICES : rows;
    job job = {
        .g = g, .values = values, .indices = indices, .out = out,
        .parts = (g->count + rows - 1) / rows, .indices_of_task = rows, .bad = &bad};
    const int64_t bytes = 2 * g->before * g->count * g->row * g->element_size;
    kls_run_tasks(g->before * job.parts, bytes, &job, gather_task);
    report(&job);
}

#define SCATTER(T, SUFFIX)                                                                       \
    KLS_DISPATCH(static, void, add_##SUFFIX, (const job *job, int64_t task), (job, task)) {      \
        const kls_gather *g = job->g;                                                            \
        const int64_t b = task / job->parts, begin = task % job->parts * COLUMNS;                \
        const int64_t width = begin + COLUMNS < g->row ? COLUMNS : g->row - begin;               \
        T *out = (T *)job->out + b * g->entries * g->row + begin;                                \
        const T *updates = (const T *)job->updates + b * g->count * g->row + begin;              \
        for (int64_t i = 0; i < g->count; i++, updates += g->row) {                              \
            const int64_t index = index_at(g, job->indices, i);                                  \
            if (index < 0 || index >= g->entries) {                                              \
                note(job, i);                                                                    \
                continue;                                                                        \
            }                                                                                    \
            T *sums = out + index * g->row;                                                      \
            for (int64_t c = 0; c < width; c++) sums[c] += updates[c];                           \
        }                                                                                        \
    }                                                                                            \
    static void scatter_task_##SUFFIX(void *context, int64_t task) {                             \
        add_##SUFFIX(context, task);                                                             \
    }                                                                                            \
    void kls_scatter_add_##SUFFIX(                                                               \
        const kls_gather *g, const void *base, const void *indices, const void *updates,         \
        void *out                                                                                \
    ) {                                                                                          \
        if (out != base) {                                                                       \
            const kls_copy copy = {                                                              \
                .rank = 1, .element_size = sizeof(T), .dims = {g->before * g->entries * g->row}, \
                .from = {1}, .to = {1}};                                                         \
            kls_copy_run(&copy, base, out);                                                      \
        }                                                                                        \
        _Atomic int64_t bad = INT64_MAX;                                                         \
        job job = {                                                                              \
            .g = g, .indices = indices, .out = out, .updates = updates,                          \
            .parts = (g->row + COLUMNS - 1) / COLUMNS, .bad = &bad};                             \
        const int64_t bytes = 2 * g->before * g->count * g->row * (int64_t)sizeof(T);            \
        kls_run_tasks(g->before * job.parts, bytes, &job, scatter_task_##SUFFIX);                \
        report(&job);                                                                            \
    }

// Unsigned, since signed overflow has no meaning in C; the bits are the same.
SCATTER(float, f32)
SCATTER(double, f64)
SCATTER(uint32_t, i32)
SCATTER(uint64_t, i64)
SCATTER(uint8_t, u8)
