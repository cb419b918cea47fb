// One strip of output rows of a convolution on vectors.
#ifndef KLS_CONVOLUTION_CONV_GEMM_STRIP_H
#define KLS_CONVOLUTION_CONV_GEMM_STRIP_H

#include "../gemm/microkernel.h"
#include "amx/conv_amx.h"

struct kls_conv_gemm {
    kls_conv_gemm_spec spec;
    conv_offsets offsets;
    const microkernel *micro;
    int64_t images, n, k;            // n: output channels
    int64_t panel, panels;           // NR output channels each
    int64_t strip, strips;           // output rows of a task, and tasks of an image
    bool has_epilogue;
    epilogue epilogue;
    max_pool_fusion pool;
    conv_amx *amx;                   // NULL, or what runs instead
};

typedef struct {
    const kls_conv_gemm *plan;
    void *const *buffers;
    float *packed, *sums;
} conv_gemm_job;

static inline int64_t conv_gemm_columns(const kls_conv_gemm *c, int64_t panel) {
    const int64_t left = c->n - panel * c->panel;
    return left < c->panel ? left : c->panel;
}

// Runs tasks begin ..< end, a strip each: all output channels of the strips.
void conv_gemm_run_strips(int64_t begin, int64_t end, void *job);

#endif
