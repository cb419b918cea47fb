#include <math.h>
#include <string.h>

#include "../isa/dispatch.h"
#include "../isa/builtins.h"
#include "kls_random.h"
#include "../threads/tasks.h"

// Blocks that are made together, one a lane.
#define GROUP 64
// Blocks of one task, some two microseconds.
#define BLOCKS 2048

// The four words of GROUP successive blocks, word by word.
typedef struct {
    uint32_t words[4][GROUP];
} group;

// A word of eight blocks, each in the low half of its lane; what is in the high halves does not
// matter, since a product takes only the low ones.
typedef uint64_t lanes __attribute__((vector_size(64), aligned(8), may_alias));
typedef uint32_t half_lanes __attribute__((vector_size(32), aligned(4), may_alias));
// Blocks that are made at once: enough chains to hide the latency of a multiplication.
#define CHAINS 4

typedef struct {
    lanes words[4][CHAINS];
} chains;

KLS_INLINE void make_chains(const int64_t key[3], uint64_t first, chains *made) {
    const lanes count = {0, 1, 2, 3, 4, 5, 6, 7}, mask = (lanes){0} + 0xffffffffu;
    lanes *a = made->words[0], *b = made->words[1], *c = made->words[2], *d = made->words[3];
    _Pragma("unroll") for (int i = 0; i < CHAINS; i++) {
        a[i] = count + (first + (uint64_t)(8 * i));
        b[i] = (lanes){0} + (uint64_t)key[1];
        c[i] = (lanes){0} + (uint64_t)key[2];
        d[i] = (lanes){0} + ((uint64_t)key[2] >> 32);
    }
    uint32_t low = (uint32_t)key[0], high = (uint32_t)((uint64_t)key[0] >> 32);
    for (int round = 0; round < 10; round++) {
        _Pragma("unroll") for (int i = 0; i < CHAINS; i++) {
            const lanes left = (a[i] & mask) * 0xD2511F53u, right = (c[i] & mask) * 0xCD9E8D57u;
            a[i] = (right >> 32) ^ b[i] ^ low;
            b[i] = right;
            c[i] = (left >> 32) ^ d[i] ^ high;
            d[i] = left;
        }
        low += 0x9E3779B9u;
        high += 0xBB67AE85u;
    }
}

KLS_INLINE void make_group(const int64_t key[3], uint64_t first, group *made) {
    for (int part = 0; part < GROUP; part += 8 * CHAINS) {
        chains some;
        make_chains(key, first + (uint64_t)part, &some);
        for (int word = 0; word < 4; word++)
            for (int i = 0; i < CHAINS; i++)
                *(half_lanes *)(made->words[word] + part + 8 * i) =
                    __builtin_convertvector(some.words[word][i], half_lanes);
    }
}

// The words of GROUP successive blocks, block by block.
KLS_INLINE void make_line(const int64_t key[3], uint64_t first, uint32_t *to) {
    const lanes mask = (lanes){0} + 0xffffffffu;
    for (int part = 0; part < GROUP; part += 8 * CHAINS) {
        chains some;
        make_chains(key, first + (uint64_t)part, &some);
        for (int i = 0; i < CHAINS; i++) {
            // The low half of a lane comes first in memory.
            const lanes front = (some.words[0][i] & mask) | some.words[1][i] << 32;
            const lanes back = (some.words[2][i] & mask) | some.words[3][i] << 32;
            lanes *at = (lanes *)(void *)(to + 4 * (part + 8 * i));
            at[0] = __builtin_shufflevector(front, back, 0, 8, 1, 9, 2, 10, 3, 11);
            at[1] = __builtin_shufflevector(front, back, 4, 12, 5, 13, 6, 14, 7, 15);
        }
    }
}

// ln x for x in [2^-24, 1]: x = m 2^e with m in [sqrt(1/2), sqrt(2)), and the series of
// ln m = 2 artanh((m - 1) / (m + 1)). Relative error under 2^-22.
KLS_INLINE float log_of(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits += 0x3f800000u - 0x3f3504f3u;
    const float exponent = (float)((int32_t)(bits >> 23) - 127);
    bits = (bits & 0x007fffffu) + 0x3f3504f3u;
    float m;
    memcpy(&m, &bits, sizeof m);
    const float t = (m - 1) / (m + 1), s = t * t;
    float sum = 0.22519942f;
    sum = sum * s + 0.28571430f;
    sum = sum * s + 0.4f;
    sum = sum * s + 0.66666669f;
    return exponent * 0.693147181f + (2 * t + t * (s * sum));
}

// cos and sin of 2 pi u for u in [0, 1), by the nearest quarter turn: what is left is at most an
// eighth, exactly. Error under 2^-23.
KLS_INLINE void circle(float u, float *cosine, float *sine) {
    const int32_t quarter = (int32_t)(u * 4 + 0.5f);
    const float x = (u - (float)quarter * 0.25f) * 6.28318531f, s = x * x;
    float even = -1.3888397e-3f + s * 2.4433157e-5f;
    even = 4.1666646e-2f + s * even;
    even = 1 + s * (-0.5f + s * even);
    float odd = 8.3321609e-3f - s * 1.9515296e-4f;
    odd = x + x * (s * (-1.6666655e-1f + s * odd));
    const float c = quarter & 1 ? odd : even, d = quarter & 1 ? even : odd;
    *cosine = (quarter + 1) & 2 ? -c : c;
    *sine = quarter & 2 ? -d : d;
}

KLS_DISPATCH(static, void, bits_group,
    (const int64_t key[3], uint64_t first, uint32_t *to), (key, first, to)) {
    make_line(key, first, to);
}

KLS_DISPATCH(static, void, uniform_group_f32,
    (const int64_t key[3], uint64_t first, float *to), (key, first, to)) {
    uint32_t line[4 * GROUP];
    make_line(key, first, line);
    for (int i = 0; i < 4 * GROUP; i++) to[i] = (float)(int32_t)(line[i] >> 8) * 0x1p-24f;
}

KLS_INLINE uint64_t bits_53(uint32_t high, uint32_t low) {
    return ((uint64_t)high << 32 | low) >> 11;
}

KLS_DISPATCH(static, void, uniform_group_f64,
    (const int64_t key[3], uint64_t first, double *to), (key, first, to)) {
    group made;
    make_group(key, first, &made);
    for (int i = 0; i < GROUP; i++) {
        to[2 * i] = (double)bits_53(made.words[0][i], made.words[1][i]) * 0x1p-53;
        to[2 * i + 1] = (double)bits_53(made.words[2][i], made.words[3][i]) * 0x1p-53;
    }
}

KLS_DISPATCH(static, void, normal_group_f32,
    (const int64_t key[3], uint64_t first, float *to), (key, first, to)) {
    group made;
    make_group(key, first, &made);
    float cosines[2][GROUP], sines[2][GROUP];
    for (int half = 0; half < 2; half++) {
        const uint32_t *radius = made.words[2 * half], *angle = made.words[2 * half + 1];
        for (int i = 0; i < GROUP; i++) {
            const float u1 = (float)(int32_t)((radius[i] >> 8) + 1) * 0x1p-24f;
            const float u2 = (float)(int32_t)(angle[i] >> 8) * 0x1p-24f;
            const float r = __builtin_elementwise_sqrt(-2 * log_of(u1));
            float cosine, sine;
            circle(u2, &cosine, &sine);
            cosines[half][i] = r * cosine;
            sines[half][i] = r * sine;
        }
    }
    for (int i = 0; i < GROUP; i++) {
        to[4 * i] = cosines[0][i];
        to[4 * i + 1] = sines[0][i];
        to[4 * i + 2] = cosines[1][i];
        to[4 * i + 3] = sines[1][i];
    }
}

static void normal_group_f64(const int64_t key[3], uint64_t first, double *to) {
    group made;
    make_group(key, first, &made);
    for (int i = 0; i < GROUP; i++) {
        const double u1 =
            (double)(bits_53(made.words[0][i], made.words[1][i]) + 1) * 0x1p-53;
        const double u2 = (double)bits_53(made.words[2][i], made.words[3][i]) * 0x1p-53;
        const double r = sqrt(-2 * log(u1)), angle = 6.283185307179586 * u2;
        to[2 * i] = r * cos(angle);
        to[2 * i + 1] = r * sin(angle);
    }
}

typedef struct {
    const int64_t *key;
    char *to;
    int64_t count;
} random_job;

// Whole groups go directly to the result, the last one by way of a buffer.
#define RANDOM(NAME, MAKE, T, PER_BLOCK)                                                         \
    static void NAME##_task(void *context, int64_t task) {                                       \
        const random_job *job = context;                                                         \
        const int64_t per_group = GROUP * PER_BLOCK;                                             \
        for (int64_t block = task * BLOCKS; block < (task + 1) * BLOCKS; block += GROUP) {       \
            const int64_t at = block * PER_BLOCK, left = job->count - at;                        \
            if (left <= 0) return;                                                               \
            T *to = (T *)job->to + at;                                                           \
            if (left >= per_group) {                                                             \
                MAKE(job->key, (uint64_t)block, to);                                             \
            } else {                                                                             \
                T whole[GROUP * PER_BLOCK];                                                      \
                MAKE(job->key, (uint64_t)block, whole);                                          \
                memcpy(to, whole, (size_t)left * sizeof(T));                                     \
            }                                                                                    \
        }                                                                                        \
    }                                                                                            \
    void kls_##NAME(const int64_t key[3], void *to, int64_t count) {                             \
        random_job job = {key, to, count};                                                       \
        const int64_t elements = (int64_t)BLOCKS * PER_BLOCK;                                    \
        kls_run_tasks(                                                                           \
            (count + elements - 1) / elements, count * 4 * (int64_t)sizeof(T), &job,             \
            NAME##_task);                                                                        \
    }

RANDOM(random_bits, bits_group, uint32_t, 4)
RANDOM(random_uniform_f32, uniform_group_f32, float, 4)
RANDOM(random_uniform_f64, uniform_group_f64, double, 2)
RANDOM(random_normal_f32, normal_group_f32, float, 4)
RANDOM(random_normal_f64, normal_group_f64, double, 2)
