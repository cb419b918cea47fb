// Rows of scores to weights, and the gradient of weights to that of scores.
#ifndef KLS_ATTENTION_SOFTMAX_H
#define KLS_ATTENTION_SOFTMAX_H

#include "plan.h"

// Scores S of a block to e^(scale * s - max), zeros up to block.end, and one over their sum for each row: P
// is their product.
void attention_softmax(
    const attention_plan *plan, const attention_block *block, float *scores, float *inverse_sums);
// dP to dS = scale * P * (dP - rowsum(P * dP)), in place; `powers` are what attention_softmax made.
void attention_ds(
    const attention_plan *plan, const attention_block *block, const float *powers,
    const float *inverse_sums, float *ds);

#endif
