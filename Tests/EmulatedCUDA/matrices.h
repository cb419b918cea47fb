// What the lanes of a warp do together, one after the other: they meet at barriers of the whole group, and
// read of each other what each has put down. The places of elements are those of the PTX ISA, "Matrix
// Fragments for mma" and "ldmatrix"; sums are added in float32, one k after the other.

struct alignas(8) float2 { float x, y; };
struct alignas(16) float4 { float x, y, z, w; };
struct alignas(16) uint4 { unsigned x, y, z, w; };

namespace emulated {

static char anchor;
static unsigned addresses[1024], left[1024][4], right[1024][2];

/// The first lane of a work item's warp.
static inline unsigned warp() { return threadIdx.x / 32 * 32; }

static inline unsigned word(unsigned address, unsigned byte) {
    unsigned result = 0xFFFFFFFF;
    // A row begins at a multiple of its bytes.
    const char *row = &anchor + (int)address;
    if ((unsigned long)row % 16 == 0) __builtin_memcpy(&result, row + byte, 4);
    return result;
}

/// Matrix i is that of the rows of lanes 8i to 8i + 7.
static __attribute__((noinline)) void load_matrices(unsigned *x, unsigned address, bool is_transposed) {
    addresses[threadIdx.x] = address;
    barrier();
    const unsigned lane = threadIdx.x % 32, row = lane / 4, pair = lane % 4;
    for (unsigned i = 0; i < 4; i++) {
        const unsigned *rows = addresses + warp() + 8 * i;
        if (!is_transposed) {
            x[i] = word(rows[row], 4 * pair);
            continue;
        }
        // Halves 2 pair and 2 pair + 1 of column `row`.
        const unsigned low = word(rows[2 * pair], row / 2 * 4), high = word(rows[2 * pair + 1], row / 2 * 4);
        const unsigned shift = row % 2 * 16;
        x[i] = (low >> shift & 0xFFFF) | (high >> shift & 0xFFFF) << 16;
    }
    barrier();
}

static inline float half(unsigned short bits) { return (float)emulated_bits<_Float16>(bits); }
static inline float brain(unsigned short bits) { return emulated_bits<float>((unsigned)bits << 16); }

/// Element `col` of a row of A, or of a column of B, of two halves a register: the eights of columns lie in
/// registers `step` apart.
template <float (*number)(unsigned short)>
struct Halves {
    static float of(const unsigned *registers, unsigned col, unsigned step) {
        return number((unsigned short)(registers[col / 8 * step] >> col % 2 * 16));
    }
    static unsigned lane(unsigned col) { return col % 8 / 2; }
};

/// The same of tf32: fours of columns; what tf32 has not is not read.
struct Singles {
    static float of(const unsigned *registers, unsigned col, unsigned step) {
        return emulated_bits<float>(registers[col / 4 * step] & ~0x1FFFu);
    }
    static unsigned lane(unsigned col) { return col % 4; }
};

/// What the lane has whose number differs by these bits.
static __attribute__((noinline)) float exchange(float x, unsigned bits) {
    static float numbers[1024];
    numbers[threadIdx.x] = x;
    barrier();
    const float result = numbers[threadIdx.x ^ bits];
    barrier();
    return result;
}

/// D = A B + D of 16 x K and K x 8.
template <typename T, unsigned K>
static __attribute__((noinline)) void multiply(float *const *sum, const unsigned *a, int as, const unsigned *b, int bs) {
    for (int i = 0; i < as; i++) left[threadIdx.x][i] = a[i];
    for (int i = 0; i < bs; i++) right[threadIdx.x][i] = b[i];
    barrier();
    const unsigned lane = threadIdx.x % 32;
    for (unsigned i = 0; i < 4; i++) {
        const unsigned row = lane / 4 + i / 2 * 8, col = lane % 4 * 2 + i % 2;
        float total = *sum[i];
        for (unsigned k = 0; k < K; k++) {
            const float x = T::of(left[warp() + row % 8 * 4 + T::lane(k)] + row / 8, k, 2);
            total += x * T::of(right[warp() + col * 4 + T::lane(k)], k, 1);
        }
        *sum[i] = total;
    }
    barrier();
}

}  // namespace emulated

static inline unsigned long __cvta_generic_to_shared(const void *p) {
    return (unsigned long)(static_cast<const char *>(p) - &emulated::anchor);
}

#define EMULATED_LOAD(name, is_transposed)                                                               \
    static inline void name(unsigned &d0, unsigned &d1, unsigned &d2, unsigned &d3, unsigned from) { \
        unsigned x[4];                                                                               \
        emulated::load_matrices(x, from, is_transposed);                                                 \
        d0 = x[0], d1 = x[1], d2 = x[2], d3 = x[3];                                                  \
    }
EMULATED_LOAD(ptx_ldmatrix_sync_aligned_m8n8_x4_shared_b16, false)
EMULATED_LOAD(ptx_ldmatrix_sync_aligned_m8n8_x4_trans_shared_b16, true)

#define EMULATED_MULTIPLY(name, type, k)                                                       \
    static inline void name(                                                                   \
        float &d0, float &d1, float &d2, float &d3, unsigned a0, unsigned a1, unsigned a2,     \
        unsigned a3, unsigned b0, unsigned b1) {                                               \
        float *const sum[] = {&d0, &d1, &d2, &d3};                                             \
        const unsigned a[] = {a0, a1, a2, a3}, b[] = {b0, b1};                                 \
        emulated::multiply<type, k>(sum, a, 4, b, 2);                                          \
    }
EMULATED_MULTIPLY(ptx_mma_sync_aligned_m16n8k16_row_col_f32_bf16_bf16_f32, emulated::Halves<emulated::brain>, 16)
EMULATED_MULTIPLY(ptx_mma_sync_aligned_m16n8k16_row_col_f32_f16_f16_f32, emulated::Halves<emulated::half>, 16)
EMULATED_MULTIPLY(ptx_mma_sync_aligned_m16n8k8_row_col_f32_tf32_tf32_f32, emulated::Singles, 8)

static inline void ptx_mma_sync_aligned_m16n8k8_row_col_f32_f16_f16_f32(
    float &d0, float &d1, float &d2, float &d3, unsigned a0, unsigned a1, unsigned b0) {
    float *const sum[] = {&d0, &d1, &d2, &d3};
    const unsigned a[] = {a0, a1}, b[] = {b0};
    emulated::multiply<emulated::Halves<emulated::half>, 8>(sum, a, 2, b, 1);
}

static inline float __shfl_xor_sync(unsigned, float x, int bits) { return emulated::exchange(x, (unsigned)bits); }

/// Two halves of 8 bits, each to the nearest, ties to even.
static inline unsigned emulated_brain_bits(float x) {
    const unsigned bits = __float_as_uint(x);
    return x != x ? 0x7FFFu : (bits + 0x7FFFu + (bits >> 16 & 1)) >> 16;
}
static inline unsigned ptx_cvt_rn_bf16x2_f32(float high, float low) {
    return emulated_brain_bits(high) << 16 | emulated_brain_bits(low);
}

/// To the nearest of 10 bits behind the point, ties away from 0; infinity and NaN stay what they are.
static inline unsigned ptx_cvt_rna_tf32_f32(float x) {
    const unsigned bits = __float_as_uint(x);
    return (bits & 0x7F800000u) == 0x7F800000u ? bits : (bits + 0x1000u) & ~0x1FFFu;
}
