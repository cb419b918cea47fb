// Windows' largest elements with their argmax, taken behind a convolution, and the gradients by them.
#include "convolution_case.h"
#include "kls_conv_gemm.h"
#include "kls_conv_pool.h"
#include "kls_pool.h"

// The gradient of pooling by argmax, by itself: no arithmetic, so exactly.
static void test_spread(int64_t n) {
    kls_pool s = {.kind = KLS_POOL_MAX, .batch = 2, .channels = n};
    s.window_height = s.stride_y = between(1, 3);
    s.window_width = s.stride_x = between(1, 3);
    s.out_height = between(1, 4);
    s.out_width = between(1, 5);
    s.height = s.out_height * s.stride_y + between(0, s.stride_y - 1);
    s.width = s.out_width * s.stride_x + between(0, s.stride_x - 1);
    const int64_t windows = s.batch * s.out_height * s.out_width;
    const int64_t count = s.batch * s.height * s.width * n;
    uint8_t *argmax = workspace(windows * n);
    float *gradient = random_floats(windows * n), *got = workspace(count * 4), *want = workspace(count * 4);
    memset(want, 0, (size_t)count * 4);
    for (int64_t i = 0; i < windows * n; i++) {
        argmax[i] = (uint8_t)between(0, s.window_height * s.window_width - 1);
        const int64_t window = i / n, x = window % s.out_width, y = window / s.out_width % s.out_height;
        const int64_t image = window / s.out_width / s.out_height;
        const int64_t row = y * s.stride_y + argmax[i] / s.window_width;
        const int64_t column = x * s.stride_x + argmax[i] % s.window_width;
        want[((image * s.height + row) * s.width + column) * n + i % n] = gradient[i];
    }
    kls_max_unpool_f32(&s, argmax, gradient, got);
    same_bits(got, want, count * 4, "argmax of %lldx%lld windows, %lld channels",
              (long long)s.window_height, (long long)s.window_width, (long long)n);
    release_all();
}

static kls_convolution pooled_shape(int64_t height, int64_t width) {
    kls_convolution s = {
        .batch = between(1, 3), .channels = between(1, 4), .out_channels = between(8, 70),
        .kernel_height = between(2, 5), .stride_y = 1, .stride_x = 1, .dilation_y = 1,
        .dilation_x = 1, .groups = 1};
    s.kernel_width = s.kernel_height;
    s.pad_top = s.pad_left = between(0, s.kernel_height - 1);
    s.out_height = height * between(1, 5);
    s.out_width = width * between(1, 5);
    s.height = s.out_height + s.kernel_height - 1 - s.pad_top;
    s.width = s.out_width + s.kernel_width - 1 - s.pad_left;
    return s;
}

// The largest elements, the argmax of elements that are the largest but for rounding, and the
// kernel's gradient by these argmax.
static void test_largest(int64_t height, int64_t width) {
    const kls_convolution s = pooled_shape(height, width);
    const int64_t n = s.out_channels, across = s.out_width / width;
    const int64_t count = output_count(&s) / (height * width);
    float *input = random_floats(input_count(&s)), *kernel = random_floats(kernel_count(&s));
    float *got = workspace(count * 4);
    uint8_t *argmax = workspace(count);
    const kls_conv_gemm_spec spec = {
        .shape = s, .input = 0, .weights = 1, .output = 2, .window_height = height, .window_width = width,
        .argmax = 3};
    kls_conv_gemm *c = kls_conv_gemm_create(&spec);
    if (!check(c != NULL, "pooled convolution %s is taken", described(&s))) return;
    const double *x = widened(input, input_count(&s));
    const wanted full = convolved(&s, FORWARD, x, widened(kernel, kernel_count(&s)), U32);
    void *buffers[] = {input, kernel, got, argmax};
    kls_conv_gemm_run(c, buffers, scratch_room(kls_conv_gemm_scratch(c)), false);
    kls_conv_gemm_destroy(c);
    wanted want = wanted_workspace(count);
    float *from = random_floats(count), *spread = workspace(output_count(&s) * 4);
    memset(spread, 0, (size_t)output_count(&s) * 4);
    int64_t wrong = 0;
    for (int64_t i = 0; i < count; i++) {
        const int64_t window = i / n, column = window % across * width, row = window / across * height;
        double largest = -(double)INFINITY, error = 0, chosen = 0, slack = 0;
        for (int64_t p = 0; p < height * width; p++) {
            const int64_t at = ((row + p / width) * s.out_width + column + p % width) * n + i % n;
            if (full.value[at] > largest) largest = full.value[at];
            if (full.error[at] > error) error = full.error[at];
            if (p != argmax[i]) continue;
            chosen = full.value[at];
            slack = full.error[at];
            spread[at] = from[i];
        }
        want.value[i] = largest;
        want.error[i] = error;
        wrong += argmax[i] >= height * width || chosen + slack + error < largest;
    }
    matches_f32(&want, got, "pooled convolution %lldx%lld %s", (long long)height, (long long)width,
                described(&s));
    check(wrong == 0, "%lld wrong argmax indices %s", (long long)wrong, described(&s));
    kls_conv_pool_weight_gradient *g = kls_conv_pool_weight_gradient_create(&s, height, width);
    check((g != NULL) == (level_lanes() == 16 && height <= 2 && width + s.kernel_width - 1 <= 8),
          "weight gradient by argmax %lldx%lld %s", (long long)height, (long long)width, described(&s));
    if (g != NULL) {
        wanted slope = convolved(&s, WEIGHT_GRADIENT, x, widened(spread, output_count(&s)), U32);
        float *result = workspace(kernel_count(&s) * 4), *again = workspace(kernel_count(&s) * 4);
        const int64_t scratch = kls_conv_pool_weight_gradient_scratch(g);
        kls_conv_pool_weight_gradient_run(g, input, argmax, from, result, scratch_room(scratch), false);
        matches_f32(&slope, result, "weight gradient by argmax %s", described(&s));
        openmp_threads = 3;
        kls_conv_pool_weight_gradient_run(g, input, argmax, from, again, scratch_room(scratch), true);
        openmp_threads = 1;
        same_bits(result, again, kernel_count(&s) * 4, "the same on three threads");
        kls_conv_pool_weight_gradient_destroy(g);
    }
    release_all();
}

void test_conv_pool(void) {
    static const int64_t channels[] = {1, 3, 8, 15, 16, 17, 31, 32, 33, 70};
    for (int i = 0; i < COUNT_OF(channels); i++)
        for (int round = 0; round < 4; round++) test_spread(channels[i]);
    for (int number = 0; number < 40; number++)
        test_largest(number % 3 == 0 ? between(1, 3) : 2, number % 3 == 0 ? between(1, 3) : 2);
}
