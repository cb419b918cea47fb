// What is said to be supported is made, and nothing else: over many shapes, at the level in force.
#include "convolution_case.h"
#include "kls_conv_gemm.h"
#include "kls_conv_pool.h"

// Sizes from those of small nets to what no kernel takes: huge images, empty ones, strides, groups.
static kls_convolution any_shape(void) {
    static const int64_t sizes[] = {0, 1, 2, 3, 8, 14, 28, 60, 224, 3000, 70000};
    static const int64_t channels[] = {0, 1, 3, 4, 7, 8, 16, 30, 64, 300};
    kls_convolution s = {
        .batch = between(0, 3), .channels = channels[between(0, COUNT_OF(channels) - 1)],
        .out_channels = channels[between(0, COUNT_OF(channels) - 1)],
        .kernel_height = between(1, 6), .stride_y = one_in(3) ? 2 : 1, .stride_x = one_in(3) ? 2 : 1,
        .dilation_y = one_in(4) ? 2 : 1, .dilation_x = one_in(4) ? 2 : 1,
        .groups = one_in(8) ? 2 : 1, .pad_top = between(-1, 6), .pad_left = between(0, 6)};
    s.kernel_width = one_in(3) ? between(1, 6) : s.kernel_height;
    s.out_height = sizes[between(0, COUNT_OF(sizes) - 1)];
    s.out_width = sizes[between(0, COUNT_OF(sizes) - 1)];
    s.height = (s.out_height - 1) * s.stride_y + (s.kernel_height - 1) * s.dilation_y + 1 - s.pad_top;
    s.width = (s.out_width - 1) * s.stride_x + (s.kernel_width - 1) * s.dilation_x + 1 - s.pad_left;
    if (s.height < 0) s.height = 0;
    if (s.width < 0) s.width = 0;
    return s;
}

// How often kernels were supported, so that the test cannot pass on refusals alone.
static int64_t taken[4];

static void test_convolution(const kls_convolution *s) {
    static const int64_t windows[] = {0, 0, 1, 2, 3, 16};
    const kls_conv_gemm_spec spec = {
        .shape = *s, .is_input_gradient = one_in(3), .input = 0, .weights = 1, .output = 2,
        .uses_bf16_limbs = one_in(2), .window_height = windows[between(0, 5)],
        .window_width = between(1, 3), .argmax = -1};
    kls_conv_gemm *c = kls_conv_gemm_create(&spec);
    const bool supported = kls_conv_gemm_supports(&spec, kls_isa_level());
    check((c != NULL) == supported, "convolution %s is said to be supported: %d", described(s), supported);
    if (c == NULL) return;
    taken[0]++;
    check(kls_conv_gemm_uses_amx(c) == spec.uses_bf16_limbs, "%s runs on what it asks for", described(s));
    const kls_tile_work work = kls_conv_gemm_tile_work(&spec);
    check(!spec.uses_bf16_limbs || (work.vector_flops > 0 && work.tile_flops >= work.vector_flops),
          "tiles multiply at least what vectors do %s", described(s));
    kls_conv_gemm_destroy(c);
}

static void test_gradients(const kls_convolution *s) {
    const bool limbs = one_in(2);
    kls_conv_weight_gradient *g = kls_conv_weight_gradient_create(s, limbs);
    check((g != NULL) == kls_conv_weight_gradient_supports(s, limbs, kls_isa_level()),
          "support of the weight gradient %s", described(s));
    if (g != NULL) {
        taken[1]++;
        check(kls_conv_weight_gradient_uses_amx(g) == limbs, "it runs on what it asks for");
        kls_conv_weight_gradient_destroy(g);
    }
    const int64_t height = between(1, 3), width = between(1, 4);
    kls_conv_pool_weight_gradient *p = kls_conv_pool_weight_gradient_create(s, height, width);
    check((p != NULL) == kls_conv_pool_weight_gradient_supports(s, height, width, kls_isa_level()),
          "support of the weight gradient by argmax %s", described(s));
    if (p != NULL) {
        taken[2]++;
        kls_conv_pool_weight_gradient_destroy(p);
    }
}

static void test_product(void) {
    static const int64_t sizes[] = {0, 1, 5, 16, 100, 1024, 1025, 4608, 4609};
    kls_gemm_spec s = {
        .batch = between(0, 2), .m = sizes[between(0, 8)], .n = sizes[between(0, 8)],
        .k = sizes[between(0, 8)], .b = 1, .c = 2, .a_column = 1, .b_column = 1,
        .a_is_bytes = one_in(4), .is_bf16 = one_in(4), .uses_bf16_limbs = one_in(2)};
    s.a_row = s.k, s.b_row = s.n;
    if (one_in(8)) s.a_column = 2;
    kls_gemm *g = kls_gemm_create(&s);
    check((g != NULL) == kls_gemm_supports(&s, kls_isa_level()), "support of %lldx%lldx%lld",
          (long long)s.m, (long long)s.n, (long long)s.k);
    if (g == NULL) return;
    taken[3]++;
    check(kls_gemm_uses_amx(g) == s.uses_bf16_limbs, "it runs on what it asks for");
    kls_gemm_destroy(g);
}

// A level has what those below it have, but for what needs its vectors.
static void test_levels(const kls_convolution *s) {
    kls_conv_gemm_spec spec = {.shape = *s, .uses_bf16_limbs = true, .argmax = -1};
    check(!kls_conv_gemm_supports(&spec, KLS_ISA_AVX512), "no limbs below AMX");
    check(!kls_conv_weight_gradient_supports(s, true, KLS_ISA_AVX512), "no limbs below AMX");
    check(!kls_conv_pool_weight_gradient_supports(s, 2, 2, KLS_ISA_AVX2), "no argmax below AVX-512");
}

void test_supports(void) {
    memset(taken, 0, sizeof taken);
    for (int number = 0; number < 3000; number++) {
        const kls_convolution s = any_shape();
        test_convolution(&s);
        test_gradients(&s);
        test_product();
        test_levels(&s);
    }
    check(taken[0] > 100 && taken[1] > 100 && taken[3] > 100, "too few kernels were made: %lld %lld %lld",
          (long long)taken[0], (long long)taken[1], (long long)taken[3]);
    check((taken[2] > 20) == (level_lanes() == 16), "weight gradients by argmax: %lld",
          (long long)taken[2]);
}
