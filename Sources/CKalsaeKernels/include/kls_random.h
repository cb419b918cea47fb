// Counter-based random numbers.
// Every result is the same for any number of threads. All sizes may be zero.
#ifndef KLS_RANDOM_H
#define KLS_RANDOM_H

#include <stdint.h>

// Random numbers by Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
// 2011). The key is {seed, stream, step}: the generator's key is the seed, its counter (block,
// low 32 bits of the stream, low and high 32 bits of the step); element i is made from fixed words.

// Word i % 4 of block i / 4.
void kls_random_bits(const int64_t key[3], void *to, int64_t count);
// (word >> 8) * 2^-24 in [0, 1).
void kls_random_uniform_f32(const int64_t key[3], void *to, int64_t count);
// ((high << 32 | low) >> 11) * 2^-53 of words 2 (i % 2), 2 (i % 2) + 1 of block i / 2.
void kls_random_uniform_f64(const int64_t key[3], void *to, int64_t count);
// Box-Muller on the same words: r cos(2 pi u2) and r sin(2 pi u2) with r = sqrt(-2 ln u1),
// u1 in (0, 1]; a pair of float32 takes two words, a pair of float64 a block.
void kls_random_normal_f32(const int64_t key[3], void *to, int64_t count);
void kls_random_normal_f64(const int64_t key[3], void *to, int64_t count);

#endif
