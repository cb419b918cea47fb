// Runs the tests of the C kernels: all, or the families that are named.
#include <stdlib.h>
#include <time.h>

#include "harness.h"
#include "kls_isa.h"

extern long checks_passed, checks_failed;

#define FAMILIES(X)                                                                            \
    X(parallel) X(casts) X(unary) X(binary) X(ternary) X(reduce) X(loop) X(matmul) X(gemm)  \
    X(epilogue) X(convolution) X(conv_gemm) X(pool) X(conv_pool) X(supports) X(attention) X(movement) \
    X(indices) X(order) X(randoms) X(limbs)
#define DECLARE(name) void test_##name(void);
FAMILIES(DECLARE)

static const char *level_name(kls_isa level) {
    static const char *const names[] = {"scalar", "avx2", "avx512", "amx"};
    return names[level];
}

typedef struct {
    const char *name;
    void (*run)(void);
} family;

#define LIST(name) {#name, test_##name},
static const family families[] = {FAMILIES(LIST)};

static bool is_wanted(const char *name, int count, char **names) {
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0) return true;
    return count == 0;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

int main(int count, char **arguments) {
    if (kls_isa_request() != KLS_ISA_GRANTED) {
        fprintf(stderr, "kalsae: expected KALSAE_ISA up to %s\n", level_name(kls_best_isa()));
        return 2;
    }
    printf("ISA level %s, vectors of %d floats\n", level_name(kls_isa_level()), level_lanes());
    for (int i = 0; i < COUNT_OF(families); i++) {
        if (!is_wanted(families[i].name, count - 1, arguments + 1)) continue;
        const long passed = checks_passed, failed = checks_failed;
        const double start = now();
        families[i].run();
        release_all();
        printf(
            "%-12s %7ld passed, %ld failed, %.2f s\n", families[i].name, checks_passed - passed,
            checks_failed - failed, now() - start);
        fflush(stdout);
    }
    if (checks_passed + checks_failed == 0) fprintf(stderr, "kalsae: expected checks, ran none\n");
    printf("%ld passed, %ld failed\n", checks_passed, checks_failed);
    return checks_failed > 0 || checks_passed == 0;
}
