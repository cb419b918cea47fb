// Copies rows of bytes between blocks.
#ifndef KLS_GEMM_COPY_ROWS_H
#define KLS_GEMM_COPY_ROWS_H

#include <stdint.h>

// Rows of `bytes` that lie to_row and from_row bytes apart.
void kls_copy_rows(
    char *to, int64_t to_row, const char *from, int64_t from_row, int64_t rows, int64_t bytes);

#endif
