// A run of a loop, and the partial results of its reductions.
#ifndef KLS_ELEMENTWISE_LOOP_COMBINE_H
#define KLS_ELEMENTWISE_LOOP_COMBINE_H

#include "loop_layout.h"

typedef struct {
    const kls_loop *loop;
    void *const *buffers;
    char *scratch;
    // Twice the first element whose divisor is 0, and 1 for a remainder; found on any thread.
    _Atomic int64_t *zero;
} kls_run;

static inline char *kls_loop_partial(
    const kls_run *run, const kls_planned_output *o, int64_t block
) {
    return run->scratch + o->partial_offset + block * o->partial_bytes;
}

// Combines the partial results of an output into its buffer, pairwise: as a tree that the blocks' sizes alone
// decide.
void kls_loop_combine(const kls_run *run, const kls_planned_output *output);

#endif
