// Blocks of products whose operands hold what tiles do not carry (special_values.h), on vectors.
#ifndef KLS_AMX_FALLBACK_H
#define KLS_AMX_FALLBACK_H

#include <stdbool.h>
#include <stdint.h>

// A block of C = A B, rows x columns sums of `depth` products, 32 x 32 at
// most. Distances count elements.
typedef struct {
    const void *a;
    bool a_is_bytes;                 // uint8, not float
    int64_t a_row, a_column;
    const float *b;
    int64_t b_row, b_column;
    int64_t rows, columns, depth;
    float *c;
    int64_t c_row;
    bool accumulates;                // C += A B
    const float *bias;               // NULL, or a row that the sums begin with
} fallback_block;

void kls_fallback_block(const fallback_block *block);

#endif
