// Packs operands for the microkernel.
#ifndef KLS_GEMM_PACK_H
#define KLS_GEMM_PACK_H

#include <stdint.h>

// Columns of a panel at most.
enum { NR_MAX = 32 };

// A panel of B: rows of `width` floats, the first `used` of them from the columns of `from`, the others
// zero. Steps between rows and columns count elements; one of them is 1.
void kls_pack_panel(
    const float *from, int64_t row, int64_t column, int64_t rows, int64_t used, int64_t width,
    float *to);

// Interleaves a row of a transposed A: parts of about the same length, `distance` floats apart.
void kls_interleave(const float *from, int64_t count, int64_t parts, float *to, int64_t distance);

#endif
