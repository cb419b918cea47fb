// Random numbers against Philox4x32-10 written out, which is checked against its known answers.
#include "harness.h"
#include "kls_parallel.h"
#include "kls_random.h"
#include "random/philox_reference.h"

// The answers that the authors of the generator publish.
static void test_known(void) {
    static const struct { uint32_t counter[4], key[2], words[4]; } known[] = {
        {{0}, {0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (int i = 0; i < COUNT_OF(known); i++) {
        uint32_t words[4];
        philox_reference(known[i].counter, known[i].key, words);
        same_bits(words, known[i].words, 16, "known answer %d", i);
    }
    const int64_t zero[3] = {0};
    uint32_t got[4];
    kls_random_bits(zero, got, 4);
    same_bits(got, known[0].words, 16, "the first known answer by the kernel");
}

// Element by element; the pairs of normal numbers by Box and Muller in double. For float32 ln has a
// relative error of 2^-22 and the root half of that, sine and cosine an absolute one of 2^-23.
static void test_key(const int64_t key[3], int64_t count) {
    uint32_t *bits = workspace(count * 4), *want_bits = workspace(count * 4), words[4];
    float *uniforms = workspace(count * 4), *want_uniforms = workspace(count * 4), *normals = workspace(count * 4);
    double *wide = workspace(count * 8), *want_wide = workspace(count * 8), *wide_normals = workspace(count * 8);
    wanted normal = wanted_workspace(count), wide_normal = wanted_workspace(count);
    const double pi = 3.14159265358979323846;
    for (int64_t i = 0; i < count; i++) {
        philox_reference_block(key, i / 4, words);
        want_bits[i] = words[i % 4];
        want_uniforms[i] = (float)(words[i % 4] >> 8) * 0x1p-24f;
        const int pair = (int)(i % 4 / 2) * 2;
        const double u1 = (double)((words[pair] >> 8) + 1) * 0x1p-24;
        const double u2 = (double)(words[pair + 1] >> 8) * 0x1p-24, r = sqrt(-2 * log(u1));
        normal.value[i] = i % 2 ? r * sin(2 * pi * u2) : r * cos(2 * pi * u2);
        normal.error[i] = r * 0x1p-21 + 0x1p-140;
        philox_reference_block(key, i / 2, words);
        const int half = (int)(i % 2) * 2;
        want_wide[i] = (double)(((uint64_t)words[half] << 32 | words[half + 1]) >> 11) * 0x1p-53;
        const double v1 = (double)((((uint64_t)words[0] << 32 | words[1]) >> 11) + 1) * 0x1p-53;
        const double v2 = (double)(((uint64_t)words[2] << 32 | words[3]) >> 11) * 0x1p-53;
        const double s = sqrt(-2 * log(v1));
        wide_normal.value[i] = i % 2 ? s * sin(2 * pi * v2) : s * cos(2 * pi * v2);
        // The angle's rounding, of at most 2 pi u, is what counts.
        wide_normal.error[i] = s * 16 * U64;
    }
    kls_random_bits(key, bits, count);
    same_bits(bits, want_bits, count * 4, "%lld words", (long long)count);
    kls_random_uniform_f32(key, uniforms, count);
    same_bits(uniforms, want_uniforms, count * 4, "%lld numbers in [0, 1)", (long long)count);
    kls_random_uniform_f64(key, wide, count);
    same_bits(wide, want_wide, count * 8, "%lld numbers in [0, 1) of float64", (long long)count);
    kls_random_normal_f32(key, normals, count);
    matches_f32(&normal, normals, "%lld normal numbers", (long long)count);
    kls_random_normal_f64(key, wide_normals, count);
    matches_f64(&wide_normal, wide_normals, "%lld normal numbers of float64", (long long)count);
    release_all();
}

// Masks of dropout, of some thousand numbers, are work for more than one thread.
static void test_share(void) {
    const int64_t key[3] = {1, 2, 3}, count = 32768;
    kls_share_openmp(true);
    openmp_threads = 4;
    openmp_most = 1;
    kls_random_uniform_f32(key, workspace(count * 4), count);
    check(openmp_most == 4, "%lld numbers on %d of four threads", (long long)count, openmp_most);
    openmp_threads = 1;
    kls_share_openmp(false);
    release_all();
}

void test_randoms(void) {
    test_share();
    test_known();
    static const int64_t counts[] = {0, 1, 2, 3, 4, 5, 63, 64, 127, 129, 255, 256, 257, 1023};
    for (int i = 0; i < COUNT_OF(counts); i++) {
        const int64_t key[3] = {
            (int64_t)random_word(), between(0, UINT32_MAX), (int64_t)random_word()};
        test_key(key, counts[i]);
    }
    // More than one task of work.
    const int64_t key[3] = {-1, 3, 1LL << 40};
    openmp_threads = 3;
    test_key(key, 40001);
    openmp_threads = 1;
}
