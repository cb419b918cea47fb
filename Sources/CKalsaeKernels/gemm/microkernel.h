// The microkernel: one tile of C for all of K, in registers.
//
//     C[MR x NR] = A[MR x K] B[K x NR]      one index of K at a time: NR / LANES loads of B, MR broadcasts
//                                           of A, MR x NR / LANES multiply-adds
//
//                     b0       b1           of B's row, LANES floats each
//     broadcast a0   c00      c01
//     broadcast a1   c10      c11           AVX-512: MR = 14, NR = 2 x 16: 28 sums + 2 + 1 = 31 of 32 registers
//        ...          ...      ...          AVX2:    MR = 6,  NR = 2 x 8:  12 sums + 2 + 1 = 15 of 16
//
// B is packed in panels of NR columns, A is read where it lies, or packed. Edges of M are tiles of fewer
// rows, each compiled. Follows Goto and van de Geijn, "Anatomy of high-performance matrix multiplication"
// (2008); the loops around it are in gemm.c. Convolutions and attention use it too.
#ifndef KLS_GEMM_MICROKERNEL_H
#define KLS_GEMM_MICROKERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "kls_isa.h"

// A tile of C. K goes over segments of `k` indices; in each, A begins at its own start, while B goes on.
typedef struct {
    const float *b;                  // rows of b_row floats
    int64_t b_row, k;
    int64_t a_row, a_column;
    int64_t c_row;
    int64_t segments;
    const int64_t *starts;
    bool accumulates;                // C += A B; rows must be whole vectors
} micro_tile;

// `vectors`: 1 or 2 of LANES columns. `a_transposed`: a_row is 1, else a_column is.
typedef void (*microkernel_fn)(
    const micro_tile *tile, const float *a, float *c, int rows, int vectors, bool a_transposed);

// Columns that are too few for a vector, one behind the other, each of k floats.
typedef struct {
    const float *b;
    int64_t k, a_row, a_column, c_row;
    int columns;                     // EDGE_COLUMNS_MAX at most
} edge_tile;

enum { EDGE_COLUMNS_MAX = 4 };

typedef void (*edge_kernel_fn)(
    const edge_tile *tile, const float *a, float *c, int rows, bool a_transposed);

typedef struct {
    microkernel_fn run;
    edge_kernel_fn run_edge;
    int lanes, mr;                   // NR is 2 * lanes
} microkernel;

// That of an ISA level, whether the processor has it or not.
const microkernel *kls_microkernel_at(kls_isa level);
// That of the ISA level in force.
const microkernel *kls_microkernel(void);

#endif
