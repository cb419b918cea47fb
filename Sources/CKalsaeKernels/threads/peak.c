// Measures the peak of vectors and memory.
#define _GNU_SOURCE
#include "kls_peak.h"

#include <stdlib.h>
#include <time.h>

#include "../isa/dispatch.h"
#include "kls_parallel.h"

// Twelve sums: more than two units with a latency of four or five steps can have in flight, and
// few enough for sixteen registers.
#define FOR_EACH_SUM(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)
enum { SUMS = 12 };

// The sums stay near y / (1 - x): neither overflow nor denormal numbers slow them.
#define DECLARE(n) vector s##n = zero + (float)n;
#define STEP(n) s##n = s##n * x + y;
#define JOIN(n) s0 += s##n;
#define DEFINE_ROUNDS(name, target, lanes)                                         \
    target static float name(int64_t rounds, float first, float second) {          \
        typedef float vector __attribute__((vector_size(4 * (lanes))));            \
        const vector zero = {0}, x = zero + first, y = zero + second;              \
        FOR_EACH_SUM(DECLARE)                                                      \
        for (int64_t i = 0; i < rounds; i++) {                                     \
            FOR_EACH_SUM(STEP)                                                     \
            /* Keeps the loop from being unrolled into more sums than fit. */      \
            __asm__ volatile("" : "+r"(i));                                        \
        }                                                                          \
        FOR_EACH_SUM(JOIN)                                                         \
        return s0[0] + s0[(lanes) - 1];                                            \
    }

#if defined(__x86_64__)
DEFINE_ROUNDS(rounds_avx512, KLS_AVX512_WIDE __attribute__((noinline)), 16)
DEFINE_ROUNDS(rounds_avx2, KLS_AVX2 __attribute__((noinline)), 8)
#endif
DEFINE_ROUNDS(rounds_scalar, __attribute__((noinline)), 4)

typedef float (*rounds_fn)(int64_t rounds, float first, float second);

static rounds_fn choose(int *lanes) {
#if defined(__x86_64__)
    if (kls_vector_isa == KLS_ISA_AVX512) {
        *lanes = 16;
        return rounds_avx512;
    }
    if (kls_vector_isa == KLS_ISA_AVX2) {
        *lanes = 8;
        return rounds_avx2;
    }
#endif
    *lanes = 4;
    return rounds_scalar;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static volatile float first = 0.999f, second = 0.001f, sink;

enum { ROUNDS = 1 << 20, REPEATS = 48 };

static void burn(int64_t begin, int64_t end, void *context) {
    const rounds_fn rounds = *(const rounds_fn *)context;
    for (int64_t chunk = begin; chunk < end; chunk++) sink = rounds(ROUNDS, first, second);
}

double kls_measure_peak(int threads) {
    int lanes = 4;
    rounds_fn rounds = choose(&lanes);
    double best = 0;
    for (int repeat = 0; repeat < REPEATS; repeat++) {
        double start = now();
        kls_parallel_for(threads, burn, &rounds, threads);
        double flops = 2.0 * ROUNDS * SUMS * lanes * threads / (now() - start);
        if (flops > best) best = flops;
    }
    return best;
}

typedef struct {
    float *a, *b, *c;
} arrays;

enum { BLOCK = 1 << 16 };

static void fill(int64_t begin, int64_t end, void *context) {
    const arrays *p = context;
    for (int64_t i = begin * BLOCK; i < end * BLOCK; i++) {
        p->a[i] = 0;
        p->b[i] = 1;
        p->c[i] = 2;
    }
}

KLS_DISPATCH(static, void, add_scaled, (
    float *restrict a, const float *restrict b, const float *restrict c, float scale,
    int64_t count), (a, b, c, scale, count)) {
    for (int64_t i = 0; i < count; i++) a[i] = b[i] + scale * c[i];
}

static void triad(int64_t begin, int64_t end, void *context) {
    const arrays *p = context;
    int64_t start = begin * BLOCK;
    add_scaled(p->a + start, p->b + start, p->c + start, second, (end - begin) * BLOCK);
}

double kls_measure_bandwidth(int threads, int64_t bytes) {
    int64_t blocks = bytes / (int64_t)(BLOCK * sizeof(float));
    size_t size = (size_t)blocks * BLOCK * sizeof(float);
    if (blocks < 1) return 0;
    arrays p = {aligned_alloc(64, size), aligned_alloc(64, size), aligned_alloc(64, size)};
    double best = 0;
    if (p.a != NULL && p.b != NULL && p.c != NULL) {
        // Touched first by the threads that work on them.
        kls_parallel_for(blocks, fill, &p, threads);
        for (int repeat = 0; repeat < 6; repeat++) {
            double start = now();
            kls_parallel_for(blocks, triad, &p, threads);
            double speed = 3.0 * (double)size / (now() - start);
            if (speed > best) best = speed;
        }
        sink = p.a[0];
    }
    free(p.a);
    free(p.b);
    free(p.c);
    return best;
}
