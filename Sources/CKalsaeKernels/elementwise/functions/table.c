// Lookup of elementwise functions.
#include "macros.h"

int64_t kls_type_size(kls_type type) {
    static const int64_t sizes[KLS_TYPE_COUNT] = { 4, 8, 2, 2, 4, 8, 1, 1 };
    return (unsigned)type < KLS_TYPE_COUNT ? sizes[type] : 0;
}

// The version for the level in force.
static kls_elementwise_fn chosen(kls_elementwise_versions versions) {
    return versions == NULL ? NULL : versions[kls_vector_isa];
}

static kls_elementwise_versions binary(kls_op op, kls_type type, int form) {
    static kls_binary_row *const rows[KLS_TYPE_COUNT] = {
        [KLS_F32] = kls_binary_f32, [KLS_F64] = kls_binary_f64, [KLS_I32] = kls_binary_i32,
        [KLS_I64] = kls_binary_i64, [KLS_U8] = kls_binary_u8, [KLS_BOOL] = kls_binary_bool,
    };
    if (rows[type] == NULL || form > KLS_VSV) return NULL;
    return rows[type][KLS_BINARY_INDEX(op)][form];
}

kls_elementwise_fn kls_elementwise(kls_op op, kls_type type, int form) {
    if ((unsigned)type >= KLS_TYPE_COUNT || (unsigned)op >= KLS_OP_COUNT || form < 0) return NULL;
    if (op < KLS_FIRST_BINARY) return form == 0 ? chosen(kls_unary_table[type][op]) : NULL;
    if (op < KLS_SELECT) return chosen(binary(op, type, form));
    if ((form & KLS_SVV) != 0 || form > KLS_VSS) return NULL;
    if (op == KLS_SELECT) {
        int64_t size = kls_type_size(type);
        int log2 = size == 1 ? 0 : size == 2 ? 1 : size == 4 ? 2 : 3;
        return chosen(kls_select_table[log2][form / 2]);
    }
    if (type != KLS_F32 && type != KLS_F64) return NULL;
    return chosen(kls_fma_table[type == KLS_F64][op - KLS_FMA][form / 2]);
}

kls_elementwise_fn kls_elementwise_cast(kls_type from, kls_type to) {
    if ((unsigned)from >= KLS_TYPE_COUNT || (unsigned)to >= KLS_TYPE_COUNT) return NULL;
    return chosen(kls_cast_table[from][to]);
}
