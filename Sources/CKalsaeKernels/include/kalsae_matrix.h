// Matrix products, convolutions and pooling in own loops.
//
// They serve what oneDNN does not: types other than float32, products too small for its call to
// pay, pooling. Every result is the same for any number of threads. All sizes may be zero.
#ifndef KALSAE_MATRIX_H
#define KALSAE_MATRIX_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define KLS_BATCH_RANK 8

// out[b] = lhs[b] . rhs[b], with lhs m x k, rhs k x n and out dense m x n, batch after batch.
// Strides count elements; a batch dimension that an operand does not have has stride 0.
typedef struct {
    int32_t batch_rank;
    int64_t batch_dims[KLS_BATCH_RANK];
    int64_t lhs_batch[KLS_BATCH_RANK], rhs_batch[KLS_BATCH_RANK];
    int64_t m, n, k;
    int64_t lhs_row, lhs_column;
    int64_t rhs_row, rhs_column;
    bool relu;  // replaces negative values by zero at the end
} kls_matmul;

// The bias is null or a vector of n that is added to each row. Integers wrap.
typedef void (*kls_matmul_fn)(
    const kls_matmul *product, const void *lhs, const void *rhs, const void *bias, void *out);

void kls_matmul_f32(
    const kls_matmul *product, const void *lhs, const void *rhs, const void *bias, void *out);
void kls_matmul_f64(
    const kls_matmul *product, const void *lhs, const void *rhs, const void *bias, void *out);
void kls_matmul_i32(
    const kls_matmul *product, const void *lhs, const void *rhs, const void *bias, void *out);
void kls_matmul_i64(
    const kls_matmul *product, const void *lhs, const void *rhs, const void *bias, void *out);
void kls_matmul_u8(
    const kls_matmul *product, const void *lhs, const void *rhs, const void *bias, void *out);

// Whether kls_matmul_f32 is quicker than oneDNN's call: the one place where that is decided.
// It does not look at the number of threads, so that the bits of small products never do either.
bool kls_matmul_prefers_own(const kls_matmul *product);

// Replaces negative values by zero, in place; NaN stays.
void kls_relu_f32(void *values, int64_t count);

// A convolution in two dimensions. Input [batch, height, width, channels], kernel
// [kernel_height, kernel_width, channels / groups, out_channels], output
// [batch, out_height, out_width, out_channels], all dense and row-major.
typedef struct {
    int64_t batch, height, width, channels;
    int64_t out_height, out_width, out_channels;
    int64_t kernel_height, kernel_width;
    int64_t stride_y, stride_x;
    int64_t dilation_y, dilation_x;  // 1: neighbors
    int64_t pad_top, pad_left;
    int64_t groups;
    bool relu;  // forward only: replaces negative values by zero, after the bias
} kls_convolution;

// The bias is null or a vector of out_channels.
typedef void (*kls_convolution_fn)(
    const kls_convolution *shape, const void *input, const void *kernel, const void *bias,
    void *output);
void kls_convolution_f32(
    const kls_convolution *shape, const void *input, const void *kernel, const void *bias,
    void *output);
void kls_convolution_f64(
    const kls_convolution *shape, const void *input, const void *kernel, const void *bias,
    void *output);

// The two gradients: (gradient of the output, kernel) to that of the input, and (input, gradient
// of the output) to that of the kernel.
typedef void (*kls_convolution_gradient_fn)(
    const kls_convolution *shape, const void *left, const void *right, void *result);
void kls_convolution_input_gradient_f32(
    const kls_convolution *shape, const void *gradient, const void *kernel, void *result);
void kls_convolution_input_gradient_f64(
    const kls_convolution *shape, const void *gradient, const void *kernel, void *result);
void kls_convolution_kernel_gradient_f32(
    const kls_convolution *shape, const void *input, const void *gradient, void *result);
void kls_convolution_kernel_gradient_f64(
    const kls_convolution *shape, const void *input, const void *gradient, void *result);

typedef enum {
    KLS_POOL_MAX = 0,          // NaN if an element is; the gradient goes to the first maximum
    KLS_POOL_AVERAGE,          // of the elements inside the input
    KLS_POOL_AVERAGE_PADDED,   // padded places count as zeros
} kls_pool_kind;

// Windows over [batch, height, width, channels]; the padding is smaller than the window.
typedef struct {
    kls_pool_kind kind;
    int64_t batch, height, width, channels;
    int64_t out_height, out_width;
    int64_t window_height, window_width;
    int64_t stride_y, stride_x;
    int64_t pad_top, pad_left;
} kls_pool;

typedef void (*kls_pool_fn)(const kls_pool *shape, const void *input, void *output);
void kls_pool_f32(const kls_pool *shape, const void *input, void *output);
void kls_pool_f64(const kls_pool *shape, const void *input, void *output);

typedef void (*kls_pool_gradient_fn)(
    const kls_pool *shape, const void *input, const void *gradient, void *result);
void kls_pool_gradient_f32(
    const kls_pool *shape, const void *input, const void *gradient, void *result);
void kls_pool_gradient_f64(
    const kls_pool *shape, const void *input, const void *gradient, void *result);

#ifdef __cplusplus
}
#endif

#endif
