// Select, and the multiply-adds with one rounding or two.
#include "harness.h"
#include "kls_elementwise.h"

enum { COUNT = 131 };
static const int forms[] = {KLS_VVV, KLS_VSV, KLS_VVS, KLS_VSS};

#define TEST_SELECT(T, type)                                                                   \
    static void select_##type(int64_t n) {                                                     \
        uint8_t *which = workspace(n);                                                              \
        T *a = workspace((n + 1) * sizeof(T)), *b = workspace((n + 1) * sizeof(T));                      \
        T *got = workspace(n * sizeof(T)), *want = workspace(n * sizeof(T));                             \
        for (int64_t i = 0; i <= n; i++) {                                                     \
            a[i] = (T)random_word();                                                           \
            b[i] = (T)random_word();                                                           \
        }                                                                                      \
        for (int64_t i = 0; i < n; i++) which[i] = (uint8_t)between(0, 1);                     \
        for (int f = 0; f < 4; f++) {                                                          \
            for (int64_t i = 0; i < n; i++)                                                    \
                want[i] = which[i] ? a[forms[f] & KLS_VSV ? 0 : i]                             \
                                   : b[forms[f] & KLS_VVS ? 0 : i];                            \
            kls_elementwise(KLS_SELECT, type, forms[f])(n, got, which, a, b);                         \
            same_bits(got, want, n * (int64_t)sizeof(T), "select " #type " form %d", forms[f]); \
        }                                                                                      \
        release_all();                                                                         \
    }
TEST_SELECT(uint8_t, KLS_BOOL)
TEST_SELECT(uint16_t, KLS_F16)
TEST_SELECT(uint32_t, KLS_F32)
TEST_SELECT(uint64_t, KLS_I64)

// |error| <= u |xy| + u |result|, and u |result| with one rounding.
#define TEST_FMA(T, type, u, matches)                                                          \
    static void fma_##type(kls_op op, int form) {                                              \
        T *x = workspace(COUNT * sizeof(T)), *y = workspace(COUNT * sizeof(T));                          \
        T *z = workspace(COUNT * sizeof(T)), *got = workspace(COUNT * sizeof(T));                        \
        wanted want = wanted_workspace(COUNT);                                                      \
        for (int i = 0; i < COUNT; i++) {                                                      \
            x[i] = (T)uniform(-2, 2);                                                          \
            y[i] = (T)uniform(-2, 2);                                                          \
            z[i] = (T)uniform(-2, 2);                                                          \
        }                                                                                      \
        x[1] = (T)INFINITY;                                                                    \
        z[2] = (T)NAN;                                                                         \
        for (int i = 0; i < COUNT; i++) {                                                      \
            const long double a = x[i], b = y[form & KLS_VSV ? 0 : i];                         \
            const long double c = z[form & KLS_VVS ? 0 : i];                                   \
            const long double value =                                                          \
                op == KLS_FMA ? a * b + c : op == KLS_FMS ? a * b - c : c - a * b;             \
            want.value[i] = (double)value;                                                     \
            want.error[i] = u * (double)(fabsl(a * b) + 2 * fabsl(value)) * (1 + 8 * u);       \
        }                                                                                      \
        kls_elementwise(op, type, form)(COUNT, got, x, y, z);                                         \
        matches(&want, got, #type " multiply-add %d form %d", op, form);                       \
        release_all();                                                                         \
    }
TEST_FMA(float, KLS_F32, U32, matches_f32)
TEST_FMA(double, KLS_F64, U64, matches_f64)

void test_ternary(void) {
    for (int64_t n = 0; n <= COUNT; n = n == 0 ? 1 : n == 1 ? 64 : n + 67) {
        select_KLS_BOOL(n);
        select_KLS_F16(n);
        select_KLS_F32(n);
        select_KLS_I64(n);
    }
    for (int op = KLS_FMA; op <= KLS_FNMA; op++)
        for (int f = 0; f < 4; f++) {
            fma_KLS_F32((kls_op)op, forms[f]);
            fma_KLS_F64((kls_op)op, forms[f]);
        }
    check(kls_elementwise(KLS_FMA, KLS_I32, 0) == NULL, "no multiply-add of integers");
    check(kls_elementwise(KLS_SELECT, KLS_F32, KLS_SVV) == NULL, "no select of one condition");
}
