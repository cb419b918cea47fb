// A loop after its strips and blocks are laid out; shared by loop_create.c and loop_run.c.
#ifndef KLS_ELEMENTWISE_LOOP_LAYOUT_H
#define KLS_ELEMENTWISE_LOOP_LAYOUT_H

#include "kls_loop.h"
#include "reduce.h"

enum {
    KLS_STRIP_MAX = 1024,             // elements of a strip at most
    KLS_STRIP_MIN = 128,              // and as planned for many registers
    KLS_FILE_TARGET = 32 * 1024,     // bytes of registers that should stay in the first-level cache
    // Each register with 64 bytes of slack, for loads that write whole vectors.
    KLS_FILE_BYTES = KLS_MAX_REGISTERS * (KLS_STRIP_MIN * 8 + 64),
    KLS_BLOCK = 16384,               // elements of a block, the unit of work for a thread, at most
    KLS_BLOCK_MIN = 2048,
    KLS_BLOCKS_WANTED = 32,          // of a loop
    KLS_COLUMN_BLOCKS = 64,          // blocks of a column reduction, each with its partial sums
    KLS_COLUMN_MAX = 4096,          // wider column reductions are cut by column instead
    KLS_COLUMN_ROWS = 512,           // rows of those that are joined before they join the rest
};

typedef enum {
    KLS_LOAD_DIRECT,                 // points into the buffer, which lies as the output does
    KLS_LOAD_SCALAR,                 // points at one element
    KLS_LOAD_FILL,                   // one element over the whole strip, written once
    KLS_LOAD_PATTERN,                // a short row repeated over the strip, written once
    KLS_LOAD_ROWS,                   // walked row by row
    KLS_LOAD_ROW_SCALAR,             // points at the element of the strip's row
} kls_load_mode;

typedef struct {
    kls_load load;
    kls_load_mode mode;
    int32_t size;                    // bytes of an element
    int64_t inner_stride;
    int linear;                      // at most one outer dimension moves, by row_stride a row
    int64_t row_stride;
} kls_planned_load;

typedef struct {
    kls_output output;
    int32_t size;
    kls_elementwise_fn combine;             // element-wise form of a reduction
    kls_rows_fn rows;
    int64_t partial_offset;          // bytes into the scratch memory
    int64_t partial_bytes;           // of one block
} kls_planned_output;

typedef struct {
    int32_t reg;                     // the divisor's
    int32_t size;                    // bytes of an element; 0: the step divides no integers
    int scalar, remainder;
} kls_planned_divisor;

struct kls_loop {
    int32_t rank;
    int64_t dims[KLS_MAX_RANK];
    kls_span span;
    int64_t count, inner;
    int64_t segment, segments;       // elements reduced together, or kept together (LEADING)
    int64_t results;                 // elements of a reducing output
    int64_t strip;                    // elements of a full strip
    int64_t block;                   // elements of a full block: a range of a segment, or whole segments
    int64_t segment_blocks;          // blocks of one segment; 0 where a block holds whole segments
    int64_t blocks;
    int by_column;                   // LEADING, each block a range of columns over all segments
    int64_t accumulator;             // elements of one column accumulator
    int64_t scratch;
    int32_t registers, register_bytes;
    int32_t load_count, step_count, output_count, reducing;
    int copies;                      // rows, directly to the output
    int divides;                     // whether a step divides integers
    int permuted;
    int64_t register_offset[KLS_MAX_REGISTERS];
    kls_planned_load *loads;
    kls_step *steps;
    kls_planned_output *outputs;
    kls_planned_divisor *divisors;   // one a step
};

// Copies the elements that a ROWS load gives to strip `start ..< start + n` and returns where they
// are: in `strip`, or in the buffer itself.
const void *kls_load_rows(const kls_loop *loop, const kls_planned_load *load, const char *base,
                          int64_t start, int64_t n, void *strip);

// Writes `n` copies of one element of 1, 2, 4 or 8 bytes.
void kls_fill(void *dst, const void *element, int32_t size, int64_t n);

#endif
