// Reductions of dense rows: four vector accumulators, then a tree over the lanes.
#include "reduce.h"
#include "functions/macros.h"

#define LANES 16
#define ADD(x, y) ((x) + (y))
#define MUL(x, y) ((x) * (y))
#define MIN_FLOAT(x, y) ((((x) < (y)) | ((x) != (x))) ? (x) : (y))
#define MAX_FLOAT(x, y) ((((x) > (y)) | ((x) != (x))) ? (x) : (y))
#define MIN_INT(x, y) ((x) < (y) ? (x) : (y))
#define MAX_INT(x, y) ((x) > (y) ? (x) : (y))

// Element by element, which is `?:` of vectors where the compiler has one for C.
#if defined(__clang__)
#define VECTOR(T) __attribute__((ext_vector_type(LANES), aligned(sizeof(T))))
#define MERGE(op, x, y) x = op(x, y)
#else
#define VECTOR(T) __attribute__((vector_size(LANES * sizeof(T)), aligned(sizeof(T))))
#define MERGE(op, x, y) for (int j = 0; j < LANES; j++) x[j] = op(x[j], (y)[j])
#endif

#define ROWS(name, T, op) \
    typedef T name##_lanes VECTOR(T); \
    KLS_INLINE T name##_row(int64_t n, const T *p) { \
        T result; \
        int64_t i = 0; \
        if (n < LANES) { \
            result = p[0]; \
            i = 1; \
        } else { \
            name##_lanes x = *(const name##_lanes *)p; \
            i = LANES; \
            if (n >= 4 * LANES) { \
                name##_lanes y = *(const name##_lanes *)(p + LANES); \
                name##_lanes z = *(const name##_lanes *)(p + 2 * LANES); \
                name##_lanes w = *(const name##_lanes *)(p + 3 * LANES); \
                for (i = 4 * LANES; i + 4 * LANES <= n; i += 4 * LANES) { \
                    MERGE(op, x, *(const name##_lanes *)(p + i)); \
                    MERGE(op, y, *(const name##_lanes *)(p + i + LANES)); \
                    MERGE(op, z, *(const name##_lanes *)(p + i + 2 * LANES)); \
                    MERGE(op, w, *(const name##_lanes *)(p + i + 3 * LANES)); \
                } \
                MERGE(op, x, y); \
                MERGE(op, z, w); \
                MERGE(op, x, z); \
            } \
            for (; i + LANES <= n; i += LANES) MERGE(op, x, *(const name##_lanes *)(p + i)); \
            T lane[LANES]; \
            memcpy(lane, &x, sizeof lane); \
            for (int w = LANES / 2; w > 0; w /= 2) { \
                for (int j = 0; j < w; j++) lane[j] = op(lane[j], lane[j + w]); \
            } \
            result = lane[0]; \
        } \
        for (; i < n; i++) result = op(result, p[i]); \
        return result; \
    } \
    KLS_DISPATCH(static, void, name, (int64_t rows, int64_t n, const void *src, void *dst),     \
        (rows, n, src, dst)) { \
        const T *p = src; \
        T *out = dst; \
        int64_t r = 0; \
        /* Short rows: one lane a row, so that the lanes do not wait for each other. */ \
        for (; n < LANES && r + LANES <= rows; r += LANES) { \
            const T *q = p + r * n; \
            T lane[LANES]; \
            for (int k = 0; k < LANES; k++) lane[k] = q[k * n]; \
            for (int64_t i = 1; i < n; i++) { \
                for (int k = 0; k < LANES; k++) lane[k] = op(lane[k], q[k * n + i]); \
            } \
            for (int k = 0; k < LANES; k++) out[r + k] = lane[k]; \
        } \
        for (; r < rows; r++) out[r] = name##_row(n, p + r * n); \
    }

ROWS(add_f32, float, ADD)
ROWS(mul_f32, float, MUL)
ROWS(min_f32, float, MIN_FLOAT)
ROWS(max_f32, float, MAX_FLOAT)
ROWS(add_f64, double, ADD)
ROWS(mul_f64, double, MUL)
ROWS(min_f64, double, MIN_FLOAT)
ROWS(max_f64, double, MAX_FLOAT)
// Sums and products of integers run unsigned, so that they wrap.
ROWS(add_i32, uint32_t, ADD)
ROWS(mul_i32, uint32_t, MUL)
ROWS(min_i32, int32_t, MIN_INT)
ROWS(max_i32, int32_t, MAX_INT)
ROWS(add_i64, uint64_t, ADD)
ROWS(mul_i64, uint64_t, MUL)
ROWS(min_i64, int64_t, MIN_INT)
ROWS(max_i64, int64_t, MAX_INT)
ROWS(add_u8, uint8_t, ADD)
ROWS(mul_u8, uint8_t, MUL)
ROWS(min_u8, uint8_t, MIN_INT)
ROWS(max_u8, uint8_t, MAX_INT)

static int slot(kls_op op) {
    return op == KLS_ADD ? 0 : op == KLS_MUL ? 1 : op == KLS_MIN ? 2 : op == KLS_MAX ? 3 : -1;
}

kls_rows_fn kls_reduce_rows(kls_op op, kls_type type) {
#define ALL(s) { add_##s, mul_##s, min_##s, max_##s }
    static const kls_rows_fn rows[KLS_TYPE_COUNT][4] = {
        [KLS_F32] = ALL(f32), [KLS_F64] = ALL(f64), [KLS_I32] = ALL(i32), [KLS_I64] = ALL(i64),
        [KLS_U8] = ALL(u8), [KLS_BOOL] = { max_u8, min_u8, min_u8, max_u8 },
    };
    int i = slot(op);
    return i < 0 || (unsigned)type >= KLS_TYPE_COUNT ? NULL : rows[type][i];
}

void kls_reduce_identity(kls_op op, kls_type type, int64_t count, void *dst) {
    static const float f32[4] = { 0, 1, INFINITY, -INFINITY };
    static const double f64[4] = { 0, 1, (double)INFINITY, -(double)INFINITY };
    static const int32_t i32[4] = { 0, 1, INT32_MAX, INT32_MIN };
    static const int64_t i64[4] = { 0, 1, INT64_MAX, INT64_MIN };
    static const uint8_t u8[4] = { 0, 1, UINT8_MAX, 0 };
    static const uint8_t boolean[4] = { 0, 1, 1, 0 };
    static const void *const values[KLS_TYPE_COUNT] = {
        [KLS_F32] = f32, [KLS_F64] = f64, [KLS_I32] = i32, [KLS_I64] = i64, [KLS_U8] = u8,
        [KLS_BOOL] = boolean,
    };
    int i = slot(op);
    if (i < 0 || (unsigned)type >= KLS_TYPE_COUNT || values[type] == NULL) return;
    size_t size = (size_t)kls_type_size(type);
    const char *value = (const char *)values[type] + (size_t)i * size;
    for (int64_t k = 0; k < count; k++) memcpy((char *)dst + (size_t)k * size, value, size);
}
