// The right side of a product, some columns at a time and one row behind the other.
#ifndef KLS_GEMM_PACK_H
#define KLS_GEMM_PACK_H

#include <stdint.h>

// Columns of a panel at most.
enum { PANEL_MOST = 32 };

// Writes rows of `width` floats, the first `used` of them from the columns of `from`, the others
// zero. Steps between rows and columns count elements; one of them is 1.
void kls_pack(
    const float *from, int64_t row, int64_t column, int64_t rows, int64_t used, int64_t width,
    float *to);

// Deals a row out in parts of about the same length, `distance` floats apart.
void kls_deal(const float *from, int64_t count, int64_t parts, float *to, int64_t distance);

#endif
