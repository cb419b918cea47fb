// The products of a block of queries, with the microkernel on packed panels.
#ifndef KLS_ATTENTION_PRODUCTS_H
#define KLS_ATTENTION_PRODUCTS_H

#include "plan.h"

// Packs `count` positions of a head: transposed as the B of X K^T, or row-major as the B of P X.
void attention_pack_transposed(
    const attention_plan *plan, const float *from, int64_t count, float *to);
void attention_pack_row_major(
    const attention_plan *plan, const float *from, int64_t count, float *to);

// Q K^T or dO V^T: rows of the block by the keys that they see.
void attention_scores(
    const attention_plan *plan, const attention_block *block, const float *rows,
    const float *transposed, float *scores);
// P V or dS K: block.rows x padded floats.
void attention_pv(
    const attention_plan *plan, const attention_block *block, const float *p,
    const float *row_major, float *out);
// P^T dO or dS^T Q: block.end x padded floats, added to what lies there if `accumulates`.
void attention_ptdo(
    const attention_plan *plan, const attention_block *block, const float *p,
    const float *row_major, float *out, bool accumulates);

// Copies rows of a head to where they lie in a tensor, each times a factor if there are some.
void attention_store_rows(
    const attention_plan *plan, const float *from, int64_t rows, const float *factors, float *to);
// Multiplies rows of row-major panels by a factor each.
void attention_scale_rows(
    const attention_plan *plan, float *row_major, int64_t rows, const float *factors);

#endif
