// Pooling and its gradients: maxima exactly with NaN, means within roundings.
#include "harness.h"
#include "kls_pool.h"
#include "pooling/pool_reference.h"

static kls_pool random_pool(void) {
    static const int64_t channels[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 33};
    for (;;) {
        kls_pool s = {
            .kind = (kls_pool_kind)between(KLS_POOL_MAX, KLS_POOL_AVERAGE_PADDED),
            .batch = between(1, 3), .height = between(1, 9), .width = between(1, 9),
            .channels = channels[between(0, COUNT_OF(channels) - 1)],
            .window_height = between(1, 3), .window_width = between(1, 3),
            .stride_y = between(1, 3), .stride_x = between(1, 3)};
        if (one_in(2)) s.window_height = s.window_width = s.stride_y = s.stride_x = 2;
        if (one_in(2)) {
            s.pad_top = between(0, s.window_height - 1);
            s.pad_left = between(0, s.window_width - 1);
        }
        const int64_t down = s.height + 2 * s.pad_top - s.window_height;
        const int64_t across = s.width + 2 * s.pad_left - s.window_width;
        if (down < 0 || across < 0) continue;
        s.out_height = down / s.stride_y + 1;
        s.out_width = across / s.stride_x + 1;
        return s;
    }
}

typedef struct {
    wanted out, gradient;
} results;

// A mean of w elements: w - 1 sums, a factor, its rounding. Each element of the gradient is the sum
// of as many terms as windows cover it, at most 9.
static results pooled(const kls_pool *s, const double *input, const double *from, double u) {
    const int64_t n = s->channels, windows = s->batch * s->out_height * s->out_width;
    results r = {
        wanted_workspace(windows * n), wanted_workspace(s->batch * s->height * s->width * n)};
    for (int64_t i = 0; i < windows * n; i++) {
        const pool_reference_result w = pool_reference(s, input, i / n, i % n);
        const int64_t whole = s->window_height * s->window_width;
        r.out.value[i] = w.value;
        if (s->kind == KLS_POOL_MAX) {
            r.gradient.value[w.at[w.first]] += from[i];
            r.gradient.error[w.at[w.first]] += 2 * rounding(9, u) * fabs(from[i]);
            continue;
        }
        r.out.error[i] = 2 * rounding(whole + 2, u) * w.sizes / w.divisor;
        for (int64_t j = 0; j < w.count; j++) {
            r.gradient.value[w.at[j]] += from[i] / w.divisor;
            r.gradient.error[w.at[j]] += 2 * rounding(11, u) * fabs(from[i]) / w.divisor;
        }
    }
    return r;
}

#define TEST(T, suffix, u, matches)                                                            \
    static void test_##suffix(const kls_pool *s, bool special) {                               \
        const int64_t n = s->channels, in = s->batch * s->height * s->width * n;               \
        const int64_t out = s->batch * s->out_height * s->out_width * n;                       \
        T *input = workspace(in * (int64_t)sizeof(T)), *from = workspace(out * (int64_t)sizeof(T));      \
        T *got = workspace(out * (int64_t)sizeof(T)), *result = workspace(in * (int64_t)sizeof(T));      \
        T *again = workspace(in * (int64_t)sizeof(T));                                              \
        /* Few different values, so that maxima are shared. */                                 \
        for (int64_t i = 0; i < in; i++) input[i] = (T)between(-6, 6) / 4;                     \
        for (int64_t i = 0; i < out; i++) from[i] = (T)uniform(-2, 2);                         \
        for (int64_t i = 0; special && i < in; i += 5)                                         \
            input[i] = i % 3 == 0 ? (T)NAN : i % 3 == 1 ? -(T)INFINITY : (T)INFINITY;          \
        double *x = workspace(in * 8), *g = workspace(out * 8);                                          \
        for (int64_t i = 0; i < in; i++) x[i] = (double)input[i];                              \
        for (int64_t i = 0; i < out; i++) g[i] = (double)from[i];                              \
        const results want = pooled(s, x, g, u);                                               \
        kls_pool_##suffix(s, input, got);                                                      \
        matches(&want.out, got, "pool " #suffix " kind %d, %lld channels, %lldx%lld", s->kind, \
                (long long)n, (long long)s->window_height, (long long)s->window_width);        \
        kls_pool_gradient_##suffix(s, input, from, result);                                    \
        matches(&want.gradient, result, "gradient of pool " #suffix " kind %d, %lld channels", \
                s->kind, (long long)n);                                                        \
        openmp_threads = 3;                                                                    \
        kls_pool_gradient_##suffix(s, input, from, again);                                     \
        openmp_threads = 1;                                                                    \
        same_bits(result, again, in * (int64_t)sizeof(T), "the same on three threads");        \
        release_all();                                                                         \
    }
TEST(float, f32, U32, matches_f32)
TEST(double, f64, U64, matches_f64)

void test_pool(void) {
    for (int number = 0; number < 240; number++) {
        const kls_pool s = random_pool();
        const bool special = s.kind == KLS_POOL_MAX && one_in(3);
        test_f32(&s, special);
        if (number % 3 == 0) test_f64(&s, special);
    }
}
