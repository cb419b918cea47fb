// One strip of output rows of a convolution on AMX tiles.
#ifndef KLS_CONVOLUTION_CONV_AMX_STRIP_H
#define KLS_CONVOLUTION_CONV_AMX_STRIP_H

#include "../../amx/block.h"
#include "conv_amx_plan.h"

enum { STRIP_LINES_MAX = 32 * 1024 };  // elements of the rows that a thread makes limbs of at a time

typedef struct {
    const conv_amx *plan;
    void *const *buffers;
    bf16 *packed;                    // the weights as blocks of limbs
    float *flipped, *sums;           // flipped: the weights of an input gradient, as panels of rows
    _Atomic bool weights_are_special;  // hold values that tiles do not carry
} conv_amx_job;

static inline int64_t conv_amx_panel_size(const conv_amx *c) {
    return c->offsets->segments * c->k_blocks * LIMB_BLOCK;
}

static inline int64_t conv_amx_columns(const conv_amx *c, int64_t panel) {
    const int64_t left = c->n - panel * AMX_BLOCK;
    return left < AMX_BLOCK ? left : AMX_BLOCK;
}

// The weights of a panel as rows of K, `row` floats apart.
const float *conv_amx_weights(const conv_amx_job *job, int64_t panel, int64_t *row);

// Runs tasks begin ..< end, a strip each: all output channels of the strips.
void conv_amx_run_strips(int64_t begin, int64_t end, void *job);

#endif
