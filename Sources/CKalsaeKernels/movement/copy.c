// Copies between strided layouts, by lines or by transpositions of 8 x 8 elements.
#include "kls_movement.h"

#include <string.h>

#include "../isa/dispatch.h"
#include "../threads/tasks.h"

// Bytes that one task moves, about.
#define TASK_BYTES (256 * 1024)
// The edge of a block of a transposition: its rows and columns stay in L1.
#define EDGE 32

typedef uint32_t block4 __attribute__((vector_size(32), aligned(4), may_alias));

// Transposes 8 x 8 elements of 4 bytes: three rounds that interleave halves.
KLS_INLINE void transpose_8x8(
    const uint32_t *from, int64_t from_row, uint32_t *to, int64_t to_row
) {
    block4 a[8], b[8];
    for (int i = 0; i < 8; i++) a[i] = *(const block4 *)(from + i * from_row);
    for (int i = 0; i < 4; i++) {
        b[2 * i] = __builtin_shufflevector(a[i], a[i + 4], 0, 8, 1, 9, 2, 10, 3, 11);
        b[2 * i + 1] = __builtin_shufflevector(a[i], a[i + 4], 4, 12, 5, 13, 6, 14, 7, 15);
    }
    for (int i = 0; i < 4; i++) {
        a[2 * i] = __builtin_shufflevector(b[i], b[i + 4], 0, 8, 1, 9, 2, 10, 3, 11);
        a[2 * i + 1] = __builtin_shufflevector(b[i], b[i + 4], 4, 12, 5, 13, 6, 14, 7, 15);
    }
    for (int i = 0; i < 4; i++) {
        b[2 * i] = __builtin_shufflevector(a[i], a[i + 4], 0, 8, 1, 9, 2, 10, 3, 11);
        b[2 * i + 1] = __builtin_shufflevector(a[i], a[i + 4], 4, 12, 5, 13, 6, 14, 7, 15);
    }
    for (int i = 0; i < 8; i++) *(block4 *)(to + i * to_row) = b[i];
}

// to[r * to_row + c] = from[c * from_column + r] for rows r and columns c.
KLS_DISPATCH(static, void, transpose_4, (
    const uint32_t *from, int64_t from_column, uint32_t *to, int64_t to_row, int64_t rows,
    int64_t columns
), (from, from_column, to, to_row, rows, columns)) {
    for (int64_t r0 = 0; r0 < rows; r0 += EDGE) {
        const int64_t r1 = r0 + EDGE < rows ? r0 + EDGE : rows;
        int64_t c = 0;
        for (; c + 8 <= columns; c += 8) {
            int64_t r = r0;
            for (; r + 8 <= r1; r += 8)
                transpose_8x8(from + c * from_column + r, from_column, to + r * to_row + c, to_row);
            for (; r < r1; r++)
                for (int i = 0; i < 8; i++)
                    to[r * to_row + c + i] = from[(c + i) * from_column + r];
        }
        for (; c < columns; c++)
            for (int64_t r = r0; r < r1; r++) to[r * to_row + c] = from[c * from_column + r];
    }
}

#define TRANSPOSE(T, BITS)                                                                       \
    KLS_DISPATCH(static, void, transpose_##BITS, (                                               \
        const T *from, int64_t from_column, T *to, int64_t to_row, int64_t rows, int64_t columns \
    ), (from, from_column, to, to_row, rows, columns)) {                                         \
        for (int64_t r0 = 0; r0 < rows; r0 += EDGE) {                                            \
            const int64_t r1 = r0 + EDGE < rows ? r0 + EDGE : rows;                              \
            for (int64_t c0 = 0; c0 < columns; c0 += EDGE) {                                     \
                const int64_t c1 = c0 + EDGE < columns ? c0 + EDGE : columns;                    \
                for (int64_t r = r0; r < r1; r++)                                                \
                    for (int64_t c = c0; c < c1; c++)                                            \
                        to[r * to_row + c] = from[c * from_column + r];                          \
            }                                                                                    \
        }                                                                                        \
    }

TRANSPOSE(uint8_t, 1)
TRANSPOSE(uint16_t, 2)
TRANSPOSE(uint64_t, 8)

#define LINE(T, BITS)                                                                  \
    KLS_DISPATCH(static, void, line_##BITS, (                                          \
        const T *from, int64_t from_step, T *to, int64_t to_step, int64_t count        \
    ), (from, from_step, to, to_step, count)) {                                        \
        if (to_step == 1 && from_step == 0) {                                          \
            const T value = *from;                                                     \
            for (int64_t i = 0; i < count; i++) to[i] = value;                         \
        } else if (to_step == 1 && from_step == -1) {                                  \
            for (int64_t i = 0; i < count; i++) to[i] = from[-i];                      \
        } else if (to_step == 1) {                                                     \
            for (int64_t i = 0; i < count; i++) to[i] = from[i * from_step];           \
        } else {                                                                       \
            for (int64_t i = 0; i < count; i++) to[i * to_step] = from[i * from_step]; \
        }                                                                              \
    }

LINE(uint8_t, 1)
LINE(uint16_t, 2)
LINE(uint32_t, 4)
LINE(uint64_t, 8)

static void line(
    int32_t size, const char *from, int64_t from_step, char *to, int64_t to_step, int64_t count
) {
    if (from_step == 1 && to_step == 1) {
        memcpy(to, from, (size_t)(count * size));
        return;
    }
    switch (size) {
    case 1: line_1((const uint8_t *)from, from_step, (uint8_t *)to, to_step, count); break;
    case 2: line_2((const uint16_t *)from, from_step, (uint16_t *)to, to_step, count); break;
    case 4: line_4((const uint32_t *)from, from_step, (uint32_t *)to, to_step, count); break;
    default: line_8((const uint64_t *)from, from_step, (uint64_t *)to, to_step, count); break;
    }
}

static void transpose(
    int32_t size, const char *from, int64_t from_column, char *to, int64_t to_row, int64_t rows,
    int64_t columns
) {
#define CALL(T, BITS) \
    transpose_##BITS((const T *)from, from_column, (T *)to, to_row, rows, columns)
    switch (size) {
    case 1: CALL(uint8_t, 1); break;
    case 2: CALL(uint16_t, 2); break;
    case 4: CALL(uint32_t, 4); break;
    default: CALL(uint64_t, 8); break;
    }
#undef CALL
}

typedef struct {
    const kls_copy *copy;
    const char *from;
    char *to;
    int inner;           // the last dimension
    int crossed;         // the one that the source is contiguous along, or -1
    int64_t outer;       // lines, or transpositions, in all
    int64_t per_task;    // of them
    int64_t parts;       // tasks that one is cut into, when there are few and they are long
} copy_job;

static void copy_task(void *context, int64_t task) {
    const copy_job *job = context;
    const kls_copy *c = job->copy;
    const int64_t size = c->element_size;
    const int64_t part = task % job->parts;
    const int64_t begin = task / job->parts * job->per_task;
    const int64_t end = begin + job->per_task < job->outer ? begin + job->per_task : job->outer;

    // The dimension that parts cut: rows of a transposition, or the line itself.
    const int cut = job->crossed >= 0 ? job->crossed : job->inner;
    const int64_t length = (c->dims[cut] + job->parts - 1) / job->parts;
    const int64_t first = part * length;
    const int64_t count = first + length < c->dims[cut] ? length : c->dims[cut] - first;
    if (count <= 0) return;

    int64_t at[KLS_COPY_RANK] = {0};
    int64_t from = c->from_start + first * c->from[cut], to = c->to_start + first * c->to[cut];
    int64_t rest = begin;
    for (int axis = job->inner; axis-- > 0;) {
        if (axis == job->crossed) continue;
        at[axis] = rest % c->dims[axis];
        rest /= c->dims[axis];
        from += at[axis] * c->from[axis];
        to += at[axis] * c->to[axis];
    }
    for (int64_t i = begin; i < end; i++) {
        if (job->crossed >= 0) {
            transpose(
                c->element_size, job->from + from * size, c->from[job->inner], job->to + to * size,
                c->to[job->crossed], count, c->dims[job->inner]);
        } else {
            line(
                c->element_size, job->from + from * size, c->from[job->inner], job->to + to * size,
                c->to[job->inner], count);
        }
        for (int axis = job->inner; axis-- > 0;) {
            if (axis == job->crossed) continue;
            from += c->from[axis];
            to += c->to[axis];
            if (++at[axis] < c->dims[axis]) break;
            from -= at[axis] * c->from[axis];
            to -= at[axis] * c->to[axis];
            at[axis] = 0;
        }
    }
}

void kls_copy_run(const kls_copy *copy, const void *from, void *to) {
    if (copy->rank == 0) {
        const int64_t size = copy->element_size;
        memcpy(
            (char *)to + copy->to_start * size, (const char *)from + copy->from_start * size,
            (size_t)size);
        return;
    }
    copy_job job = {.copy = copy, .from = from, .to = to, .inner = copy->rank - 1, .crossed = -1};
    int64_t elements = 1;
    for (int axis = 0; axis < copy->rank; axis++) elements *= copy->dims[axis];
    if (elements == 0) return;
    const int inner = job.inner;
    const bool strided = copy->to[inner] == 1 && copy->from[inner] != 1 && copy->from[inner] != 0;
    for (int axis = 0; axis < inner && strided; axis++)
        if (copy->from[axis] == 1 && copy->dims[axis] >= 4) job.crossed = axis;
    const int64_t unit =
        copy->dims[inner] * (job.crossed >= 0 ? copy->dims[job.crossed] : 1) * copy->element_size;
    job.outer = elements * copy->element_size / unit;
    job.per_task = unit >= TASK_BYTES ? 1 : TASK_BYTES / unit;
    job.parts = unit >= 2 * TASK_BYTES ? unit / TASK_BYTES : 1;
    const int64_t tasks = (job.outer + job.per_task - 1) / job.per_task * job.parts;
    kls_run_tasks(tasks, 2 * elements * copy->element_size, &job, copy_task);
}

void kls_set_elements(int32_t element_size, const void *value, void *to, int64_t count) {
    const kls_copy copy = {
        .rank = 1, .element_size = element_size, .dims = {count}, .from = {0}, .to = {1}};
    kls_copy_run(&copy, value, to);
}
