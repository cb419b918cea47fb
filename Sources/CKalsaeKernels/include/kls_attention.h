// Scaled dot-product attention of float32 with heads side by side, whose scores stay in the cache.
#ifndef KLS_ATTENTION_H
#define KLS_ATTENTION_H

#include <stdbool.h>
#include <stdint.h>

// Q [batch, query_count, heads * head_size], K and V [batch, key_count, heads * head_size]. Causal: the last
// query sees all keys, each before it one less; a query that would see none (fully masked) weighs all alike.
typedef struct {
    int64_t batch, heads, query_count, key_count, head_size;
    bool is_causal;
    float scale;
    int64_t cores;                   // that have a workspace of their own
} kls_attention;

// Bytes of workspace (64-byte aligned) that a run needs; 0 where there is nothing to compute.
int64_t kls_attention_scratch(const kls_attention *shape);

// softmax(scale * Q K^T) V for each head. NaN in what a query sees makes its result NaN; NaN in what it does
// not see may. The result does not depend on the threads.
void kls_attention_run(
    const kls_attention *shape, const void *q, const void *k, const void *v, void *out,
    void *scratch, bool parallel);

int64_t kls_attention_gradient_scratch(const kls_attention *shape);

// dQ, dK and dV one behind the other, from the gradient of the result.
void kls_attention_gradient_run(
    const kls_attention *shape, const void *q, const void *k, const void *v, const void *upstream,
    void *out, void *scratch, bool parallel);

#endif
