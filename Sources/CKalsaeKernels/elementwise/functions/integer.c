// Binary elementwise functions of the integer types and of bool.
#include "macros.h"

// Division by zero gives 0 (loops report it); the least integer divided by -1 wraps.
#define DIVISIONS(T, U, s) \
    KLS_INLINE T div_int_##s(T x, T y) { \
        if (y == 0) return 0; \
        if ((T)-1 < 0 && y == (T)-1) return (T)(0 - (U)x); \
        return x / y; \
    } \
    KLS_INLINE T rem_int_##s(T x, T y) { \
        if (y == 0 || ((T)-1 < 0 && y == (T)-1)) return 0; \
        T r = x % y; \
        return (r != 0 && ((r < 0) != (y < 0))) ? r + y : r; \
    } \
    KLS_INLINE T fdiv_int_##s(T x, T y) { \
        T q = div_int_##s(x, y); \
        if (y == 0 || (y == (T)-1)) return q; \
        return (x % y != 0 && ((x < 0) != (y < 0))) ? q - 1 : q; \
    } \
    KLS_INLINE T pow_int_##s(T x, T y) { \
        if (y < 0) { \
            if (x == 1) return 1; \
            return x == (T)-1 ? ((y & 1) ? (T)-1 : 1) : 0; \
        } \
        U result = 1, base = (U)x; \
        for (U e = (U)y; e != 0; e >>= 1) { \
            if (e & 1) result *= base; \
            base *= base; \
        } \
        return (T)result; \
    }

#define COMPARISONS(T, s) \
    KLS_BINARY_AS(eq_##s, T, uint8_t, x == y) \
    KLS_BINARY_AS(ne_##s, T, uint8_t, x != y) \
    KLS_BINARY_AS(lt_##s, T, uint8_t, x < y) \
    KLS_BINARY_AS(le_##s, T, uint8_t, x <= y) \
    KLS_BINARY_AS(gt_##s, T, uint8_t, x > y) \
    KLS_BINARY_AS(ge_##s, T, uint8_t, x >= y)

#define INTEGER(T, U, s) \
    DIVISIONS(T, U, s) \
    KLS_BINARY_AS(add_##s, T, T, (U)x + (U)y) \
    KLS_BINARY_AS(sub_##s, T, T, (U)x - (U)y) \
    KLS_BINARY_AS(mul_##s, T, T, (U)x * (U)y) \
    KLS_BINARY_SCALAR(div_##s, T, T, div_int_##s(x, y)) \
    KLS_BINARY_SCALAR(pow_##s, T, T, pow_int_##s(x, y)) \
    KLS_BINARY_AS(min_##s, T, T, x < y ? x : y) \
    KLS_BINARY_AS(max_##s, T, T, x > y ? x : y) \
    KLS_BINARY_SCALAR(rem_##s, T, T, rem_int_##s(x, y)) \
    KLS_BINARY_SCALAR(fdiv_##s, T, T, fdiv_int_##s(x, y)) \
    COMPARISONS(T, s) \
    KLS_BINARY_AS(and_##s, T, T, x & y) \
    KLS_BINARY_AS(or_##s, T, T, x | y) \
    KLS_BINARY_AS(xor_##s, T, T, x ^ y)

INTEGER(int32_t, uint32_t, i32)
INTEGER(int64_t, uint64_t, i64)
INTEGER(uint8_t, uint32_t, u8)

#define SET(op, name) [KLS_BINARY_INDEX(op)] = KLS_ROW(name)
#define ORDER_AND_BITS(s) \
    SET(KLS_MIN, min_##s), SET(KLS_MAX, max_##s), SET(KLS_EQ, eq_##s), SET(KLS_NE, ne_##s), \
    SET(KLS_LT, lt_##s), SET(KLS_LE, le_##s), SET(KLS_GT, gt_##s), SET(KLS_GE, ge_##s), \
    SET(KLS_AND, and_##s), SET(KLS_OR, or_##s), SET(KLS_XOR, xor_##s)
#define INTEGER_ROWS(s) { \
    SET(KLS_ADD, add_##s), SET(KLS_SUB, sub_##s), SET(KLS_MUL, mul_##s), SET(KLS_DIV, div_##s), \
    SET(KLS_POW, pow_##s), SET(KLS_REMAINDER, rem_##s), SET(KLS_FLOOR_DIV, fdiv_##s), \
    ORDER_AND_BITS(s) }

kls_binary_row kls_binary_i32[KLS_BINARY_COUNT] = INTEGER_ROWS(i32);
kls_binary_row kls_binary_i64[KLS_BINARY_COUNT] = INTEGER_ROWS(i64);
kls_binary_row kls_binary_u8[KLS_BINARY_COUNT] = INTEGER_ROWS(u8);

// Sum and product of truth values are "or" and "and".
kls_binary_row kls_binary_bool[KLS_BINARY_COUNT] = {
    SET(KLS_ADD, or_u8), SET(KLS_MUL, and_u8), ORDER_AND_BITS(u8)
};

static int is_any(kls_elementwise_fn fn, kls_binary_row *rows, kls_op op, int *scalar) {
    const kls_elementwise_versions *forms = rows[KLS_BINARY_INDEX(op)];
    *scalar = fn == forms[2][kls_vector_isa];
    return *scalar || fn == forms[0][kls_vector_isa] || fn == forms[1][kls_vector_isa];
}

int kls_elementwise_divides(kls_elementwise_fn fn, kls_division *division) {
    static const struct { kls_type type; kls_binary_row *rows; } types[] = {
        { KLS_I32, kls_binary_i32 }, { KLS_I64, kls_binary_i64 }, { KLS_U8, kls_binary_u8 },
    };
    static const kls_op operations[] = { KLS_DIV, KLS_FLOOR_DIV, KLS_REMAINDER };
    for (int t = 0; t < 3; t++) {
        for (int o = 0; o < 3; o++) {
            int scalar;
            if (!is_any(fn, types[t].rows, operations[o], &scalar)) continue;
            *division = (kls_division){ types[t].type, scalar, operations[o] == KLS_REMAINDER };
            return 1;
        }
    }
    return 0;
}
