// The epilogue of a product: a fused loop over each block of C, while the block is in the first-level cache.
#ifndef KLS_GEMM_EPILOGUE_H
#define KLS_GEMM_EPILOGUE_H

#include <stdbool.h>

#include "kls_gemm.h"

enum {
    EPILOGUE_BLOCK = 1024,           // elements of a block at most
    EPILOGUE_SLACK = 256,            // bytes behind a register, for whole vectors
    EPILOGUE_FILE = 128 * 1024,      // bytes of all registers at most
    EPILOGUE_OUTPUTS = 8,
    EPILOGUE_STREAMS = 4,
};

typedef enum { PRODUCT, SCALAR, UNIFORM, ROW, DENSE, STRIDED } block_mode;

typedef struct {
    kls_load load;
    block_mode mode;
    int32_t size;
} block_load;

// A loop over [m, n] whose elements a product makes. Sums run over m.
typedef struct {
    int64_t n;
    int32_t registers, load_count, step_count, output_count, sum_count;
    int32_t product;                 // the register that the product fills
    int64_t register_bytes;
    block_load *loads;
    kls_step *steps;
    kls_output *outputs;
} epilogue;

// The columns of one panel on one thread.
typedef struct {
    const epilogue *plan;
    void *const *buffers;
    char *file;                      // EPILOGUE_FILE bytes
    float *sums;                     // sum_count rows of n elements, of this task
    int64_t column, columns;
    int64_t block_size;              // elements of the largest block
    bool whole;                      // the product writes nothing behind its columns
    bool adds_sums;                  // to those of a block before
    void *reg[KLS_MAX_REGISTERS];
    bool direct[EPILOGUE_OUTPUTS];   // written by the step that makes it, or the product
} epilogue_worker;

// Whether the loop can follow a product of m x n.
bool epilogue_valid(const kls_loop_spec *spec, int64_t m, int64_t n);
// Copies the specification, which must be valid; false without memory.
bool epilogue_init(epilogue *plan, const kls_loop_spec *spec);
void epilogue_free(epilogue *plan);

// Whether nothing but a row of numbers is added to each row of the product: the row, and the buffer
// of the result.
bool epilogue_adds_row(const epilogue *plan, kls_load *row, int32_t *out);

// Gets ready for a panel.
void epilogue_prepare(epilogue_worker *worker);
// Sums of the blocks to come go there, from zero on.
void epilogue_begin_sums(epilogue_worker *worker, float *sums);
// Where the product of a block that begins at a row goes, with rows of `columns` elements.
float *epilogue_begin(epilogue_worker *worker, int64_t row);
// Memory that epilogue_finish will read or write: a line of `bytes` for each row.
typedef struct {
    const char *at;
    int64_t row, bytes;
} epilogue_stream;

// The dense ones of a block that begins at a row; at most EPILOGUE_STREAMS.
int epilogue_streams(
    const epilogue_worker *worker, int64_t row, epilogue_stream streams[EPILOGUE_STREAMS]);
// Works on `rows` rows from `row` on, whose product lies there.
void epilogue_finish(epilogue_worker *worker, int64_t row, int64_t rows);
// Adds the partial sums of all tasks, always in the same order.
void epilogue_add_sums(
    const epilogue *plan, void *const *buffers, const float *sums, int64_t tasks);

#endif
