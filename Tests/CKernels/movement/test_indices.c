// Rows taken and added by number, and the errors of numbers that are out of range.
#include "harness.h"
#include "kls_error.h"
#include "kls_movement.h"
#include "movement/movement_reference.h"

static kls_gather random_gather(bool large) {
    static const int32_t sizes[] = {1, 2, 4, 8};
    return (kls_gather){
        .before = between(0, 3), .entries = between(1, 20),
        .row = large ? between(200, 600) : one_in(3) ? 1 : between(0, 9),
        .count = between(0, large ? 300 : 40), .element_size = sizes[between(0, 3)],
        .wide = one_in(2)};
}

// Random numbers, and at most one that is no entry; its position, or -1.
static int64_t make_indices(const kls_gather *g, int64_t *indices, void *stored, bool bad) {
    int64_t position = -1;
    for (int64_t i = 0; i < g->count; i++) indices[i] = between(0, g->entries - 1);
    if (bad && g->count > 0) {
        position = between(0, g->count - 1);
        indices[position] = one_in(2) ? g->entries : -1;
    }
    for (int64_t i = 0; i < g->count; i++) {
        if (g->wide) ((int64_t *)stored)[i] = indices[i];
        else ((int32_t *)stored)[i] = (int32_t)indices[i];
    }
    return position;
}

static void check_error(int64_t position, const int64_t *indices, int64_t limit, bool runs) {
    const kls_error error = kls_take_error();
    if (position < 0 || !runs) {
        check(error.code == KLS_NO_ERROR, "no error without a wrong index");
        return;
    }
    check(error.code == KLS_INDEX_OUT_OF_RANGE && error.value == indices[position]
              && error.limit == limit,
          "index %lld of %lld: expected an error, got code %d with %lld of %lld",
          (long long)indices[position], (long long)limit, error.code, (long long)error.value,
          (long long)error.limit);
}

static void test_gather(bool large, bool bad) {
    const kls_gather g = random_gather(large);
    const int64_t bytes = g.row * g.element_size;
    uint8_t *values = workspace(g.before * g.entries * bytes), *got = workspace(g.before * g.count * bytes);
    uint8_t *want = workspace(g.before * g.count * bytes);
    int64_t *indices = workspace(g.count * 8);
    void *stored = workspace(g.count * 8);
    for (int64_t i = 0; i < g.before * g.entries * bytes; i++) values[i] = (uint8_t)random_word();
    const int64_t position = make_indices(&g, indices, stored, bad);
    gather_reference(&g, values, indices, want);
    openmp_threads = 3;
    kls_gather_run(&g, values, stored, got);
    openmp_threads = 1;
    same_bits(got, want, g.before * g.count * bytes, "%lld rows of %lld bytes taken",
              (long long)g.count, (long long)bytes);
    check_error(position, indices, g.entries, g.before > 0);
    release_all();
}

// The sums are made in the order of the indices: exactly as here.
#define TEST_SCATTER(T, U, suffix, is_float)                                                   \
    static void scatter_##suffix(bool large, bool bad, bool in_place) {                        \
        kls_gather g = random_gather(large);                                                   \
        g.element_size = sizeof(T);                                                            \
        const int64_t count = g.before * g.entries * g.row, more = g.before * g.count * g.row; \
        T *base = workspace(count * (int64_t)sizeof(T)), *updates = workspace(more * (int64_t)sizeof(T)); \
        T *got = workspace(count * (int64_t)sizeof(T)), *want = workspace(count * (int64_t)sizeof(T));   \
        int64_t *indices = workspace(g.count * 8);                                                  \
        void *stored = workspace(g.count * 8);                                                      \
        for (int64_t i = 0; i < count; i++)                                                    \
            want[i] = base[i] = is_float ? (T)uniform(-2, 2) : (T)random_word();               \
        for (int64_t i = 0; i < more; i++)                                                     \
            updates[i] = is_float ? (T)uniform(-2, 2) : (T)random_word();                      \
        const int64_t position = make_indices(&g, indices, stored, bad);                       \
        for (int64_t i = 0; i < more; i++) {                                                   \
            const int64_t b = i / (g.count * g.row), at = indices[i / g.row % g.count];        \
            if (at < 0 || at >= g.entries) continue;                                           \
            T *sum = &want[(b * g.entries + at) * g.row + i % g.row];                          \
            *sum = (T)(U)((U)*sum + (U)updates[i]);                                            \
        }                                                                                      \
        if (in_place) memcpy(got, base, (size_t)count * sizeof(T));                            \
        openmp_threads = 3;                                                                    \
        kls_scatter_add_##suffix(&g, in_place ? got : base, stored, updates, got);             \
        openmp_threads = 1;                                                                    \
        same_bits(got, want, count * (int64_t)sizeof(T), "%lld rows added " #suffix,           \
                  (long long)g.count);                                                         \
        check_error(position, indices, g.entries, g.before > 0 && g.row > 0);                  \
        release_all();                                                                         \
    }
TEST_SCATTER(float, float, f32, true)
TEST_SCATTER(double, double, f64, true)
TEST_SCATTER(int32_t, uint32_t, i32, false)
TEST_SCATTER(int64_t, uint64_t, i64, false)
TEST_SCATTER(uint8_t, uint8_t, u8, false)

void test_indices(void) {
    for (int number = 0; number < 120; number++) {
        const bool large = number % 8 == 0, bad = number % 5 == 0;
        test_gather(large, bad);
        scatter_f32(large, bad, one_in(3));
        scatter_f64(large, bad, one_in(3));
        scatter_i32(large, bad, one_in(3));
        scatter_i64(large, bad, one_in(3));
        scatter_u8(large, bad, one_in(3));
    }
}
