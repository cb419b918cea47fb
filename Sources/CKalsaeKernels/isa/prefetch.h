// Memory that will be read soon, asked for some cache lines at a time while something else is computed: all at
// once it would come at the speed of memory.
#ifndef KLS_ISA_PREFETCH_H
#define KLS_ISA_PREFETCH_H

#include <stdint.h>

enum { PREFETCH_STEP_MAX = 4096 };   // bytes at a time, of which more would hold up what is computed

typedef struct {
    const char *at, *end;
    int64_t step;
} prefetch_range;

// `bytes` from an address on, which may lie behind the end of an array, in so many steps.
static inline prefetch_range prefetch_in_steps(const void *from, int64_t bytes, int64_t steps) {
    const int64_t step = (bytes / steps + 64) / 64 * 64;
    return (prefetch_range){from, (const char *)from + (step <= PREFETCH_STEP_MAX ? bytes : 0), step};
}

// The next step, to the second-level cache.
static inline void prefetch_next(prefetch_range *range) {
    const char *to = range->at + range->step;
    for (to = to < range->end ? to : range->end; range->at < to; range->at += 64)
        __builtin_prefetch(range->at, 0, 2);
}

#endif
