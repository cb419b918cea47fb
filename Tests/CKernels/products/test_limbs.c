// Limbs of floats, bit by bit, and where they lie; on processors with AMX, or on emulated tiles.
#include "amx/block.h"
#include "amx/limbs_reference.h"
#include "amx/packing/pack_dense.h"
#include "amx/special_values.h"
#include "harness.h"

static float any_float(void) {
    return (float)uniform(-2, 2) * ldexpf(1, (int)between(-90, 100));
}

// Three limbs hold a float exactly, and the six products miss 2^-24 of a product at most: what is left out is
// a1 b2, a2 b1 and a2 b2, with |a1| <= 2^-8 |a|, |a2| <= 2^-16 |a|.
static void test_reference(void) {
    for (int number = 0; number < 1000; number++) {
        const float x = any_float(), y = (float)uniform(-2, 2);
        bf16 limbs[LIMBS];
        limbs_reference(x, limbs);
        const double sum = (double)limb_value(limbs[0]) + (double)limb_value(limbs[1])
            + (double)limb_value(limbs[2]);
        check(sum == (double)x, "limbs of %a, sum %a", (double)x, sum);
        const double product = (double)x * (double)y;
        const double got = limbs_reference_product(x, y);
        check(fabs(got - product) <= 0x1.1p-23 * fabs(product), "%a by six products", product);
    }
}

static void test_line(int64_t count) {
    const int64_t distance = round_up(count, AMX_K);
    float *from = random_floats(count);
    bf16 *got = workspace(LIMBS * distance * 2);
    for (int64_t i = 0; i < count; i++) from[i] = any_float();
    kls_clear_special();
    kls_dense_limbs(from, count, got, distance);
    check(!kls_saw_special(), "no special value in a line of %lld", (long long)count);
    int64_t wrong = 0;
    for (int64_t i = 0; i < distance; i++) {
        bf16 want[LIMBS] = {0};
        if (i < count) limbs_reference(from[i], want);
        for (int limb = 0; limb < LIMBS; limb++) wrong += got[limb * distance + i] != want[limb];
    }
    check(wrong == 0, "%lld wrong limbs in a line of %lld", (long long)wrong, (long long)count);
    release_all();
}

// Pairs of k side by side, 16 columns to a tile, the tiles of a limb one behind the other.
static void test_b(int64_t depth, int64_t columns) {
    const int64_t tiles = columns > AMX_ROWS ? 2 : 1, row = columns + between(0, 3);
    float *from = random_floats((depth - 1) * row + columns);
    bf16 *got = workspace(LIMBS * tiles * AMX_TILE * 2);
    kls_pack_b_limbs(from, row, depth, columns, got);
    int64_t wrong = 0;
    for (int64_t k = 0; k < AMX_K; k++)
        for (int64_t column = 0; column < tiles * AMX_ROWS; column++) {
            bf16 want[LIMBS] = {0};
            if (k < depth && column < columns) limbs_reference(from[k * row + column], want);
            const int64_t at = column / AMX_ROWS * AMX_TILE + k / 2 * AMX_K
                + column % AMX_ROWS * 2 + k % 2;
            for (int limb = 0; limb < LIMBS; limb++)
                wrong += got[limb * tiles * AMX_TILE + at] != want[limb];
        }
    check(wrong == 0, "%lld wrong limbs of %lldx%lld", (long long)wrong, (long long)depth,
          (long long)columns);
    release_all();
}

static void test_special(float value) {
    float line[AMX_K] = {0};
    bf16 limbs[LIMBS * AMX_K];
    line[between(0, AMX_K - 1)] = value;
    kls_clear_special();
    kls_dense_limbs(line, AMX_K, limbs, AMX_K);
    check(kls_saw_special(), "%a is seen", (double)value);
}

void test_limbs(void) {
    test_reference();
    if (!kls_amx_available()) return;
    for (int64_t count = 1; count < 100; count++) test_line(count);
    for (int number = 0; number < 60; number++) test_b(between(1, AMX_K), between(1, AMX_BLOCK));
    test_special(INFINITY);
    test_special(-INFINITY);
    test_special(NAN);
    test_special(0x1p-130f);
}
