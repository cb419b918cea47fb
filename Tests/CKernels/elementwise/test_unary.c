// Unary elementwise functions: float32 against double in units in the last place, the rest exactly.
#include <stdlib.h>

#include "harness.h"
#include "kls_elementwise.h"

typedef struct {
    const char *name;
    kls_op op;
    double ulp;
    double (*exact)(double);
} function;

static double sigmoid(double x) { return x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x)); }
static double rsqrt(double x) { return 1 / sqrt(x); }
static double reciprocal(double x) { return 1 / x; }
static double negate(double x) { return -x; }
static double square(double x) { return x * x; }
static double sign(double x) { return isnan(x) || x == 0 ? x : x > 0 ? 1 : -1; }

// Limits: what the header of the own functions states, rounded up; half a unit where one operation
// is rounded once, one and a half where two are; 0 where nothing is rounded; and for functions of
// the C library what it states for itself, at most 3.
static const function functions[] = {
    {"exp", KLS_EXP, 1.1, exp}, {"expm1", KLS_EXPM1, 1.7, expm1}, {"log", KLS_LOG, 1, log},
    {"log1p", KLS_LOG1P, 1.6, log1p}, {"sqrt", KLS_SQRT, 0.51, sqrt},
    {"rsqrt", KLS_RSQRT, 1.6, rsqrt}, {"tanh", KLS_TANH, 2.5, tanh},
    {"sigmoid", KLS_SIGMOID, 2.5, sigmoid}, {"erf", KLS_ERF, 1.3, erf}, {"sin", KLS_SIN, 1.7, sin},
    {"cos", KLS_COS, 1.7, cos}, {"tan", KLS_TAN, 3.5, tan},
    {"reciprocal", KLS_RECIPROCAL, 0.51, reciprocal}, {"square", KLS_SQUARE, 0.51, square},
    {"neg", KLS_NEG, 0, negate}, {"abs", KLS_ABS, 0, fabs}, {"sign", KLS_SIGN, 0, sign},
    {"floor", KLS_FLOOR, 0, floor}, {"ceil", KLS_CEIL, 0, ceil}, {"round", KLS_ROUND, 0, rint},
    {"trunc", KLS_TRUNC, 0, trunc}, {"asin", KLS_ASIN, 3, asin}, {"acos", KLS_ACOS, 3, acos},
    {"atan", KLS_ATAN, 3, atan}, {"sinh", KLS_SINH, 3, sinh}, {"cosh", KLS_COSH, 3, cosh},
    {"asinh", KLS_ASINH, 3, asinh}, {"acosh", KLS_ACOSH, 3, acosh},
    {"atanh", KLS_ATANH, 3, atanh},
};

static float float_of(uint32_t bits) {
    float x;
    memcpy(&x, &bits, 4);
    return x;
}

// In units in the last place of the exact result; infinite for a wrong special value.
static double error_of(float got, double exact) {
    if (isnan(exact)) return isnan(got) ? 0 : (double)INFINITY;
    const float rounded = (float)exact;
    if (got == rounded) return 0;
    const double largest = 0x1.fffffep127;
    if (isinf(rounded) || !isfinite(got))
        return fabs(fabs(exact) - largest) < largest * 1e-6 ? 1 : (double)INFINITY;
    int exponent = 0;
    frexp((double)rounded, &exponent);
    const double unit = ldexp(1, exponent - 24 < -149 ? -149 : exponent - 24);
    return fabs((double)got - exact) / unit;
}

static void test_float(const function *f, const float *inputs, float *results, int64_t count) {
    const kls_elementwise_fn function = kls_elementwise(f->op, KLS_F32, 0);
    if (!check(function != NULL, "%s of float32 is there", f->name)) return;
    function(count, results, inputs, inputs, inputs);
    double worst = 0;
    float at = 0;
    int64_t signs = 0;
    for (int64_t i = 0; i < count; i++) {
        const double exact = f->exact((double)inputs[i]), error = error_of(results[i], exact);
        if (!isnan(exact)) signs += !signbit(results[i]) != !signbit(exact);
        if (error <= worst) continue;
        worst = error;
        at = inputs[i];
    }
    check(worst <= f->ulp, "%s: expected at most %.2f ulp, got %.3f at %a", f->name, f->ulp, worst,
          (double)at);
    check(signs == 0, "%s: %lld wrong signs", f->name, (long long)signs);
    // In place, at sizes with all kinds of ends.
    for (int64_t n = 0; n < 70; n += n < 20 ? 1 : 7) {
        float *over = workspace(n * 4), *apart = workspace(n * 4);
        memcpy(over, inputs + 1000, (size_t)n * 4);
        function(n, apart, over, over, over);
        function(n, over, over, over, over);
        same_bits(over, apart, n * 4, "%s overwritten, of %lld", f->name, (long long)n);
        release_all();
    }
}

static void test_double(const function *f) {
    enum { COUNT = 5000 };
    const kls_elementwise_fn function = kls_elementwise(f->op, KLS_F64, 0);
    if (!check(function != NULL, "%s of float64 is there", f->name)) return;
    double *x = workspace(COUNT * 8), *y = workspace(COUNT * 8);
    for (int i = 0; i < COUNT; i++) x[i] = uniform(-3, 3) * pow(2, (double)between(-60, 9));
    const double special[] = {0, -0.0, 1, -1, (double)INFINITY, -(double)INFINITY, (double)NAN,
                              5e-324, 0.5, 2.5, -2.5, 1e308};
    memcpy(x, special, sizeof special);
    function(COUNT, y, x, x, x);
    wanted want = wanted_workspace(COUNT);
    for (int i = 0; i < COUNT; i++) {
        want.value[i] = f->exact(x[i]);
        // The C library on both sides; the sigmoid is made in another way, of four roundings.
        want.error[i] = f->op == KLS_SIGMOID ? 8 * U64 * want.value[i] + 0x1p-1073 : 0;
    }
    matches_f64(&want, y, "%s of float64", f->name);
    release_all();
}

static void test_predicates(void) {
    const float x[] = {0, -0.0f, 1, NAN, INFINITY, -INFINITY, float_of(1), 3};
    const double wide[] = {0, -0.0, 1, (double)NAN, (double)INFINITY, -(double)INFINITY, 5e-324, 3};
    const uint8_t is_zero[] = {1, 1, 0, 0, 0, 0, 0, 0}, is_nan[] = {0, 0, 0, 1, 0, 0, 0, 0};
    const uint8_t is_finite[] = {1, 1, 1, 0, 0, 0, 1, 1};
    const struct { kls_op op; const uint8_t *want; } rows[] = {
        {KLS_NOT, is_zero}, {KLS_IS_NAN, is_nan}, {KLS_IS_FINITE, is_finite}};
    for (int i = 0; i < 3; i++) {
        uint8_t got[8];
        kls_elementwise(rows[i].op, KLS_F32, 0)(8, got, x, x, x);
        same_bits(got, rows[i].want, 8, "predicate %d of float32", rows[i].op);
        kls_elementwise(rows[i].op, KLS_F64, 0)(8, got, wide, wide, wide);
        same_bits(got, rows[i].want, 8, "predicate %d of float64", rows[i].op);
    }
}

#define TEST_INTEGER(T, U, type, least, most)                                                  \
    static void test_##type(void) {                                                            \
        enum { COUNT = 77 };                                                                   \
        T *x = workspace(COUNT * sizeof(T)), *y = workspace(COUNT * sizeof(T));                          \
        const T special[] = {least, most, 0, 1, (T)-1, 7, (T)-7, most - 1};                    \
        for (int i = 0; i < COUNT; i++)                                                        \
            x[i] = i < COUNT_OF(special) ? special[i] : (T)random_word();                      \
        static const kls_op ops[] = {KLS_NEG, KLS_ABS, KLS_SIGN, KLS_NOT, KLS_SQUARE, KLS_COPY, \
                                     KLS_FLOOR, KLS_ROUND};                                    \
        for (int j = 0; j < COUNT_OF(ops); j++) {                                              \
            kls_elementwise(ops[j], type, 0)(COUNT, y, x, x, x);                                      \
            for (int i = 0; i < COUNT; i++) {                                                  \
                const U u = (U)x[i];                                                           \
                T want = x[i];                                                                 \
                switch (ops[j]) {                                                              \
                    case KLS_NEG: want = (T)(U)(0 - u); break;                                 \
                    case KLS_ABS: want = x[i] < 0 ? (T)(U)(0 - u) : x[i]; break;               \
                    case KLS_SIGN: want = (T)((x[i] > 0) - (x[i] < 0)); break;                 \
                    case KLS_NOT: want = (T)(U)~u; break;                                      \
                    case KLS_SQUARE: want = (T)(U)((uint64_t)u * (uint64_t)u); break;          \
                    default: break;                                                            \
                }                                                                              \
                if (!check(y[i] == want, #type " operation %d at %d", ops[j], i)) break;       \
            }                                                                                  \
        }                                                                                      \
        release_all();                                                                         \
    }
TEST_INTEGER(int32_t, uint32_t, KLS_I32, INT32_MIN, INT32_MAX)
TEST_INTEGER(int64_t, uint64_t, KLS_I64, INT64_MIN, INT64_MAX)
TEST_INTEGER(uint8_t, uint8_t, KLS_U8, 0, UINT8_MAX)

void test_unary(void) {
    // All exponents, both signs, subnormals, NaN; then the special ones.
    enum { STEP = 50021, SWEEP = (int)(UINT32_MAX / STEP) };
    static const float special[] = {0, -0.0f, 1, -1, 0.5f, 1.5f, 2.5f, -2.5f, INFINITY, -INFINITY,
                                    NAN, 1e6f, 88.7f, -103.9f, 0x1p-149f, 0x1p-126f};
    const int64_t count = SWEEP + COUNT_OF(special);
    float *inputs = malloc((size_t)count * 4), *results = malloc((size_t)count * 4);
    if (inputs == NULL || results == NULL) give_up("expected memory, found none");
    for (int64_t i = 0; i < SWEEP; i++) inputs[i] = float_of((uint32_t)(i * STEP));
    memcpy(inputs + SWEEP, special, sizeof special);
    for (int i = 0; i < COUNT_OF(functions); i++) {
        test_float(&functions[i], inputs, results, count);
        test_double(&functions[i]);
    }
    // The argument reduction's fast road, which one large argument in a strip would leave.
    for (int64_t i = 0; i < SWEEP; i++) inputs[i] = (float)uniform(-1, 1) * (i % 2 ? 1e6f : 10);
    for (int i = 0; i < COUNT_OF(functions); i++)
        if (functions[i].op >= KLS_SIN && functions[i].op <= KLS_TAN)
            test_float(&functions[i], inputs, results, SWEEP);
    free(inputs);
    free(results);
    test_predicates();
    test_KLS_I32();
    test_KLS_I64();
    test_KLS_U8();
}
