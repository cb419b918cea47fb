// Reductions of dense rows, of all lengths round the vectors'.
#include "harness.h"
#include "elementwise/reduce.h"

static const kls_op ops[] = {KLS_ADD, KLS_MUL, KLS_MIN, KLS_MAX};

// Any order of n sums or products is within n - 1 roundings of the terms' sizes.
#define TEST_FLOAT(T, type, u, matches)                                                        \
    static void reduce_##type(kls_op op, int64_t rows, int64_t n, bool has_nan) {              \
        T *from = workspace(rows * n * (int64_t)sizeof(T)), *got = workspace(rows * (int64_t)sizeof(T)); \
        for (int64_t i = 0; i < rows * n; i++)                                                 \
            from[i] = (T)(op == KLS_MUL ? pow(2, uniform(-1, 1)) : uniform(-2, 2));            \
        if (has_nan) {                                                                         \
            for (int64_t r = 0; r < rows; r += 2) from[r * n + between(0, n - 1)] = (T)NAN;    \
            for (int64_t r = 1; r < rows; r += 2)                                              \
                from[r * n + between(0, n - 1)] = op == KLS_MIN ? -(T)INFINITY : (T)INFINITY;  \
        }                                                                                      \
        wanted want = wanted_workspace(rows);                                                       \
        for (int64_t r = 0; r < rows; r++) {                                                   \
            double value = (double)from[r * n], sizes = fabs(value);                           \
            for (int64_t i = 1; i < n; i++) {                                                  \
                const double x = (double)from[r * n + i];                                      \
                if (op == KLS_ADD) value += x;                                                 \
                if (op == KLS_MUL) value *= x;                                                 \
                if (op == KLS_MIN) value = x < value || isnan(x) ? x : value;                  \
                if (op == KLS_MAX) value = x > value || isnan(x) ? x : value;                  \
                sizes += fabs(x);                                                              \
            }                                                                                  \
            want.value[r] = value;                                                             \
            if (op == KLS_ADD) want.error[r] = 2 * rounding(n, u) * sizes;                     \
            if (op == KLS_MUL) want.error[r] = 2 * rounding(n, u) * fabs(value);               \
        }                                                                                      \
        kls_reduce_rows(op, type)(rows, n, from, got);                                         \
        matches(&want, got, #type " reduction %d of %lld rows of %lld", op, (long long)rows,   \
                (long long)n);                                                                 \
        release_all();                                                                         \
    }
TEST_FLOAT(float, KLS_F32, U32, matches_f32)
TEST_FLOAT(double, KLS_F64, U64, matches_f64)

#define TEST_INTEGER(T, U, type)                                                               \
    static void reduce_##type(kls_op op, int64_t rows, int64_t n) {                            \
        T *from = workspace(rows * n * (int64_t)sizeof(T)), *got = workspace(rows * (int64_t)sizeof(T)); \
        T *want = workspace(rows * (int64_t)sizeof(T));                                             \
        for (int64_t i = 0; i < rows * n; i++) from[i] = (T)random_word();                     \
        for (int64_t r = 0; r < rows; r++) {                                                   \
            T value = from[r * n];                                                             \
            for (int64_t i = 1; i < n; i++) {                                                  \
                const T x = from[r * n + i];                                                   \
                if (op == KLS_ADD) value = (T)(U)((uint64_t)value + (uint64_t)x);              \
                if (op == KLS_MUL) value = (T)(U)((uint64_t)value * (uint64_t)x);              \
                if (op == KLS_MIN) value = x < value ? x : value;                              \
                if (op == KLS_MAX) value = x > value ? x : value;                              \
            }                                                                                  \
            want[r] = value;                                                                   \
        }                                                                                      \
        kls_reduce_rows(op, type)(rows, n, from, got);                                         \
        same_bits(got, want, rows * (int64_t)sizeof(T), #type " reduction %d of %lld rows of %lld", \
                  op, (long long)rows, (long long)n);                                          \
        release_all();                                                                         \
    }
TEST_INTEGER(int32_t, uint32_t, KLS_I32)
TEST_INTEGER(int64_t, uint64_t, KLS_I64)
TEST_INTEGER(uint8_t, uint8_t, KLS_U8)

void test_reduce(void) {
    static const int64_t lengths[] = {1, 2, 7, 15, 16, 17, 31, 33, 63, 64, 65, 100, 127, 129, 1000};
    for (int o = 0; o < COUNT_OF(ops); o++)
        for (int i = 0; i < COUNT_OF(lengths); i++)
            for (int64_t rows = 1; rows < 40; rows += 17) {
                for (int has_nan = 0; has_nan <= (ops[o] != KLS_MUL); has_nan++) {
                    reduce_KLS_F32(ops[o], rows, lengths[i], has_nan);
                    reduce_KLS_F64(ops[o], rows, lengths[i], has_nan);
                }
                reduce_KLS_I32(ops[o], rows, lengths[i]);
                reduce_KLS_I64(ops[o], rows, lengths[i]);
                reduce_KLS_U8(ops[o], rows, lengths[i]);
            }
    check(kls_reduce_rows(KLS_ADD, KLS_F16) == NULL, "no reduction of halves");
    uint8_t truths[40], got[2];
    memset(truths, 1, sizeof truths);
    truths[33] = 0;
    kls_reduce_rows(KLS_MIN, KLS_BOOL)(2, 20, truths, got);
    check(got[0] == 1 && got[1] == 0, "the least of truth values is whether all hold");
    float least;
    kls_reduce_identity(KLS_MAX, KLS_F32, 1, &least);
    check(least == -INFINITY, "the identity of a largest element");
}
