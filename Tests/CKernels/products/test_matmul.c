// Small matrix products of every type, with stacks and strides.
#include "harness.h"
#include "gemm/gemm_reference.h"
#include "kls_matmul.h"

typedef struct {
    kls_matmul p;
    int64_t batches, a_count, b_count;
} layout;

static layout random_layout(void) {
    static const int64_t sizes[] = {0, 1, 2, 3, 5, 8, 15, 16, 17, 31, 33, 64, 65, 100};
    layout l = {.batches = 1};
    kls_matmul *p = &l.p;
    p->m = sizes[between(0, 11)];
    p->n = one_in(8) ? between(250, 300) : sizes[between(0, 13)];
    p->k = one_in(8) ? between(250, 530) : sizes[between(0, 11)];
    // Row-major or transposed, with a gap of up to 3 elements between rows or columns.
    const int64_t gap = between(0, 3);
    if (one_in(2)) p->a_row = p->k + gap, p->a_column = 1;
    else p->a_row = 1, p->a_column = p->m + gap;
    if (one_in(2)) p->b_row = p->n + gap, p->b_column = 1;
    else p->b_row = 1, p->b_column = p->k + gap;
    const int64_t a_size = p->m * p->k + gap * (p->m + p->k);
    const int64_t b_size = p->k * p->n + gap * (p->k + p->n);
    p->batch = l.batches = one_in(2) ? 1 : between(2, 9);
    if (!one_in(3)) p->a_batch = a_size;
    if (!one_in(3)) p->b_batch = b_size;
    l.a_count = p->a_batch > 0 ? p->batch * a_size : a_size;
    l.b_count = p->b_batch > 0 ? p->batch * b_size : b_size;
    return l;
}

// |error| <= gamma_{k + 1} sum |a| |b|, twice that where the sums here are as inexact.
#define TEST_FLOAT(T, run, u, matches)                                                            \
    static void test_##run(const layout *l, bool special) {                                       \
        const kls_matmul *p = &l->p;                                                              \
        T *a = workspace(l->a_count * (int64_t)sizeof(T)), *b = workspace(l->b_count * (int64_t)sizeof(T)); \
        for (int64_t i = 0; i < l->a_count; i++) a[i] = (T)uniform(-2, 2);                        \
        for (int64_t i = 0; i < l->b_count; i++) b[i] = (T)uniform(-2, 2);                        \
        if (special && l->a_count > 0 && l->b_count > 0) {                                        \
            a[between(0, l->a_count - 1)] = (T)NAN;                                               \
            a[between(0, l->a_count - 1)] = (T)INFINITY;                                          \
            b[between(0, l->b_count - 1)] = 0;                                                    \
        }                                                                                         \
        const int64_t count = l->batches * p->m * p->n;                                           \
        wanted want = wanted_workspace(count);                                                         \
        double *wide_a = workspace(l->a_count * 8), *wide_b = workspace(l->b_count * 8);                    \
        for (int64_t i = 0; i < l->a_count; i++) wide_a[i] = (double)a[i];                        \
        for (int64_t i = 0; i < l->b_count; i++) wide_b[i] = (double)b[i];                        \
        matmul_reference(p, wide_a, wide_b, want.value, want.error);                              \
        for (int64_t i = 0; i < count; i++) want.error[i] *= 2 * rounding(p->k + 1, u);           \
        T *got = workspace(count * (int64_t)sizeof(T)), *again = workspace(count * (int64_t)sizeof(T));     \
        run(p, a, b, got);                                                                        \
        matches(&want, got, #run " %lldx%lldx%lld of %lld", (long long)p->m, (long long)p->n,     \
                (long long)p->k, (long long)l->batches);                                          \
        openmp_threads = 3;                                                                       \
        run(p, a, b, again);                                                                      \
        openmp_threads = 1;                                                                       \
        same_bits(got, again, count * (int64_t)sizeof(T), #run " on three threads");              \
        release_all();                                                                            \
    }
TEST_FLOAT(float, kls_matmul_f32, U32, matches_f32)
TEST_FLOAT(double, kls_matmul_f64, U64, matches_f64)

#define TEST_INTEGER(U, run)                                                                      \
    static void test_##run(const layout *l) {                                                     \
        const kls_matmul p = l->p;                                                                \
        U *a = workspace(l->a_count * (int64_t)sizeof(U)), *b = workspace(l->b_count * (int64_t)sizeof(U)); \
        for (int64_t i = 0; i < l->a_count; i++) a[i] = (U)random_word();                         \
        for (int64_t i = 0; i < l->b_count; i++) b[i] = (U)random_word();                         \
        const int64_t count = l->batches * p.m * p.n;                                             \
        U *got = workspace(count * (int64_t)sizeof(U)), *want = workspace(count * (int64_t)sizeof(U));      \
        for (int64_t i = 0; i < count; i++) {                                                     \
            const int64_t batch = i / (p.m * p.n);                                                \
            const int64_t at_a = batch * p.a_batch, at_b = batch * p.b_batch;                     \
            uint64_t sum = 0;                                                                     \
            for (int64_t q = 0; q < p.k; q++)                                                     \
                sum += (uint64_t)a[at_a + i / p.n % p.m * p.a_row + q * p.a_column]               \
                    * b[at_b + q * p.b_row + i % p.n * p.b_column];                               \
            want[i] = (U)sum;                                                                     \
        }                                                                                         \
        run(&p, a, b, got);                                                                       \
        same_bits(got, want, count * (int64_t)sizeof(U), #run " %lldx%lldx%lld",                  \
                  (long long)p.m, (long long)p.n, (long long)p.k);                                \
        release_all();                                                                            \
    }
TEST_INTEGER(uint32_t, kls_matmul_i32)
TEST_INTEGER(uint64_t, kls_matmul_i64)
TEST_INTEGER(uint8_t, kls_matmul_u8)

void test_matmul(void) {
    for (int number = 0; number < 120; number++) {
        const layout l = random_layout();
        test_kls_matmul_f32(&l, number % 5 == 0);
        if (number % 2 == 0) test_kls_matmul_f64(&l, number % 10 == 0);
        if (number % 3 == 0) test_kls_matmul_i32(&l);
        if (number % 3 == 1) test_kls_matmul_i64(&l);
        if (number % 3 == 2) test_kls_matmul_u8(&l);
    }
}
