// Small helpers for sizes.
#ifndef KLS_ISA_INTEGERS_H
#define KLS_ISA_INTEGERS_H

#include <stdint.h>

static inline int64_t min64(int64_t a, int64_t b) { return a < b ? a : b; }

static inline int64_t round_up(int64_t count, int64_t unit) {
    return (count + unit - 1) / unit * unit;
}

#endif
