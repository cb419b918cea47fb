// Binary elementwise functions of every type and form, and what each gives at the edges of its type.
#include "harness.h"
#include "kls_elementwise.h"

enum { COUNT = 203 };

static double min_of(double x, double y) { return isnan(x) || isnan(y) ? x + y : x < y ? x : y; }
static double max_of(double x, double y) { return isnan(x) || isnan(y) ? x + y : x > y ? x : y; }

// With the sign of the divisor, and the quotient that goes with it.
static double remainder_of(double x, double y) {
    const double r = fmod(x, y);
    if (r == 0) return copysign(0, y);
    return signbit(r) != signbit(y) ? r + y : r;
}

static double floor_of(double x, double y) {
    if (y == 0) return x / y;
    return rint((x - remainder_of(x, y)) / y);
}

// The result in double; false where two roundings may differ from one.
static bool wanted_number(kls_op op, double x, double y, double *want) {
    switch (op) {
        case KLS_ADD: *want = x + y; return true;
        case KLS_SUB: *want = x - y; return true;
        case KLS_MUL: *want = x * y; return true;
        case KLS_DIV: *want = x / y; return true;
        case KLS_MIN: *want = min_of(x, y); return true;
        case KLS_MAX: *want = max_of(x, y); return true;
        case KLS_EQ: *want = x == y; return true;
        case KLS_NE: *want = x != y; return true;
        case KLS_LT: *want = x < y; return true;
        case KLS_LE: *want = x <= y; return true;
        case KLS_GT: *want = x > y; return true;
        case KLS_GE: *want = x >= y; return true;
        case KLS_POW: *want = pow(x, y); return false;
        case KLS_ATAN2: *want = atan2(x, y); return false;
        case KLS_REMAINDER: *want = remainder_of(x, y); return false;
        case KLS_FLOOR_DIV: *want = floor_of(x, y); return false;
        default: return false;
    }
}

static const double special[] = {0, -0.0, 1, -1, 2.5, -2.5, (double)INFINITY, -(double)INFINITY,
                                 (double)NAN, 3, -7, 0x1p-149};

#define TEST_FLOAT(T, type, compare, u)                                                        \
    static void test_##type(kls_op op, int form) {                                             \
        const kls_elementwise_fn function = kls_elementwise(op, type, form);                       \
        if (!check(function != NULL, #type " %d form %d is there", op, form)) return;              \
        const bool compares = op >= KLS_EQ && op <= KLS_GE;                                    \
        T *a = workspace(COUNT * sizeof(T)), *b = workspace(COUNT * sizeof(T));                          \
        T *results = workspace(COUNT * sizeof(T));                                                  \
        uint8_t *truths = workspace(COUNT);                                                         \
        for (int64_t n = 0; n <= COUNT; n = n == 0 ? 1 : n == 1 ? 37 : n + 166) {              \
            wanted want = wanted_workspace(n);                                                      \
            for (int64_t i = 0; i < n; i++) {                                                  \
                /* Pairs of special numbers first. */                                          \
                const int64_t k = COUNT_OF(special);                                           \
                a[i] = (T)(i < k * k ? special[i / k] : uniform(-9, 9));                       \
                b[i] = (T)(i < k * k ? special[i % k] : uniform(-9, 9));                       \
            }                                                                                  \
            for (int64_t i = 0; i < n; i++) {                                                  \
                const double x = (double)a[form == KLS_SVV ? 0 : i];                           \
                const double y = (double)b[form == KLS_VSV ? 0 : i];                           \
                double value = 0;                                                              \
                const bool is_exact = wanted_number(op, x, y, &value);                         \
                want.value[i] = (double)(T)value;                                              \
                want.error[i] = is_exact ? 0 : 4 * u * fabs(value) + 0x1p-148;                 \
                /* A remainder's roundings are of the divisor's size. */                       \
                if (op == KLS_REMAINDER) want.error[i] = 2 * u * fabs(y);                      \
            }                                                                                  \
            if (compares) {                                                                    \
                function(n, truths, a, b, a);                                                      \
                for (int64_t i = 0; i < n; i++) results[i] = truths[i];                        \
            } else {                                                                           \
                function(n, results, a, b, a);                                                     \
            }                                                                                  \
            compare(&want, results, #type " operation %d, form %d, n %lld", op, form,          \
                    (long long)n);                                                             \
            if (!compares && form != KLS_SVV) {                                                \
                function(n, a, a, b, a);                                                           \
                same_bits(a, results, n * (int64_t)sizeof(T), #type " %d overwritten", op);       \
            }                                                                                  \
        }                                                                                      \
        release_all();                                                                         \
    }
TEST_FLOAT(float, KLS_F32, matches_f32, U32)
TEST_FLOAT(double, KLS_F64, matches_f64, U64)

// Integers in 128 bits; false where there is no such operation.
static bool wanted_integer(kls_op op, __int128 x, __int128 y, __int128 least, __int128 *want) {
    switch (op) {
        case KLS_ADD: *want = x + y; return true;
        case KLS_SUB: *want = x - y; return true;
        case KLS_MUL: *want = x * y; return true;
        case KLS_MIN: *want = x < y ? x : y; return true;
        case KLS_MAX: *want = x > y ? x : y; return true;
        case KLS_DIV: *want = y == 0 ? 0 : x / y; return true;
        case KLS_REMAINDER:
            *want = y == 0 ? 0 : x % y;
            if (*want != 0 && (*want < 0) != (y < 0)) *want += y;
            return true;
        case KLS_FLOOR_DIV:
            *want = y == 0 ? 0 : x / y;
            if (y != 0 && x % y != 0 && (x < 0) != (y < 0)) *want -= 1;
            return true;
        case KLS_POW: {
            if (y < 0) {
                *want = x == 1 ? 1 : x == -1 && least < 0 ? (y % 2 ? -1 : 1) : 0;
                return true;
            }
            // Wraps at 64 bits, as the product of low bits does.
            uint64_t product = 1, base = (uint64_t)x;
            for (uint64_t e = (uint64_t)y; e != 0; e >>= 1, base *= base)
                if (e & 1) product *= base;
            *want = (int64_t)product;
            return true;
        }
        case KLS_AND: *want = x & y; return true;
        case KLS_OR: *want = x | y; return true;
        case KLS_XOR: *want = x ^ y; return true;
        case KLS_EQ: *want = x == y; return true;
        case KLS_NE: *want = x != y; return true;
        case KLS_LT: *want = x < y; return true;
        case KLS_LE: *want = x <= y; return true;
        case KLS_GT: *want = x > y; return true;
        case KLS_GE: *want = x >= y; return true;
        default: return false;
    }
}

#define TEST_INTEGER(T, type, least, most)                                                     \
    static void test_##type(kls_op op, int form) {                                             \
        const kls_elementwise_fn function = kls_elementwise(op, type, form);                       \
        if (op == KLS_ATAN2) {                                                                 \
            check(function == NULL, #type " has no atan2");                                        \
            return;                                                                            \
        }                                                                                      \
        if (!check(function != NULL, #type " %d form %d is there", op, form)) return;              \
        const bool compares = op >= KLS_EQ && op <= KLS_GE;                                    \
        static const T special[] = {0, 1, (T)-1, 2, 3, 7, (T)-7, least, most, most / 2 + 1};   \
        T *a = workspace(COUNT * sizeof(T)), *b = workspace(COUNT * sizeof(T));                          \
        T *results = workspace(COUNT * sizeof(T));                                                  \
        for (int i = 0; i < COUNT; i++) {                                                      \
            a[i] = i < 100 ? special[i / 10] : (T)random_word();                               \
            b[i] = i < 100 ? special[i % 10] : (T)random_word();                               \
            if (i >= 150 && op == KLS_POW) b[i] = (T)(random_word() % 12);                     \
        }                                                                                      \
        function(COUNT, results, a, b, a);                                                         \
        for (int i = 0; i < COUNT; i++) {                                                      \
            const T x = a[form == KLS_SVV ? 0 : i], y = b[form == KLS_VSV ? 0 : i];            \
            __int128 want = 0;                                                                 \
            wanted_integer(op, x, y, least, &want);                                            \
            const T got = compares ? (T)((const uint8_t *)results)[i] : results[i];            \
            if (!check(got == (T)want, #type " operation %d of %lld and %lld: got %lld", op,   \
                       (long long)x, (long long)y, (long long)got))                            \
                break;                                                                         \
        }                                                                                      \
        release_all();                                                                         \
    }
TEST_INTEGER(int32_t, KLS_I32, INT32_MIN, INT32_MAX)
TEST_INTEGER(int64_t, KLS_I64, INT64_MIN, INT64_MAX)
TEST_INTEGER(uint8_t, KLS_U8, 0, UINT8_MAX)

static void test_power(void) {
    static const float values[] = {
        0, -0.0f, 1, -1, 2, -2, 0.5f, -0.5f, 3, -3, 10, 0.1f, INFINITY, -INFINITY, NAN, 1e-40f,
        1e30f, -7, 2.5f, 1.0000001f, 0.9999999f, 1e9f, -1e9f, 16777216, 0.01f, -0.01f};
    enum { N = COUNT_OF(values) };
    const kls_elementwise_fn function = kls_elementwise(KLS_POW, KLS_F32, 0);
    float *x = workspace(N * 4), *y = workspace(N * 4), *z = workspace(N * 4);
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
            x[j] = values[i];
            y[j] = values[j];
        }
        function(N, z, x, y, x);
        for (int j = 0; j < N; j++) {
            const double exact = pow((double)x[j], (double)y[j]);
            const float want = (float)exact;
            // One unit in the last place.
            const float near = isinf(want) ? want : nextafterf(want, z[j]);
            check(isnan(exact) ? isnan(z[j]) : z[j] == want || z[j] == near,
                  "%a ^ %a: expected %a, got %a", (double)x[j], (double)y[j], exact, (double)z[j]);
        }
    }
}

void test_binary(void) {
    static const int forms[] = {KLS_VVV, KLS_SVV, KLS_VSV};
    for (int op = KLS_ADD; op <= KLS_XOR; op++)
        for (int i = 0; i < 3; i++) {
            if (op < KLS_AND) {
                test_KLS_F32((kls_op)op, forms[i]);
                test_KLS_F64((kls_op)op, forms[i]);
            }
            test_KLS_I32((kls_op)op, forms[i]);
            test_KLS_I64((kls_op)op, forms[i]);
            test_KLS_U8((kls_op)op, forms[i]);
        }
    test_power();
}
