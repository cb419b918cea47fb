// Products of any element type in register tiles, for what the library does not do, or not as quickly: no
// epilogue but ReLU, panels of one vector of columns, packed only where they are transposed.
#include <stddef.h>

#include "../isa/dispatch.h"
#include "kls_matmul.h"
#include "../threads/pieces.h"

#define T float
#define NAME(x) x##_f32
#include "matmul_template.h"

#define T double
#define NAME(x) x##_f64
#include "matmul_template.h"

// Unsigned, since signed overflow has no meaning in C; the bits are the same.
#define T uint32_t
#define NAME(x) x##_i32
#include "matmul_template.h"

#define T uint64_t
#define NAME(x) x##_i64
#include "matmul_template.h"

#define T uint8_t
#define NAME(x) x##_u8
#include "matmul_template.h"

// Costs in microseconds, fitted to measurements with AVX-512 on one and on two threads: own loops
// do 35,000 multiply-adds, and pack 2,000 elements of a transposed operand, in one; the library's
// call takes 1.5 before it starts and then does 75,000. Four rows cost as much as one, and eight
// columns too.
bool kls_matmul_beats_library(const kls_matmul *product) {
    const double batches = (double)product->batch;
    const double m = (double)product->m, n = (double)product->n, k = (double)product->k;
    const double rows = m < 4 ? 4 : m, columns = n < 8 ? 8 : n;
    double own = rows * columns * k / 35000;
    if (product->b_column != 1) own += n * k / 2000;
    return batches * own <= 1.5 + batches * m * n * k / 75000;
}
