// Convolutions in direct loops and their gradients, with groups, strides, dilations and padding.
#include "convolution_case.h"

static void test_float(const kls_convolution *s) {
    const int64_t out = output_count(s);
    float *input = random_floats(input_count(s)), *kernel = random_floats(kernel_count(s));
    float *gradient = random_floats(out);
    const double *x = widened(input, input_count(s)), *w = widened(kernel, kernel_count(s));
    const double *g = widened(gradient, out);
    wanted want = convolved(s, FORWARD, x, w, U32);
    float *got = workspace(out * 4), *again = workspace(out * 4);
    kls_convolution_f32(s, input, kernel, got);
    matches_f32(&want, got, "convolution %s", described(s));
    openmp_threads = 3;
    kls_convolution_f32(s, input, kernel, again);
    openmp_threads = 1;
    same_bits(got, again, out * 4, "convolution %s on three threads", described(s));
    want = convolved(s, INPUT_GRADIENT, g, w, U32);
    float *is_input_gradient = workspace(input_count(s) * 4), *of_kernel = workspace(kernel_count(s) * 4);
    kls_convolution_input_gradient_f32(s, gradient, kernel, is_input_gradient);
    matches_f32(&want, is_input_gradient, "gradient of the input %s", described(s));
    want = convolved(s, WEIGHT_GRADIENT, x, g, U32);
    kls_convolution_weight_gradient_f32(s, input, gradient, of_kernel);
    matches_f32(&want, of_kernel, "weight gradient %s", described(s));
    release_all();
}

static void test_double(const kls_convolution *s) {
    double *input = random_doubles(input_count(s)), *kernel = random_doubles(kernel_count(s));
    double *gradient = random_doubles(output_count(s));
    wanted want = convolved(s, FORWARD, input, kernel, U64);
    double *got = workspace(output_count(s) * 8);
    kls_convolution_f64(s, input, kernel, got);
    matches_f64(&want, got, "convolution of float64 %s", described(s));
    want = convolved(s, INPUT_GRADIENT, gradient, kernel, U64);
    double *is_input_gradient = workspace(input_count(s) * 8), *of_kernel = workspace(kernel_count(s) * 8);
    kls_convolution_input_gradient_f64(s, gradient, kernel, is_input_gradient);
    matches_f64(&want, is_input_gradient, "gradient of the input of float64 %s", described(s));
    want = convolved(s, WEIGHT_GRADIENT, input, gradient, U64);
    kls_convolution_weight_gradient_f64(s, input, gradient, of_kernel);
    matches_f64(&want, of_kernel, "weight gradient of float64 %s", described(s));
    release_all();
}

void test_convolution(void) {
    for (int number = 0; number < 60; number++) {
        const kls_convolution s = random_convolution(false);
        test_float(&s);
        if (number % 3 == 0) test_double(&s);
    }
}
