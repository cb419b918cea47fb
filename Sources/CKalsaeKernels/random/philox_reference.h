// Philox4x32-10 written out: the oracle of the tests, no part of the library.
#ifndef KLS_RANDOM_PHILOX_REFERENCE_H
#define KLS_RANDOM_PHILOX_REFERENCE_H

#include <stdint.h>
#include <string.h>

static inline void philox_reference(
    const uint32_t counter[4], const uint32_t key[2], uint32_t words[4]
) {
    uint32_t low = key[0], high = key[1];
    memcpy(words, counter, 16);
    for (int round = 0; round < 10; round++) {
        const uint64_t left = (uint64_t)words[0] * 0xD2511F53u;
        const uint64_t right = (uint64_t)words[2] * 0xCD9E8D57u;
        const uint32_t next[4] = {
            (uint32_t)(right >> 32) ^ words[1] ^ low, (uint32_t)right,
            (uint32_t)(left >> 32) ^ words[3] ^ high, (uint32_t)left};
        memcpy(words, next, 16);
        low += 0x9E3779B9u;
        high += 0xBB67AE85u;
    }
}

// A block of the generator of kls_random.h.
static inline void philox_reference_block(const int64_t key[3], int64_t block, uint32_t words[4]) {
    const uint64_t seed = (uint64_t)key[0], step = (uint64_t)key[2];
    philox_reference(
        (uint32_t[]){(uint32_t)block, (uint32_t)key[1], (uint32_t)step, (uint32_t)(step >> 32)},
        (uint32_t[]){(uint32_t)seed, (uint32_t)(seed >> 32)}, words);
}

#endif
