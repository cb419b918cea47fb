// The instructions for matrices against plain loops: each lane is given the elements that the tables of the PTX
// ISA name, so that products of whole numbers come out exactly where elements lie in their places.
#include <bit>
#include <cstdio>
#include <cstring>

#include "check.h"

namespace {

/// A warp each: A, B and D of a lane one behind the other; then matrices that are loaded, and rounding.
const char *program = R"(
extern "C" __global__ void __launch_bounds__(64) bf16(const unsigned *a, const unsigned *b, float *d) {
    a += threadIdx.x * 4; b += threadIdx.x * 2; d += threadIdx.x * 4;
    __syncthreads();
    asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
extern "C" __global__ void __launch_bounds__(64) f16(const unsigned *a, const unsigned *b, float *d) {
    a += threadIdx.x * 4; b += threadIdx.x * 2; d += threadIdx.x * 4;
    __syncthreads();
    asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
extern "C" __global__ void __launch_bounds__(64) f16_short(const unsigned *a, const unsigned *b, float *d) {
    a += threadIdx.x * 4; b += threadIdx.x * 2; d += threadIdx.x * 4;
    __syncthreads();
    asm("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5}, {%6}, {%0, %1, %2, %3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]) : "r"(a[0]), "r"(a[1]), "r"(b[0]));
}
extern "C" __global__ void __launch_bounds__(64) tf32(const unsigned *a, const unsigned *b, float *d) {
    a += threadIdx.x * 4; b += threadIdx.x * 2; d += threadIdx.x * 4;
    __syncthreads();
    asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
extern "C" __global__ void __launch_bounds__(64) loads(unsigned *x) {
    __shared__ __align__(16) unsigned short rows[2][32 * 8];
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    for (int i = 0; i < 8; i++) rows[warp][lane * 8 + i] = warp * 1000 + lane * 8 + i;
    __syncthreads();
    const unsigned from = (unsigned)__cvta_generic_to_shared(&rows[warp][lane * 8]);
    x += threadIdx.x * 8;
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
        : "=r"(x[0]), "=r"(x[1]), "=r"(x[2]), "=r"(x[3]) : "r"(from) : "memory");
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
        : "=r"(x[4]), "=r"(x[5]), "=r"(x[6]), "=r"(x[7]) : "r"(from) : "memory");
}
extern "C" __global__ void __launch_bounds__(64) rounded(float *x) {
    unsigned y;
    asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(y) : "f"(x[threadIdx.x]));
    x[threadIdx.x] = __uint_as_float(y);
}
extern "C" __global__ void __launch_bounds__(64) exchanged(float *x) {
    __syncthreads();
    x[threadIdx.x] = __shfl_xor_sync(0xFFFFFFFFu, x[threadIdx.x], 5);
}
extern "C" __global__ void __launch_bounds__(64) pairs(const float *x, unsigned *y) {
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(y[threadIdx.x]) : "f"(x[63 - threadIdx.x]), "f"(x[threadIdx.x]));
}
)";

void *module;
constexpr int items = 64;

/// Memory of the card with a copy on the host.
template <typename T>
struct Array {
    std::vector<T> host;
    uint64_t card = 0;

    explicit Array(size_t count) : host(count) { cu("cuMemAlloc_v2", &card, count * sizeof(T)); }
    void upload() { cu("cuMemcpyHtoDAsync_v2", card, static_cast<const void *>(host.data()), bytes(), stream); }
    void download() {
        cu("cuMemcpyDtoHAsync_v2", static_cast<void *>(host.data()), card, bytes(), stream);
        finish();
    }
    size_t bytes() const { return host.size() * sizeof(T); }
};

uint32_t bits(float x) {
    uint32_t y;
    memcpy(&y, &x, sizeof y);
    return y;
}

/// A small whole number as a half.
uint32_t brain(int x) { return bits(float(x)) >> 16; }
uint32_t half(int x) { return uint16_t(std::bit_cast<uint16_t>(_Float16(x))); }

int a_of(int warp, int row, int k) { return (row * 5 + k * 3 + warp) % 15 - 7; }
int b_of(int warp, int k, int col) { return (k * 7 + col * 2 + warp) % 13 - 6; }

/// The lane of a warp whose elements are tried.
struct Lane {
    int warp, group, position;
};

/// a0 to a7 and b0 to b3, two in each register, as in "Matrix Fragments for mma.m16n8k16"; the first half of them are
/// those of m16n8k8.
void set_halves(Lane at, uint32_t (*number)(int), uint32_t *a, uint32_t *b) {
    for (int i = 0; i < 8; i++) {
        const int row = (i < 2 || (i >= 4 && i < 6)) ? at.group : at.group + 8;
        const int col = at.position * 2 + (i & 1) + (i < 4 ? 0 : 8);
        a[i / 2] |= number(a_of(at.warp, row, col)) << (i & 1) * 16;
    }
    for (int i = 0; i < 4; i++) {
        const int row = at.position * 2 + (i & 1) + (i < 2 ? 0 : 8);
        b[i / 2] |= number(b_of(at.warp, row, at.group)) << (i & 1) * 16;
    }
}

/// a0 to a3 and b0, b1, one in each register; the lowest 13 bits are not read.
void set_singles(Lane at, uint32_t *a, uint32_t *b) {
    for (int i = 0; i < 4; i++) {
        const int row = (i == 0 || i == 2) ? at.group : at.group + 8;
        const int col = (i == 0 || i == 1) ? at.position : at.position + 4;
        a[i] = bits(float(a_of(at.warp, row, col))) | 0x1FFF;
    }
    for (int i = 0; i < 2; i++)
        b[i] = bits(float(b_of(at.warp, at.position + 4 * i, at.group))) | 0x1000;
}

void check_product(const char *kernel, int depth, uint32_t (*number)(int)) {
    Array<uint32_t> a(items * 4), b(items * 2);
    Array<float> d(items * 4);
    for (int item = 0; item < items; item++) {
        const Lane at{item / 32, item % 32 / 4, item % 4};
        if (number) set_halves(at, number, &a.host[size_t(item) * 4], &b.host[size_t(item) * 2]);
        else set_singles(at, &a.host[size_t(item) * 4], &b.host[size_t(item) * 2]);
        for (int i = 0; i < 4; i++) d.host[size_t(item) * 4 + size_t(i)] = float(100 * i);
    }
    a.upload(), b.upload(), d.upload();
    expect(kernel, 0, launch(module, kernel, {&a.card, &b.card, &d.card}, items));
    d.download();
    for (int item = 0; item < items; item++) {
        const Lane at{item / 32, item % 32 / 4, item % 4};
        for (int i = 0; i < 4; i++) {
            const int row = i < 2 ? at.group : at.group + 8, col = at.position * 2 + (i & 1);
            long sum = 100 * i;
            for (int k = 0; k < depth; k++) sum += a_of(at.warp, row, k) * b_of(at.warp, k, col);
            expect(kernel, sum, long(d.host[size_t(item) * 4 + size_t(i)]));
        }
    }
}

void check_loads() {
    Array<uint32_t> x(items * 8);
    x.upload();
    expect("loads", 0, launch(module, "loads", {&x.card}, items));
    x.download();
    for (int item = 0; item < items; item++) {
        const int row = item % 32 / 4, pair = item % 4;
        for (int i = 0; i < 4; i++) {
            const int first = item / 32 * 1000 + i * 64;
            const int direct = first + row * 8 + 2 * pair, transposed = first + 2 * pair * 8 + row;
            expect("a row", direct | (direct + 1) << 16, long(x.host[size_t(item * 8 + i)]));
            expect("a column", transposed | (transposed + 8) << 16, long(x.host[size_t(item * 8 + 4 + i)]));
        }
    }
}

void check_rounding() {
    // 10 bits behind the point: a tie goes away from 0, less goes towards it.
    const std::vector<std::pair<float, float>> pairs = {
        {1 + 0x1p-11f, 1 + 0x1p-10f}, {-1 - 0x1p-11f, -1 - 0x1p-10f}, {1 + 0x1.ffep-12f, 1},
        {1 + 0x1.8p-10f, 1 + 0x1p-9f}, {3, 3}, {0x1.ffffp3f, 16}, {1 / 0.0f, 1 / 0.0f}, {0, 0}};
    Array<float> x(items);
    for (size_t i = 0; i < pairs.size(); i++) x.host[i] = pairs[i].first;
    x.upload();
    expect("rounded", 0, launch(module, "rounded", {&x.card}, items));
    x.download();
    for (size_t i = 0; i < pairs.size(); i++)
        expect("a rounded number", long(bits(pairs[i].second)), long(bits(x.host[i])));
}

void check_exchange() {
    Array<float> x(items);
    for (size_t i = 0; i < items; i++) x.host[i] = float(i);
    x.upload();
    expect("exchanged", 0, launch(module, "exchanged", {&x.card}, items));
    x.download();
    for (size_t i = 0; i < items; i++) expect("a number of another lane", long(i ^ 5), long(x.host[i]));
}

void check_pairs() {
    // 7 bits behind the point: a tie goes to the even one.
    const std::vector<std::pair<float, uint32_t>> numbers = {
        {1, 0x3F80}, {1 + 0x1p-8f, 0x3F80}, {1 + 0x3p-8f, 0x3F82}, {-1 - 0x1.1p-8f, 0xBF81},
        {0x1.ffp3f, 0x4180}, {-0.0f, 0x8000}, {1 / 0.0f, 0x7F80}, {0x1p-133f, 1}};
    Array<float> x(items);
    Array<uint32_t> y(items);
    for (size_t i = 0; i < items; i++) x.host[i] = numbers[i % numbers.size()].first;
    x.upload(), y.upload();
    expect("pairs", 0, launch(module, "pairs", {&x.card, &y.card}, items));
    y.download();
    for (size_t i = 0; i < items; i++) {
        const auto of = [&](size_t at) { return numbers[at % numbers.size()].second; };
        expect("a pair of halves", long(of(63 - i) << 16 | of(i)), long(y.host[i]));
    }
}

}  // namespace

void check_matrices() {
    std::string log;
    const std::string code = compile(program, &log);
    expect("a program with matrices", 1, !code.empty());
    if (code.empty()) return void(fprintf(stderr, "%s", log.c_str()));
    module = load(code);
    check_product("bf16", 16, brain);
    check_product("f16", 16, half);
    check_product("f16_short", 8, half);
    check_product("tf32", 8, nullptr);
    check_loads();
    check_rounding();
    check_exchange();
    check_pairs();
}
