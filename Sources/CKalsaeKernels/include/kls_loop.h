// Fused element-wise loops: loads, steps on strips that stay in the first-level cache, stores, reductions.
#ifndef KLS_LOOP_H
#define KLS_LOOP_H

#include "kls_elementwise.h"

enum { KLS_MAX_RANK = 8, KLS_MAX_REGISTERS = 64 };

// Fills a register with one strip of a buffer (or of the constant, when buffer < 0).
typedef struct {
    int32_t reg, buffer;
    kls_type type;
    // Read only by steps of a scalar form: 1, one element; 2, one element for each row of a loop of two
    // dimensions that reduces nothing.
    int32_t scalar;
    int64_t offset;                  // in elements
    int64_t strides[KLS_MAX_RANK];   // in elements; 0 repeats
    uint64_t constant;               // bits of the element
} kls_load;

typedef struct {
    kls_elementwise_fn fn;
    int32_t dst, a, b, c;
} kls_step;

// Writes a register to a buffer densely, or reduces it: op is KLS_COPY, ADD, MUL, MIN or MAX.
typedef struct {
    int32_t reg, buffer;
    kls_type type;
    kls_op op;
    int32_t direct;                  // 1: the step that makes the register writes the buffer itself
} kls_output;

// Which dimensions reducing outputs run over: all, the last `reduced` or the first `reduced`.
typedef enum { KLS_REDUCE_NONE, KLS_REDUCE_ALL, KLS_REDUCE_TRAILING, KLS_REDUCE_LEADING } kls_span;

typedef struct {
    int32_t rank;                    // 1 to KLS_MAX_RANK
    int64_t dims[KLS_MAX_RANK];
    kls_span span;
    int32_t reduced;                 // dimensions reduced, for TRAILING and LEADING
    int32_t permuted;                // 1: the dimensions are not in the order of the result's axes
    int32_t registers;
    int32_t register_bytes;          // of the largest element held in a register
    int32_t load_count, step_count, output_count;
    const kls_load *loads;
    const kls_step *steps;
    const kls_output *outputs;
} kls_loop_spec;

typedef struct kls_loop kls_loop;

// Checks the specification and lays out strips and blocks; NULL if it is not valid.
kls_loop *kls_loop_create(const kls_loop_spec *spec);
void kls_loop_destroy(kls_loop *loop);

// Bytes of scratch memory (64-byte aligned) that a run needs; 0 without reductions.
int64_t kls_loop_scratch(const kls_loop *loop);

// Runs the loop on buffers[load.buffer], buffers[output.buffer]. The first integer divisor of 0 is
// reported to the calling thread (kls_report_error). The result does not depend on
// `threads`: blocks are cut by size, and their partial results are combined as a tree.
void kls_loop_run(const kls_loop *loop, void *const *buffers, void *scratch, int threads);

#endif
