// Matrix products and convolutions of oneDNN (2.6 or 3.x) behind a C interface.
//
// A primitive is prepared once for its shapes and run many times with raw pointers. A run
// allocates nothing: memory that the library needs is the caller's scratch. All values are float32.
// Functions that return int give 0, or a code not 0 with the reason in kdnn_last_error().
#ifndef KALSAE_ONEDNN_H
#define KALSAE_ONEDNN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// The most dimensions that a matrix product can have: one of the batch, and two.
#define KDNN_MAX_RANK 3

// A prepared primitive. Runs of one primitive on several threads wait for one another.
typedef struct kdnn_primitive kdnn_primitive;

// The reason of the calling thread's last failure, one line; empty when nothing failed.
const char *kdnn_last_error(void);
// The version of the library that runs, which may be newer than the one compiled against.
void kdnn_version(int *major, int *minor, int *patch);
// The widest instruction set that the library uses here, such as "avx512_core".
const char *kdnn_isa(void);
// Keeps the library to a level of kls_isa: 0 SSE4.1, 1 AVX2, 2 AVX-512, 3 all there are. Before its
// first use only; 0, or the library's status where it does not.
int kdnn_set_isa(int level);
// Sets how many threads the parallel regions of the calling thread use, from 1.
// OpenMP keeps this number per thread: call it on the thread that runs plans, before preparing.
void kdnn_set_threads(int count);
// How many threads the parallel regions of the calling thread use; for tests.
int kdnn_threads(void);

// out = lhs . rhs over the last two dimensions, for each matrix of the batch. Strides count elements, so a
// transposed operand has its last two swapped. The result is dense, row-major.
typedef struct {
    int32_t rank;  // 2 to KDNN_MAX_RANK, the same for all three
    int64_t lhs_dims[KDNN_MAX_RANK], lhs_strides[KDNN_MAX_RANK];
    int64_t rhs_dims[KDNN_MAX_RANK], rhs_strides[KDNN_MAX_RANK];
    int64_t out_dims[KDNN_MAX_RANK];
} kdnn_matmul;

// Buffers of a run: lhs, rhs, out.
int kdnn_matmul_create(const kdnn_matmul *product, kdnn_primitive **primitive);

// A convolution in two dimensions. Input [batch, height, width, channels], kernel
// [kernel_height, kernel_width, channels / groups, out_channels], output
// [batch, out_height, out_width, out_channels], all dense and row-major.
typedef struct {
    int64_t batch, height, width, channels;
    int64_t out_height, out_width, out_channels;
    int64_t kernel_height, kernel_width;
    int64_t stride_y, stride_x;
    int64_t dilation_y, dilation_x;  // 1: neighbors
    int64_t pad_top, pad_bottom, pad_left, pad_right;
    int64_t groups;
} kdnn_convolution;

// Buffers of a run: input, kernel, output.
int kdnn_convolution_forward(const kdnn_convolution *shape, kdnn_primitive **primitive);
// Buffers of a run: gradient of the output, kernel, gradient of the input.
int kdnn_convolution_input_gradient(const kdnn_convolution *shape, kdnn_primitive **primitive);
// Buffers of a run: input, gradient of the output, gradient of the weights.
int kdnn_convolution_weight_gradient(const kdnn_convolution *shape, kdnn_primitive **primitive);

// How many bytes of scratch a run needs; it must begin at a multiple of 64.
size_t kdnn_scratch_bytes(const kdnn_primitive *primitive);
// Runs the primitive over the buffers in the order given where it was made.
int kdnn_run(kdnn_primitive *primitive, void *const *buffers, void *scratch);
// Frees the primitive; null is allowed.
void kdnn_destroy(kdnn_primitive *primitive);

#ifdef __cplusplus
}
#endif

#endif
