// Select and the multiply-adds.
#include "macros.h"

#define SELECT_FORM(name, T, ys, zs) \
    KLS_ELEMENTWISE(name) { \
        const uint8_t *pa = a; const T *pb = b, *pc = c; T *out = dst; \
        const T y0 = *pb, z0 = *pc; (void)y0; (void)z0; \
        KLS_VECTOR_LOOP \
        for (int64_t i = 0; i < n; i++) { T y = ys, z = zs; out[i] = pa[i] ? y : z; } \
    }
#define SELECT(T, s) \
    SELECT_FORM(select_vvv_##s, T, pb[i], pc[i]) \
    SELECT_FORM(select_vsv_##s, T, y0, pc[i]) \
    SELECT_FORM(select_vvs_##s, T, pb[i], z0) \
    SELECT_FORM(select_vss_##s, T, y0, z0)
SELECT(uint8_t, 1)
SELECT(uint16_t, 2)
SELECT(uint32_t, 4)
SELECT(uint64_t, 8)

#define FORMS(name) { name##vvv, name##vsv, name##vvs, name##vss }
#define SELECT_FORMS(s) { select_vvv_##s, select_vsv_##s, select_vvs_##s, select_vss_##s }
const kls_elementwise_versions kls_select_table[4][4] = {
    SELECT_FORMS(1), SELECT_FORMS(2), SELECT_FORMS(4), SELECT_FORMS(8)
};

// Contracted to one rounding where the processor has a fused multiply-add.
#define FMA_FORM(name, T, ys, zs, expression) \
    KLS_ELEMENTWISE(name) { \
        const T *pa = a, *pb = b, *pc = c; T *out = dst; \
        const T y0 = *pb, z0 = *pc; (void)y0; (void)z0; \
        KLS_VECTOR_LOOP \
        for (int64_t i = 0; i < n; i++) { T x = pa[i], y = ys, z = zs; out[i] = expression; } \
    }
#define FMA_FORMS(name, T, expression) \
    FMA_FORM(name##vvv, T, pb[i], pc[i], expression) \
    FMA_FORM(name##vsv, T, y0, pc[i], expression) \
    FMA_FORM(name##vvs, T, pb[i], z0, expression) \
    FMA_FORM(name##vss, T, y0, z0, expression)
#define FMA_FAMILY(T, s) \
    FMA_FORMS(fma_##s, T, x * y + z) \
    FMA_FORMS(fms_##s, T, x * y - z) \
    FMA_FORMS(fnma_##s, T, z - x * y)
FMA_FAMILY(float, f32_)
FMA_FAMILY(double, f64_)

const kls_elementwise_versions kls_fma_table[2][3][4] = {
    { FORMS(fma_f32_), FORMS(fms_f32_), FORMS(fnma_f32_) },
    { FORMS(fma_f64_), FORMS(fms_f64_), FORMS(fnma_f64_) },
};
