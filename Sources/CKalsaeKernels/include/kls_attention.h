// Scaled dot-product attention of float32 with heads side by side, whose scores stay in the cache.
#ifndef KLS_ATTENTION_H
#define KLS_ATTENTION_H

#include <stdbool.h>
#include <stdint.h>

// Queries [batch, places, heads * size], keys and values [batch, others, heads * size]. Causal: the
// last query sees all keys, each before it one less; one that would see none sees all alike.
typedef struct {
    int64_t batch, heads, places, others, size;
    bool is_causal;
    float scale;
    int64_t cores;                   // that have scratch memory of their own
} kls_attention;

// Bytes of scratch memory (64-byte aligned) that a run needs; 0 where there is nothing to compute.
int64_t kls_attention_scratch(const kls_attention *shape);

// softmax(scale * q . k^T) . v for each head. NaN in what a query sees makes its result NaN; NaN in
// what it does not see may. The result does not depend on the threads.
void kls_attention_run(
    const kls_attention *shape, const void *queries, const void *keys, const void *values, void *out,
    void *scratch, bool parallel);

int64_t kls_attention_gradient_scratch(const kls_attention *shape);

// The gradients for queries, keys and values one behind the other, from that of the result.
void kls_attention_gradient_run(
    const kls_attention *shape, const void *queries, const void *keys, const void *values,
    const void *upstream, void *out, void *scratch, bool parallel);

#endif
