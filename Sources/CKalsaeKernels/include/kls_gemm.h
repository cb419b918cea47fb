// Matrix products of float32 or bfloat16 with sums of float32, and an epilogue that works on each
// block of C in the first-level cache.
#ifndef KLS_GEMM_H
#define KLS_GEMM_H

#include <stdbool.h>

#include "kls_isa.h"
#include "kls_loop.h"

// In an epilogue, instead of the number of a buffer: the product itself.
enum { KLS_GEMM_RESULT = -2 };
// The longest K that kls_gemm_create takes.
enum { KLS_GEMM_K_MAX = 4608 };

// C[m x n] = A[m x k] B[k x n] for each matrix of a batch. Strides count elements; of an operand's row
// and column stride one is 1. C is dense.
typedef struct {
    int64_t batch, m, n, k;
    int64_t a_batch, a_row, a_column;
    int64_t b_batch, b_row, b_column;
    int32_t a, b, c;                 // numbers of buffers; c only without an epilogue
    // NULL, or a loop over the dimensions [batch * m, n], whose reductions are sums over m. It may write
    // over what it reads at the same index, but not over A or B.
    const kls_loop_spec *epilogue;
    // Whether A is of bytes, which count as floats; with limbs only.
    bool a_is_bytes;
    // Whether A and B are of bfloat16, each of which is a limb; with limbs only. Subnormal ones count as zero.
    bool is_bf16;
    // Whether floats are multiplied as bfloat16 limbs on AMX tiles (BF16_BF16_F32_X6): as exact, but terms
    // below 2^-126 count as zero.
    bool uses_bf16_limbs;
    int64_t cores;                   // that tasks are cut for; 0 as 1
} kls_gemm_spec;

typedef struct kls_gemm kls_gemm;

// Whether the kernels of an ISA level can do it; says nothing about what is fast.
bool kls_gemm_supports(const kls_gemm_spec *spec, kls_isa level);
// NULL where those of the level in force cannot, or without memory.
kls_gemm *kls_gemm_create(const kls_gemm_spec *spec);
void kls_gemm_destroy(kls_gemm *gemm);

// The result depends neither on the threads nor on the cores: each element is one sum, always in the same
// order.
void kls_gemm_run(const kls_gemm *gemm, void *const *buffers, void *scratch, bool parallel);

// Whether it runs on AMX tiles.
bool kls_gemm_uses_amx(const kls_gemm *gemm);
// Bytes of workspace (64-byte aligned) that a run needs; may be 0.
int64_t kls_gemm_scratch(const kls_gemm *gemm);

#endif
