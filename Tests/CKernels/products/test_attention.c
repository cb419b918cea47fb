// Attention and its gradient in double, with bounds that are carried through its steps.
#include "harness.h"
#include "attention/attention_reference.h"
#include "kls_attention.h"

typedef struct {
    kls_attention s;
    float *queries, *keys, *values, *upstream;
    int64_t rows, others;            // elements of queries, and of keys
    wanted out, gradient;            // the gradient for queries, keys and values
} problem;

static problem random_problem(bool large) {
    static const int64_t sizes[] = {1, 2, 5, 8, 13, 16, 17, 32, 33, 40};
    problem p = {.s = {
        .batch = between(1, 2), .heads = between(1, 3), .query_count = between(1, large ? 150 : 20),
        .key_count = between(1, large ? 150 : 40), .head_size = sizes[between(0, COUNT_OF(sizes) - 1)],
        .is_causal = one_in(2), .cores = 2}};
    p.s.scale = (float)(1 / sqrt((double)p.s.head_size));
    const int64_t features = p.s.heads * p.s.head_size;
    p.rows = p.s.batch * p.s.query_count * features;
    p.others = p.s.batch * p.s.key_count * features;
    p.queries = random_floats(p.rows);
    p.keys = random_floats(p.others);
    p.values = random_floats(p.others);
    p.upstream = random_floats(p.rows);
    p.out = wanted_workspace(p.rows);
    p.gradient = wanted_workspace(p.rows + 2 * p.others);
    return p;
}

// One query of one head. With exact scores s of error d, weights e^(s - most) / sum have a relative
// error of at most e = 2 (2 d + 8 u) + gamma: twice that of an exponential, whose own roundings are
// 8 u with what its argument loses, and the sum's. What is below e^-86 may be 0.
static void attend(problem *p, int64_t batch, int64_t head, int64_t query) {
    const kls_attention *s = &p->s;
    const int64_t features = s->heads * s->head_size, n = s->head_size, column = head * n;
    const int64_t mine = (batch * s->query_count + query) * features + column;
    bool is_fully_masked;
    const int64_t count = attention_reference_visible(s, query, &is_fully_masked);
    double weights[256], dp[256], ds[256], sizes[256], worst = 0, mean = 0, slack = 0;
    attention_reference(
        s, batch, head, query, p->queries, p->keys, p->values, p->upstream, p->out.value,
        p->gradient.value, weights, dp, ds);
    for (int64_t j = 0; j < count; j++) {
        const int64_t other = (batch * s->key_count + j) * features + column;
        double size = 0;
        sizes[j] = 0;
        for (int64_t c = 0; c < n; c++) {
            size += fabs((double)p->queries[mine + c] * (double)p->keys[other + c]);
            sizes[j] += fabs((double)p->upstream[mine + c] * (double)p->values[other + c]);
        }
        worst = fmax(worst, rounding(n + 3, U32) * size * (double)s->scale);
    }
    const double error = 2 * (2 * worst + 8 * U32) + rounding(count + 6, U32);
    for (int64_t j = 0; j < count; j++) {
        mean += weights[j] * dp[j];
        slack += weights[j] * (error * sizes[j] + rounding(n + count + 4, U32) * sizes[j]);
    }
    const double roundings = rounding(count + 4, U32), across = rounding(s->query_count + 6, U32);
    double *const bound = p->gradient.error;
    for (int64_t j = 0; j < count; j++) {
        const int64_t other = (batch * s->key_count + j) * features + column;
        const double scale = (double)s->scale, w = weights[j], change = fabs(ds[j]);
        const double moves = scale * w * (fabs(dp[j]) + fabs(mean));
        const double miss = is_fully_masked ? 0
            : 1.1 * ((error + 6 * U32) * moves + scale * w * (rounding(n, U32) * sizes[j] + slack))
                + 0x1p-120;
        for (int64_t c = 0; c < n; c++) {
            const double q = fabs((double)p->queries[mine + c]), k = fabs((double)p->keys[other + c]);
            const double v = fabs((double)p->values[other + c]);
            const double g = fabs((double)p->upstream[mine + c]);
            p->out.error[mine + c] += 1.1 * (error + roundings) * w * v + 0x1p-120;
            bound[mine + c] += (miss + roundings * (change + miss)) * k;
            bound[p->rows + other + c] += (miss + across * (change + miss)) * q;
            bound[p->rows + p->others + other + c] += 1.1 * (error + across) * w * g + 0x1p-120;
        }
    }
}

static void test_problem(problem p) {
    const kls_attention *s = &p.s;
    char name[120];
    snprintf(name, sizeof name, "attention %lldx%lld, %lld queries, %lld keys, head size %lld, causal %d",
             (long long)s->batch, (long long)s->heads, (long long)s->query_count, (long long)s->key_count,
             (long long)s->head_size, s->is_causal);
    for (int64_t i = 0; i < s->batch * s->heads * s->query_count; i++)
        attend(&p, i / s->query_count / s->heads, i / s->query_count % s->heads, i % s->query_count);
    float *got = workspace(p.rows * 4), *again = workspace(p.rows * 4);
    const int64_t all = p.rows + 2 * p.others;
    float *slope = workspace(all * 4), *slopes = workspace(all * 4);
    const int64_t scratch = kls_attention_scratch(s);
    const int64_t more = kls_attention_gradient_scratch(s);
    kls_attention_run(s, p.queries, p.keys, p.values, got, scratch_room(scratch), false);
    matches_f32(&p.out, got, "%s", name);
    kls_attention_gradient_run(
        s, p.queries, p.keys, p.values, p.upstream, slope, scratch_room(more), false);
    matches_f32(&p.gradient, slope, "gradient of %s", name);
    openmp_threads = 2;
    kls_attention_run(s, p.queries, p.keys, p.values, again, scratch_room(scratch), true);
    kls_attention_gradient_run(
        s, p.queries, p.keys, p.values, p.upstream, slopes, scratch_room(more), true);
    openmp_threads = 1;
    same_bits(got, again, p.rows * 4, "%s on two threads", name);
    same_bits(slope, slopes, all * 4, "gradient of %s on two threads", name);
    release_all();
}

// NaN in what a query sees makes its result NaN, and no other batch's.
static void test_nan(void) {
    problem p = random_problem(false);
    const int64_t features = p.s.heads * p.s.head_size;
    p.keys[0] = NAN;
    float *got = workspace(p.rows * 4);
    kls_attention_run(
        &p.s, p.queries, p.keys, p.values, got, scratch_room(kls_attention_scratch(&p.s)), false);
    int64_t wrong = 0;
    bool is_fully_masked;
    for (int64_t i = 0; i < p.rows; i++) {
        const int64_t query = i / features % p.s.query_count, head = i % features / p.s.head_size;
        attention_reference_visible(&p.s, query, &is_fully_masked);
        // A fully masked query weighs all alike, whatever the scores.
        const bool sees = i / features < p.s.query_count && head == 0 && !is_fully_masked;
        if (sees) wrong += !isnan(got[i]);
        else if (i / features >= p.s.query_count || head > 0) wrong += isnan(got[i]);
    }
    check(wrong == 0, "attention with a key of NaN: %lld wrong", (long long)wrong);
    release_all();
}

void test_attention(void) {
    for (int number = 0; number < 60; number++) test_problem(random_problem(number % 12 == 0));
    for (int number = 0; number < 20; number++) test_nan();
    const kls_attention none = {.batch = 1, .heads = 1, .query_count = 2, .head_size = 3, .cores = 1};
    float out[6] = {1, 1, 1, 1, 1, 1}, zeros[6] = {0};
    check(kls_attention_scratch(&none) == 0, "no memory for nothing");
    kls_attention_run(&none, zeros, zeros, zeros, out, NULL, false);
    same_bits(out, zeros, sizeof out, "attention to nothing");
}
