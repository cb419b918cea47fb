// Limbs of dense rows, for operands that are packed before the product begins.
#ifndef KLS_AMX_PACK_DENSE_H
#define KLS_AMX_PACK_DENSE_H

#include "../layout.h"

// Limbs of contiguous floats, in whole K blocks; `limb` elements from limb to limb.
void kls_dense_limbs(const float *from, int64_t count, bf16 *to, int64_t limb);

// A K block of up to AMX_BLOCK columns of B, whose rows lie `row` elements apart; zeros fill it up, and
// up to AMX_ROWS columns take half of a LIMB_BLOCK.
void kls_pack_b_limbs(
    const float *from, int64_t row, int64_t depth, int64_t columns, bf16 *to);

#endif
