// Copies and gathers element by element: the oracle of the tests, no part of the library.
#ifndef KLS_MOVEMENT_MOVEMENT_REFERENCE_H
#define KLS_MOVEMENT_MOVEMENT_REFERENCE_H

#include <string.h>

#include "kls_movement.h"

static inline void copy_reference(const kls_copy *c, const void *from, void *to) {
    const int64_t size = c->element_size;
    int64_t count = 1;
    for (int i = 0; i < c->rank; i++) count *= c->dims[i];
    for (int64_t element = 0; element < count; element++) {
        int64_t rest = element, source = c->from_start, target = c->to_start;
        for (int axis = c->rank - 1; axis >= 0; axis--) {
            source += rest % c->dims[axis] * c->from[axis];
            target += rest % c->dims[axis] * c->to[axis];
            rest /= c->dims[axis];
        }
        memcpy((char *)to + target * size, (const char *)from + source * size, (size_t)size);
    }
}

// The indices as 64 bits; zeros for those out of range.
static inline void gather_reference(
    const kls_gather *g, const void *values, const int64_t *indices, void *out
) {
    const int64_t bytes = g->row * g->element_size;
    for (int64_t i = 0; i < g->before * g->count; i++) {
        const int64_t index = indices[i % g->count];
        char *to = (char *)out + i * bytes;
        const char *from = (const char *)values + (i / g->count * g->entries + index) * bytes;
        if (index < 0 || index >= g->entries) memset(to, 0, (size_t)bytes);
        else memcpy(to, from, (size_t)bytes);
    }
}

#endif
