// Positions in sorted order and of extremes, with equal elements, zeros of both signs and NaN.
#include "harness.h"
#include "kls_arg_reduce.h"
#include "kls_sort.h"

// Whether element a comes before b: NaN is the largest number, equal ones stay as they stood.
#define TEST(T, suffix, type, element)                                                         \
    static bool before_##suffix(const T *x, int64_t a, int64_t b, bool descending) {           \
        const bool last = x[a] != x[a], other = x[b] != x[b];                                  \
        if (last || other) return last == other ? a < b : last == descending;                  \
        if (x[a] == x[b]) return a < b;                                                        \
        return descending ? x[a] > x[b] : x[a] < x[b];                                         \
    }                                                                                          \
    static void sort_##suffix(const kls_order *o) {                                            \
        T *from = workspace(o->rows * o->count * (int64_t)sizeof(T));                               \
        int32_t *got = workspace(o->rows * o->taken * 4);                                           \
        for (int64_t i = 0; i < o->rows * o->count; i++) from[i] = (T)(element);               \
        kls_arg_sort_##suffix(o, from, got, scratch_room((int64_t)kls_order_scratch(o)));      \
        int64_t wrong = 0;                                                                     \
        for (int64_t r = 0; r < o->rows; r++) {                                                \
            const T *x = from + r * o->count;                                                  \
            const int32_t *at = got + r * o->taken;                                            \
            uint8_t seen[1000] = {0};                                                          \
            for (int64_t i = 0; i < o->taken; i++) {                                           \
                if (at[i] < 0 || at[i] >= o->count || seen[at[i]]++) {                         \
                    wrong++;                                                                   \
                    break;                                                                     \
                }                                                                              \
                if (i > 0) wrong += !before_##suffix(x, at[i - 1], at[i], o->descending);      \
            }                                                                                  \
            /* What is left out comes after the last. */                                       \
            for (int64_t i = 0; i < o->count && o->taken > 0 && wrong == 0; i++)               \
                if (!seen[i]) wrong += !before_##suffix(x, at[o->taken - 1], i, o->descending); \
        }                                                                                      \
        check(wrong == 0, "order " #suffix ": %lld of %lld, descending %d", (long long)o->taken, \
              (long long)o->count, o->descending);                                             \
        release_all();                                                                         \
    }                                                                                          \
    static void extreme_##suffix(int64_t outer, int64_t n, int64_t inner) {                    \
        T *from = workspace(outer * n * inner * (int64_t)sizeof(T));                                \
        int32_t *got = workspace(outer * inner * 4);                                                \
        for (int64_t i = 0; i < outer * n * inner; i++) from[i] = (T)(element);                \
        for (int largest = 0; largest <= 1; largest++) {                                       \
            kls_arg_reduce(type, largest, outer, n, inner, from, got);                         \
            int64_t wrong = 0;                                                                 \
            for (int64_t r = 0; r < outer * inner; r++) {                                      \
                const T *x = from + r / inner * n * inner + r % inner;                         \
                int64_t at = 0;                                                                \
                for (int64_t i = 1; i < n; i++) {                                              \
                    const T best = x[at * inner], y = x[i * inner];                            \
                    if (best != best) break;                                                   \
                    if (y != y || (largest ? y > best : y < best)) at = i;                     \
                }                                                                              \
                wrong += got[r] != at;                                                         \
            }                                                                                  \
            check(wrong == 0, "extremes " #suffix " of %lldx%lldx%lld, largest %d",            \
                  (long long)outer, (long long)n, (long long)inner, largest);                  \
        }                                                                                      \
        release_all();                                                                         \
    }

static double any_float(void) {
    static const double special[] = {0, -0.0, (double)NAN, (double)INFINITY, -(double)INFINITY, 1,
                                     -1, 0x1p-149, -0x1p-149};
    return one_in(3) ? special[between(0, COUNT_OF(special) - 1)] : uniform(-1, 1);
}

static int64_t any_integer(void) {
    static const int64_t special[] = {INT64_MAX, INT64_MIN, INT32_MAX, INT32_MIN, 0, 1, -1, 255};
    return one_in(3) ? special[between(0, COUNT_OF(special) - 1)] : (int64_t)random_word();
}

TEST(float, f32, KLS_F32, any_float())
TEST(double, f64, KLS_F64, any_float())
TEST(int32_t, i32, KLS_I32, any_integer())
TEST(int64_t, i64, KLS_I64, any_integer())
TEST(uint8_t, u8, KLS_U8, any_integer())

void test_order(void) {
    static const int64_t counts[] = {0, 1, 2, 3, 17, 63, 64, 65, 100, 300, 999};
    for (int i = 0; i < COUNT_OF(counts); i++)
        for (int few = 0; few < 3; few++)
            for (int descending = 0; descending <= 1; descending++) {
                const int64_t count = counts[i];
                const int64_t taken = few == 0 ? count : few == 1 ? between(0, count) : count < 5 ? count : 5;
                const kls_order o = {between(1, 3), count, taken, descending};
                sort_f32(&o);
                sort_f64(&o);
                sort_i32(&o);
                sort_i64(&o);
                sort_u8(&o);
            }
    for (int number = 0; number < 20; number++) {
        const int64_t outer = between(0, 5), n = between(1, 40), inner = between(1, 7);
        extreme_f32(outer, n, inner);
        extreme_f64(outer, n, inner);
        extreme_i32(outer, n, inner);
        extreme_i64(outer, n, inner);
        extreme_u8(outer, n, inner);
    }
}
