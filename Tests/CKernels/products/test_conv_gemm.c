// Convolutions as products over pixels, the gradients of both sides, and what follows them.
#include "convolution_case.h"
#include "kls_conv_gemm.h"
#include "kls_parallel.h"

// Limbs on AMX: six times as many sums, of sizes that are up to 2 % larger.
static void loosen(wanted *want, bool uses_amx) {
    for (int64_t i = 0; uses_amx && i < want->count; i++)
        want->error[i] = 7 * want->error[i] + 1e-32;
}

static void run(const kls_conv_gemm *c, void **buffers, int threads) {
    openmp_threads = threads;
    kls_conv_gemm_run(c, buffers, scratch_room(kls_conv_gemm_scratch(c)), threads > 1);
    openmp_threads = 1;
}

// A convolution's result with a row added and its negatives cut, or the plain one.
static void test_forward(const kls_convolution *s, bool limbs, bool follows) {
    const int64_t n = s->out_channels, out = output_count(s);
    float *input = random_floats(input_count(s)), *kernel = random_floats(kernel_count(s));
    float *bias = random_floats(n), *got = workspace(out * 4), *again = workspace(out * 4);
    float *sums = workspace(n * 4);
    const kls_load loads[] = {
        {.reg = 0, .buffer = KLS_GEMM_RESULT, .type = KLS_F32, .strides = {n, 1}},
        {.reg = 1, .buffer = 3, .type = KLS_F32, .strides = {0, 1}},
        {.reg = 2, .buffer = -1, .type = KLS_F32, .scalar = 1}};
    const kls_step steps[] = {
        {kls_elementwise(KLS_ADD, KLS_F32, 0), 3, 0, 1, 0},
        {kls_elementwise(KLS_MAX, KLS_F32, KLS_VSV), 3, 3, 2, 0}};
    const kls_output outputs[] = {{3, 2, KLS_F32, KLS_COPY, 0}, {3, 4, KLS_F32, KLS_ADD, 0}};
    const kls_loop_spec loop = {
        .rank = 2, .dims = {out / n, n}, .span = KLS_REDUCE_LEADING, .reduced = 1, .registers = 4,
        .register_bytes = 4, .load_count = 3, .step_count = 2, .output_count = 2, .loads = loads,
        .steps = steps, .outputs = outputs};
    kls_conv_gemm_spec spec = {
        .shape = *s, .input = 0, .weights = 1, .output = follows ? -1 : 2, .epilogue = follows ? &loop : NULL,
        .uses_bf16_limbs = limbs, .argmax = -1};
    spec.uses_bf16_limbs &= kls_conv_gemm_supports(&spec, kls_isa_level());
    kls_conv_gemm *c = kls_conv_gemm_create(&spec);
    if (check(c != NULL, "convolution as a product %s is taken", described(s))) {
        wanted want = convolved(
            s, FORWARD, widened(input, input_count(s)), widened(kernel, kernel_count(s)), U32);
        check(kls_conv_gemm_uses_amx(c) == spec.uses_bf16_limbs, "it runs on what it asks for");
        loosen(&want, spec.uses_bf16_limbs);
        wanted total = wanted_workspace(n);
        double *sizes = workspace(n * 8);
        memset(sizes, 0, (size_t)n * 8);
        for (int64_t i = 0; follows && i < out; i++) {
            const double value = want.value[i] + (double)bias[i % n];
            want.error[i] += 2 * U32 * (fabs(value) + want.error[i]);
            want.value[i] = fmax(value, 0);
            total.value[i % n] += want.value[i];
            total.error[i % n] += want.error[i];
            sizes[i % n] += want.value[i] + want.error[i];
        }
        for (int64_t i = 0; i < n; i++) total.error[i] += sum_error(out / n + 2, sizes[i]);
        void *buffers[] = {input, kernel, got, bias, sums};
        run(c, buffers, 1);
        matches_f32(&want, got, "convolution as a product %s", described(s));
        if (follows) matches_f32(&total, sums, "its sums %s", described(s));
        buffers[2] = again;
        run(c, buffers, 3);
        same_bits(got, again, out * 4, "the same on three threads %s", described(s));
        kls_conv_gemm_destroy(c);
    }
    release_all();
}

static void test_input_gradient(const kls_convolution *shape, bool limbs) {
    kls_convolution s = *shape;
    if (s.stride_y != 1 || s.stride_x != 1) return;
    const int64_t out = s.out_channels;
    // Its result has the input's channels.
    s.out_channels = s.channels;
    s.channels = out;
    float *gradient = random_floats(output_count(&s)), *kernel = random_floats(kernel_count(&s));
    float *got = workspace(input_count(&s) * 4);
    kls_conv_gemm_spec spec = {
        .shape = s, .is_input_gradient = true, .input = 0, .weights = 1, .output = 2,
        .uses_bf16_limbs = limbs, .argmax = -1};
    spec.uses_bf16_limbs &= kls_conv_gemm_supports(&spec, kls_isa_level());
    kls_conv_gemm *c = kls_conv_gemm_create(&spec);
    if (!check(c != NULL, "gradient of the input %s is taken", described(&s))) {
        release_all();
        return;
    }
    wanted want = convolved(
        &s, INPUT_GRADIENT, widened(gradient, output_count(&s)), widened(kernel, kernel_count(&s)), U32);
    loosen(&want, kls_conv_gemm_uses_amx(c));
    void *buffers[] = {gradient, kernel, got};
    run(c, buffers, 2);
    matches_f32(&want, got, "gradient of the input as a product %s", described(&s));
    kls_conv_gemm_destroy(c);
    release_all();
}

static void test_weight_gradient(const kls_convolution *s, bool limbs) {
    const bool uses_amx = limbs && kls_conv_weight_gradient_supports(s, true, kls_isa_level());
    kls_conv_weight_gradient *g = kls_conv_weight_gradient_create(s, uses_amx);
    if (!check(g != NULL, "weight gradient %s is taken", described(s))) return;
    float *input = random_floats(input_count(s)), *from = random_floats(output_count(s));
    float *got = workspace(kernel_count(s) * 4), *again = workspace(kernel_count(s) * 4);
    wanted want = convolved(
        s, WEIGHT_GRADIENT, widened(input, input_count(s)), widened(from, output_count(s)), U32);
    check(kls_conv_weight_gradient_uses_amx(g) == uses_amx, "it runs on what it asks for");
    loosen(&want, uses_amx);
    const int64_t scratch = kls_conv_weight_gradient_scratch(g);
    kls_conv_weight_gradient_run(g, input, from, got, scratch_room(scratch), false);
    matches_f32(&want, got, "weight gradient as a product %s", described(s));
    openmp_threads = one_in(2) ? 3 : 40;
    kls_conv_weight_gradient_run(g, input, from, again, scratch_room(scratch), true);
    same_bits(got, again, kernel_count(s) * 4, "the same on %d threads %s", openmp_threads, described(s));
    openmp_threads = 1;
    kls_conv_weight_gradient_destroy(g);
    release_all();
}

// Weights of which few partial sums fit leave no core without work, and sum in the same order on many.
static void test_large_weight_gradient(void) {
    const kls_convolution s = {
        .batch = 8, .height = 6, .width = 6, .channels = 64, .out_height = 6, .out_width = 6,
        .out_channels = 64, .kernel_height = 3, .kernel_width = 3, .stride_y = 1, .stride_x = 1,
        .dilation_y = 1, .dilation_x = 1, .pad_top = 1, .pad_left = 1, .groups = 1};
    kls_conv_weight_gradient *g = kls_conv_weight_gradient_create(&s, false);
    if (!check(g != NULL, "a large weight gradient is taken")) return;
    float *input = random_floats(input_count(&s)), *from = random_floats(output_count(&s));
    float *first = workspace(kernel_count(&s) * 4), *got = workspace(kernel_count(&s) * 4);
    const int64_t scratch = kls_conv_weight_gradient_scratch(g);
    kls_share_openmp(true);
    for (int threads = 1; threads <= 16; threads *= 2) {
        openmp_threads = threads;
        openmp_most = 1;
        kls_conv_weight_gradient_run(
            g, input, from, threads == 1 ? first : got, scratch_room(scratch), threads > 1);
        check(openmp_most == threads, "a large weight gradient on %d of %d threads", openmp_most, threads);
        if (threads > 1)
            same_bits(first, got, kernel_count(&s) * 4, "a large weight gradient on %d threads", threads);
    }
    kls_share_openmp(false);
    openmp_threads = 1;
    kls_conv_weight_gradient_destroy(g);
    release_all();
}

void test_conv_gemm(void) {
    test_large_weight_gradient();
    for (int number = 0; number < 60; number++) {
        kls_convolution s = random_convolution(true);
        // Fewer channels than a vector has lanes, now and then.
        if (number % 5 == 0) s.out_channels = between(1, 7);
        const bool limbs = number % 4 < 2;
        test_forward(&s, limbs, number % 2 == 0);
        test_input_gradient(&s, limbs);
        test_weight_gradient(&s, limbs);
    }
}
