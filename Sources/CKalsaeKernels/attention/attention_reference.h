// Attention in plain loops in double, one query of one head at a time: the oracle of the tests, no part of the
// library.
#ifndef KLS_ATTENTION_ATTENTION_REFERENCE_H
#define KLS_ATTENTION_ATTENTION_REFERENCE_H

#include <math.h>

#include "kls_attention.h"

// How many keys a query sees; `is_fully_masked` where it sees all only because it would see none.
static inline int64_t attention_reference_visible(
    const kls_attention *s, int64_t query, bool *is_fully_masked
) {
    const int64_t count = query + s->key_count - s->query_count + 1;
    *is_fully_masked = s->is_causal && count < 1;
    return s->is_causal && count > 0 ? count : s->key_count;
}

static inline double attention_reference_dot(const float *x, const float *y, int64_t count) {
    double sum = 0;
    for (int64_t i = 0; i < count; i++) sum += (double)x[i] * (double)y[i];
    return sum;
}

// Adds what a query of a head gives: to its row of the result, and, with an upstream gradient, to dQ, dK and
// dV one behind the other. Both must be zero before; P, dP and dS hold a value for each key.
static inline void attention_reference(
    const kls_attention *s, int64_t batch, int64_t head, int64_t query, const float *q,
    const float *k, const float *v, const float *upstream, double *out, double *gradient, double *p,
    double *dp, double *ds
) {
    const int64_t features = s->heads * s->head_size, size = s->head_size, column = head * size;
    const int64_t mine = (batch * s->query_count + query) * features + column;
    const int64_t rows = s->batch * s->query_count * features;
    const int64_t keys = s->batch * s->key_count * features;
    bool is_fully_masked;
    const int64_t count = attention_reference_visible(s, query, &is_fully_masked);
    double most = -(double)INFINITY, sum = 0, mean = 0;
    for (int64_t j = 0; j < count; j++) {
        const int64_t other = (batch * s->key_count + j) * features + column;
        const double score = attention_reference_dot(q + mine, k + other, size);
        p[j] = is_fully_masked ? 0 : score * (double)s->scale;
        dp[j] = attention_reference_dot(upstream + mine, v + other, size);
        most = fmax(most, p[j]);
    }
    for (int64_t j = 0; j < count; j++) sum += p[j] = exp(p[j] - most);
    for (int64_t j = 0; j < count; j++) {
        p[j] /= sum;
        mean += p[j] * dp[j];
    }
    for (int64_t j = 0; j < count; j++) {
        const int64_t other = (batch * s->key_count + j) * features + column;
        ds[j] = is_fully_masked ? 0 : (double)s->scale * p[j] * (dp[j] - mean);
        for (int64_t c = 0; c < size; c++) {
            out[mine + c] += p[j] * (double)v[other + c];
            gradient[mine + c] += ds[j] * (double)k[other + c];
            gradient[rows + other + c] += ds[j] * (double)q[mine + c];
            gradient[rows + keys + other + c] += p[j] * (double)upstream[mine + c];
        }
    }
}

#endif
