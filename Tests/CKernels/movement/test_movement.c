// Strided copies of every element size, elements set, scans and counts.
#include "harness.h"
#include "kls_error.h"
#include "kls_movement.h"
#include "movement/movement_reference.h"

// Where the elements of a copy lie, in order of the destination.
static void test_copy(void) {
    static const int32_t sizes[] = {1, 2, 4, 8};
    kls_copy c = {.rank = (int32_t)between(0, 4), .element_size = sizes[between(0, 3)]};
    const bool large = one_in(12);
    int64_t count = 1;
    for (int i = 0; i < c.rank; i++) {
        c.dims[i] = one_in(40) ? 0 : between(1, large ? 40 : 9);
        count *= c.dims[i];
    }
    // The destination is dense; the source in any order of dimensions, with gaps, backwards, repeated.
    int64_t step = 1, room_size = 1;
    for (int i = c.rank - 1; i >= 0; i--) {
        c.to[i] = step;
        step *= c.dims[i];
    }
    int order[4] = {0, 1, 2, 3};
    for (int i = c.rank - 1; i > 0; i--) {
        const int j = (int)between(0, i), swapped = order[i];
        order[i] = order[j];
        order[j] = swapped;
    }
    if (one_in(3))
        for (int i = 0; i < c.rank; i++) order[i] = i;
    step = one_in(5) ? 2 : 1;
    for (int i = c.rank - 1; i >= 0; i--) {
        const int axis = order[i];
        if (one_in(6)) continue;
        c.from[axis] = step;
        const int64_t reach = c.dims[axis] > 0 ? (c.dims[axis] - 1) * step : 0;
        room_size += reach;
        if (one_in(5)) {
            c.from[axis] = -step;
            c.from_start += reach;
        }
        step = room_size + (one_in(5) ? 3 : 0);
    }
    c.to_start = between(0, 2);
    const int64_t size = c.element_size, total = c.to_start + count;
    uint8_t *from = workspace(room_size * size), *got = workspace(total * size), *want = workspace(total * size);
    for (int64_t i = 0; i < room_size * size; i++) from[i] = (uint8_t)random_word();
    copy_reference(&c, from, want);
    openmp_threads = one_in(2) ? 3 : 1;
    kls_copy_run(&c, from, got);
    openmp_threads = 1;
    same_bits(got, want, total * size,
              "copy of %d bytes, rank %d, %lldx%lldx%lldx%lld, steps %lld %lld %lld %lld",
              c.element_size, c.rank, (long long)c.dims[0], (long long)c.dims[1],
              (long long)c.dims[2], (long long)c.dims[3], (long long)c.from[0],
              (long long)c.from[1], (long long)c.from[2], (long long)c.from[3]);
    release_all();
}

static void test_set(int32_t size, int64_t count) {
    uint8_t *got = workspace(size * count), *want = workspace(size * count), value[8];
    for (int i = 0; i < 8; i++) value[i] = (uint8_t)random_word();
    for (int64_t i = 0; i < count; i++) memcpy(want + i * size, value, (size_t)size);
    kls_set_elements(size, value, got, count);
    same_bits(got, want, size * count, "%lld elements of %d bytes set", (long long)count, size);
    release_all();
}

// Running sums: float64's as they are, float32's within gamma_i of the sizes before.
#define TEST_SCAN(T, U, suffix, u, is_float)                                                   \
    static void scan_##suffix(const kls_scan *s) {                                             \
        const int64_t count = s->before * s->count * s->after;                                 \
        T *from = workspace(count * (int64_t)sizeof(T)), *got = workspace(count * (int64_t)sizeof(T));   \
        for (int64_t i = 0; i < count; i++)                                                    \
            from[i] = is_float ? (T)uniform(-2, 2) : (T)random_word();                         \
        openmp_threads = 2;                                                                    \
        kls_cumulative_sum_##suffix(s, from, got);                                             \
        openmp_threads = 1;                                                                    \
        int64_t wrong = 0;                                                                     \
        for (int64_t column = 0; column < s->before * s->after; column++) {                    \
            const int64_t first =                                                              \
                column / s->after * s->count * s->after + column % s->after;                   \
            double sum = 0, sizes = 0;                                                         \
            uint64_t whole = 0;                                                                \
            for (int64_t i = 0; i < s->count; i++) {                                           \
                const int64_t at =                                                             \
                    first + (s->reverse ? s->count - 1 - i : i) * s->after;                    \
                const double before = sum;                                                     \
                const uint64_t whole_before = whole;                                           \
                sum += (double)from[at];                                                       \
                sizes += fabs((double)from[at]);                                               \
                if (!is_float) whole += (uint64_t)(U)from[at];                                 \
                const double want = s->exclusive ? before : sum;                               \
                const U exact = (U)(s->exclusive ? whole_before : whole);                      \
                if (is_float) wrong += fabs((double)got[at] - want) > 2 * rounding(i + 1, u) * sizes; \
                else wrong += (U)got[at] != exact;                                             \
            }                                                                                  \
        }                                                                                      \
        check(wrong == 0, "running sums " #suffix " of %lldx%lldx%lld: %lld wrong",            \
              (long long)s->before, (long long)s->count, (long long)s->after,                  \
              (long long)wrong);                                                               \
        release_all();                                                                         \
    }
TEST_SCAN(float, float, f32, U32, true)
TEST_SCAN(double, double, f64, U64, true)
TEST_SCAN(int32_t, uint32_t, i32, U32, false)
TEST_SCAN(int64_t, uint64_t, i64, U32, false)
TEST_SCAN(uint8_t, uint8_t, u8, U32, false)

// Running maxima: the largest of all elements so far, looked for anew for each.
#define TEST_SCAN_MAX(T, suffix, least, is_float)                                              \
    static void scan_max_##suffix(const kls_scan *s) {                                         \
        const int64_t count = s->before * s->count * s->after;                                 \
        T *from = workspace(count * (int64_t)sizeof(T)), *got = workspace(count * (int64_t)sizeof(T));   \
        for (int64_t i = 0; i < count; i++) {                                                  \
            const double drawn = is_float && one_in(90) ? (double)NAN : (double)between(-9, 9); \
            from[i] = is_float ? (T)drawn : (T)random_word();                                  \
        }                                                                                      \
        openmp_threads = 2;                                                                    \
        kls_cumulative_max_##suffix(s, from, got);                                             \
        openmp_threads = 1;                                                                    \
        int64_t wrong = 0;                                                                     \
        for (int64_t column = 0; column < s->before * s->after; column++) {                    \
            const T *own = from + column / s->after * s->count * s->after + column % s->after; \
            for (int64_t i = 0; i < s->count; i++) {                                           \
                const int64_t begin = s->reverse ? i + s->exclusive : 0;                       \
                const int64_t end = s->reverse ? s->count : i + !s->exclusive;                 \
                T want = least;                                                                \
                bool is_nan = false;                                                           \
                for (int64_t j = begin; j < end; j++) {                                        \
                    is_nan |= isnan((double)own[j * s->after]);                                \
                    if (own[j * s->after] > want) want = own[j * s->after];                    \
                }                                                                              \
                const T found = got[own - from + i * s->after];                                \
                wrong += is_nan ? !isnan((double)found) : found != want;                       \
            }                                                                                  \
        }                                                                                      \
        check(wrong == 0, "running maxima " #suffix " of %lldx%lldx%lld: %lld wrong",          \
              (long long)s->before, (long long)s->count, (long long)s->after,                  \
              (long long)wrong);                                                               \
        release_all();                                                                         \
    }
TEST_SCAN_MAX(float, f32, -INFINITY, true)
TEST_SCAN_MAX(double, f64, -(double)INFINITY, true)
TEST_SCAN_MAX(int32_t, i32, INT32_MIN, false)
TEST_SCAN_MAX(int64_t, i64, INT64_MIN, false)
TEST_SCAN_MAX(uint8_t, u8, 0, false)

#define TEST_IOTA(T, suffix)                                                                   \
    static void iota_##suffix(int64_t before, int64_t count, int64_t after) {                  \
        T *got = workspace(before * count * after * (int64_t)sizeof(T));                            \
        kls_iota_##suffix(before, count, after, got);                                          \
        int64_t wrong = 0;                                                                     \
        for (int64_t i = 0; i < before * count * after; i++)                                   \
            wrong += got[i] != (T)(i / after % count);                                         \
        check(wrong == 0, "counts " #suffix " of %lldx%lldx%lld", (long long)before,           \
              (long long)count, (long long)after);                                             \
        release_all();                                                                         \
    }
TEST_IOTA(float, f32)
TEST_IOTA(double, f64)
TEST_IOTA(int32_t, i32)
TEST_IOTA(int64_t, i64)
TEST_IOTA(uint8_t, u8)

void test_movement(void) {
    for (int number = 0; number < 600; number++) test_copy();
    for (int64_t count = 0; count < 200000; count = count * 7 + 1)
        for (int32_t size = 1; size <= 8; size *= 2) test_set(size, count);
    for (int number = 0; number < 40; number++) {
        const kls_scan s = {
            .before = between(0, 4), .count = between(0, 60),
            .after = one_in(2) ? 1 : one_in(5) ? between(1000, 1100) : between(0, 40),
            .exclusive = one_in(2), .reverse = one_in(2)};
        scan_f32(&s);
        scan_f64(&s);
        scan_i32(&s);
        scan_i64(&s);
        scan_u8(&s);
        scan_max_f32(&s);
        scan_max_f64(&s);
        scan_max_i32(&s);
        scan_max_i64(&s);
        scan_max_u8(&s);
        const int64_t before = between(0, 4), count = between(1, 40), after = between(1, 3);
        iota_f32(before, count, after);
        iota_f64(before, count, after);
        iota_i32(before, count, after);
        iota_i64(before, count, after);
        iota_u8(before, count, after);
    }
    kls_report_error(KLS_INDEX_OUT_OF_RANGE, 7, 5);
    kls_report_error(KLS_LIBRARY_FAILED, 1, 0);
    const kls_error first = kls_take_error(), none = kls_take_error();
    check(first.code == KLS_INDEX_OUT_OF_RANGE && first.value == 7 && first.limit == 5,
          "the first error stays until it is taken");
    check(none.code == KLS_NO_ERROR, "a taken error is gone");
}
