// Loads that walk row by row: columns, broadcasts in the middle, transposed and sliced operands.
#include "loop_layout.h"
#include <string.h>

#include "../isa/dispatch.h"

#define FILL(T) { \
    T value; \
    memcpy(&value, element, sizeof value); \
    T *out = dst; \
    for (int64_t i = 0; i < n; i++) out[i] = value; \
}

KLS_DISPATCH(, void, kls_fill,
    (void *dst, const void *element, int32_t size, int64_t n), (dst, element, size, n)) {
    switch (size) {
        case 1: memset(dst, *(const uint8_t *)element, (size_t)n); break;
        case 2: FILL(uint16_t) break;
        case 4: FILL(uint32_t) break;
        default: FILL(uint64_t) break;
    }
}

// Offset of a row's first element, in elements from the load's base.
KLS_INLINE int64_t row_offset(const kls_loop *loop, const kls_planned_load *p, int64_t row,
                          int64_t *index) {
    if (p->linear) return row * p->row_stride;
    int64_t offset = 0;
    for (int i = loop->rank - 2; i >= 0; i--) {
        index[i] = row % loop->dims[i];
        row /= loop->dims[i];
        offset += index[i] * p->load.strides[i];
    }
    return offset;
}

KLS_INLINE int64_t next_row(const kls_loop *loop, const kls_planned_load *p, int64_t offset,
                        int64_t *index) {
    if (p->linear) return offset + p->row_stride;
    for (int i = loop->rank - 2; i >= 0; i--) {
        offset += p->load.strides[i];
        if (++index[i] < loop->dims[i]) return offset;
        offset -= index[i] * p->load.strides[i];
        index[i] = 0;
    }
    return offset;
}

// Each row as whole vectors of 64 bytes: the last one overshoots into the next row, and
// behind the last row into the slack that every register has.
#define REPEAT(T) { \
    const T *from = (const T *)base + p->load.offset; \
    char *out = strip; \
    for (int64_t r = 0; r < rows; r++) { \
        T lanes[64 / sizeof(T)]; \
        for (size_t i = 0; i < 64 / sizeof(T); i++) lanes[i] = from[offset]; \
        for (int64_t i = 0; i < bytes; i += 64) memcpy(out + i, lanes, 64); \
        out += bytes; \
        offset = next_row(loop, p, offset, index); \
    } \
}

// Whole vectors of 64 bytes, at a size that is no call of memcpy.
#define LINES { \
    const char *from = base + p->load.offset * p->size; \
    char *out = strip; \
    for (int64_t r = 0; r < rows; r++, out += bytes) { \
        const char *q = from + offset * p->size; \
        for (int64_t i = 0; i < bytes; i += 64) memcpy(out + i, q + i, 64); \
        offset = next_row(loop, p, offset, index); \
    } \
}

#define ROWS(T) { \
    const T *from = (const T *)base + p->load.offset; \
    T *out = strip; \
    for (int64_t r = 0; r < rows; r++) { \
        const T *q = from + offset; \
        if (stride == 1) { \
            for (int64_t i = 0; i < inner; i++) out[i] = q[i]; \
        } else { \
            for (int64_t i = 0; i < inner; i++) out[i] = q[i * stride]; \
        } \
        out += inner; \
        offset = next_row(loop, p, offset, index); \
    } \
}

KLS_DISPATCH(, const void *, kls_load_rows, (const kls_loop *loop, const kls_planned_load *p, const char *base,
                          int64_t start, int64_t n, void *strip), (loop, p, base, start, n, strip)) {
    int64_t index[KLS_MAX_RANK];
    int64_t row = start / loop->inner, position = start - row * loop->inner;
    int64_t stride = p->inner_stride;
    int64_t offset = row_offset(loop, p, row, index) + position * stride;
    int64_t inner = loop->inner, rows = n / inner;
    if (position != 0 || n < inner) {
        // A range of one row.
        inner = n;
        rows = 1;
    }
    if (rows == 1) {
        const char *first = base + (p->load.offset + offset) * p->size;
        if (stride == 1) return first;
        if (stride == 0) {
            kls_fill(strip, first, p->size, n);
            return strip;
        }
    }
    const int64_t bytes = inner * p->size;
    if (stride == 1 && bytes % 64 == 0) {
        LINES
        return strip;
    }
    if (stride == 0) {
        switch (p->size) {
            case 1: REPEAT(uint8_t) break;
            case 2: REPEAT(uint16_t) break;
            case 4: REPEAT(uint32_t) break;
            default: REPEAT(uint64_t) break;
        }
        return strip;
    }
    switch (p->size) {
        case 1: ROWS(uint8_t) break;
        case 2: ROWS(uint16_t) break;
        case 4: ROWS(uint32_t) break;
        default: ROWS(uint64_t) break;
    }
    return strip;
}
