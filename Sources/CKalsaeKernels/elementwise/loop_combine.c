#include "loop_combine.h"

#include <string.h>

// Joins `count` partial results of n elements each, pairwise, into the first.
static void join(const kls_planned_output *o, char *first, int64_t count, int64_t n) {
    while (count > 1) {
        int64_t half = count / 2;
        char *upper = first + (count - half) * n * o->size;
        o->combine(half * n, first, first, upper, NULL);
        count -= half;
    }
}

void kls_loop_combine(const kls_run *run, const kls_planned_output *o) {
    const kls_loop *loop = run->loop;
    char *out = run->buffers[o->output.buffer];
    char *first = kls_loop_partial(run, o, 0);
    switch (loop->span) {
        case KLS_REDUCE_NONE: break;
        case KLS_REDUCE_ALL:
            join(o, first, loop->blocks, 1);
            memcpy(out, first, (size_t)o->size);
            break;
        case KLS_REDUCE_TRAILING:
            for (int64_t s = 0; loop->segment_blocks > 0 && s < loop->segments; s++) {
                char *own = first + s * loop->segment_blocks * o->size;
                join(o, own, loop->segment_blocks, 1);
                memcpy(out + s * o->size, own, (size_t)o->size);
            }
            break;
        case KLS_REDUCE_LEADING: {
            if (loop->by_column) break;
            // All blocks but the last fill their accumulators alike; the last may be short.
            int64_t full = loop->block < loop->accumulator ? loop->block : loop->accumulator;
            int64_t last = loop->count - (loop->blocks - 1) * loop->block;
            last = last < full ? last : full;
            char *tail = kls_loop_partial(run, o, loop->blocks - 1);
            if (loop->blocks > 1) {
                if (full == loop->accumulator) {
                    join(o, first, loop->blocks - 1, loop->accumulator);
                } else {
                    for (int64_t b = 1; b < loop->blocks - 1; b++) {
                        o->combine(full, first, first, kls_loop_partial(run, o, b), NULL);
                    }
                }
                o->combine(last, first, first, tail, NULL);
            } else {
                full = last;
            }
            join(o, first, full / loop->segment, loop->segment);
            memcpy(out, first, (size_t)(loop->segment * o->size));
            break;
        }
    }
}
