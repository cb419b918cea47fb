// Fused loops on random shapes and strides: (a + b) * 2 stored, a + b stored or reduced.
#include "elementwise/loop_layout.h"
#include "elementwise/loop_reference.h"
#include "harness.h"
#include "kls_loop.h"

enum { SOURCE = 300000 };

typedef struct {
    int rank;
    int64_t dims[KLS_MAX_RANK], count;
    int64_t strides[2][KLS_MAX_RANK];
    kls_span span;
    int reduced;
    kls_op op;
} shape;

static shape random_shape(bool large) {
    static const kls_op ops[] = {KLS_ADD, KLS_MAX, KLS_MIN};
    shape s = {.rank = (int)between(1, 4), .count = 1, .op = KLS_COPY};
    const int64_t most = large ? SOURCE : 20000;
    for (int i = 0; i < s.rank; i++) {
        const int64_t bounds[] = {4, 12, 50, large ? 3000 : 300};
        const int64_t size = one_in(60) ? 0 : between(1, bounds[between(0, 3)]);
        s.dims[i] = s.count * size > most ? 1 : size;
        s.count *= s.dims[i];
    }
    for (int load = 0; load < 2; load++) {
        int order[KLS_MAX_RANK];
        for (int i = 0; i < s.rank; i++) order[i] = i;
        for (int i = s.rank - 1; i > 0 && one_in(2); i--) {
            const int j = (int)between(0, i), swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        const int64_t repeats = between(0, 3);
        int64_t step = 1;
        for (int i = s.rank - 1; i >= 0; i--) {
            if (repeats > 1 && one_in(2)) continue;
            s.strides[load][order[i]] = repeats == 1 ? 0 : step;
            step *= s.dims[order[i]];
        }
    }
    s.span = (kls_span)between(KLS_REDUCE_NONE, KLS_REDUCE_LEADING);
    if (s.span != KLS_REDUCE_NONE) s.op = ops[between(0, 2)];
    if (s.span >= KLS_REDUCE_TRAILING) s.reduced = (int)between(1, s.rank);
    return s;
}

static int64_t offset_of(const shape *s, int64_t element, int load) {
    int64_t offset = 0;
    for (int i = s->rank - 1; i >= 0; i--) {
        offset += element % s->dims[i] * s->strides[load][i];
        element /= s->dims[i];
    }
    return offset;
}

static int64_t product_of(const shape *s, int from, int to) {
    int64_t product = 1;
    for (int i = from; i < to; i++) product *= s->dims[i];
    return product;
}

// Where the second output has an element's part.
static int64_t target_of(const shape *s, int64_t element) {
    switch (s->span) {
        case KLS_REDUCE_ALL: return 0;
        case KLS_REDUCE_TRAILING: return element / product_of(s, s->rank - s->reduced, s->rank);
        case KLS_REDUCE_LEADING: return element % product_of(s, s->reduced, s->rank);
        default: return element;
    }
}

static int64_t result_count(const shape *s) {
    switch (s->span) {
        case KLS_REDUCE_ALL: return 1;
        case KLS_REDUCE_TRAILING: return product_of(s, 0, s->rank - s->reduced);
        case KLS_REDUCE_LEADING: return product_of(s, s->reduced, s->rank);
        default: return s->count;
    }
}

// (a + b) * 2 stored, a + b stored or reduced; what is pointed at lasts until the next one is made.
static kls_loop_spec make_spec(const shape *s, kls_type type, bool direct) {
    static kls_load loads[3];
    static kls_step steps[2];
    static kls_output outputs[2];
    loads[0] = (kls_load){.reg = 0, .buffer = 0, .type = type};
    loads[1] = (kls_load){.reg = 1, .buffer = 1, .type = type};
    loads[2] = (kls_load){.reg = 3, .buffer = -1, .type = type, .scalar = 1};
    for (int load = 0; load < 2; load++)
        memcpy(loads[load].strides, s->strides[load], sizeof loads[load].strides);
    const float two = 2;
    const int32_t whole = 2;
    memcpy(&loads[2].constant, type == KLS_F32 ? (const void *)&two : (const void *)&whole, 4);
    steps[0] = (kls_step){kls_elementwise(KLS_ADD, type, 0), 2, 0, 1, 0};
    steps[1] = (kls_step){kls_elementwise(KLS_MUL, type, KLS_VSV), 4, 2, 3, 0};
    outputs[0] = (kls_output){4, 2, type, KLS_COPY, direct};
    outputs[1] = (kls_output){2, 3, type, s->op, 0};
    kls_loop_spec spec = {
        .rank = s->rank, .span = s->span, .reduced = s->reduced, .registers = 5,
        .register_bytes = 4, .load_count = 3, .step_count = 2, .output_count = 2, .loads = loads,
        .steps = steps, .outputs = outputs};
    memcpy(spec.dims, s->dims, sizeof spec.dims);
    return spec;
}

static void test_shape(const shape *s, bool direct, const float *a, const float *b) {
    char name[160];
    snprintf(name, sizeof name, "loop %lldx%lldx%lldx%lld span %d reduced %d op %d",
             (long long)s->dims[0], (long long)s->dims[1], (long long)s->dims[2],
             (long long)s->dims[3], s->span, s->reduced, s->op);
    const kls_loop_spec spec = make_spec(s, KLS_F32, direct);
    kls_loop *loop = kls_loop_create(&spec);
    if (!check(loop != NULL, "%s is taken", name)) return;
    const int64_t results = result_count(s);
    wanted stored = wanted_workspace(s->count), second = wanted_workspace(results);
    double *sizes = workspace(results * 8);
    int64_t *seen = workspace(results * 8);
    for (int64_t i = 0; i < results; i++) {
        second.value[i] = s->op == KLS_MAX ? -(double)INFINITY : s->op == KLS_MIN ? (double)INFINITY : 0;
        sizes[i] = 0;
        seen[i] = 0;
    }
    for (int64_t i = 0; i < s->count; i++) {
        const float sum = a[offset_of(s, i, 0)] + b[offset_of(s, i, 1)];
        const int64_t at = target_of(s, i);
        double *value = &second.value[at];
        stored.value[i] = (double)(sum * 2);
        if (s->op == KLS_ADD) *value += (double)sum;
        else if (s->op == KLS_MAX) *value = fmax(*value, (double)sum);
        else if (s->op == KLS_MIN) *value = fmin(*value, (double)sum);
        else *value = (double)sum;
        sizes[at] += fabs((double)sum);
        seen[at]++;
    }
    // Any order of sums.
    for (int64_t i = 0; i < results; i++)
        if (s->op == KLS_ADD) second.error[i] = sum_error(seen[i], sizes[i]);
    const int64_t scratch = kls_loop_scratch(loop);
    float *one[2] = {workspace(s->count * 4), workspace(results * 4)};
    float *more[2] = {workspace(s->count * 4), workspace(results * 4)};
    void *buffers[] = {(void *)a, (void *)b, one[0], one[1]};
    kls_loop_run(loop, buffers, scratch_room(scratch), 1);
    matches_f32(&stored, one[0], "%s, stored", name);
    matches_f32(&second, one[1], "%s, second", name);
    buffers[2] = more[0];
    buffers[3] = more[1];
    kls_loop_run(loop, buffers, scratch_room(scratch), 3);
    same_bits(one[0], more[0], s->count * 4, "%s on three threads", name);
    same_bits(one[1], more[1], results * 4, "%s on three threads, second", name);
    kls_loop_destroy(loop);
    release_all();
}

// The same of integers, whose sums wrap and are exact in any order.
static void test_integers(const shape *s, const int32_t *a, const int32_t *b) {
    const kls_loop_spec spec = make_spec(s, KLS_I32, false);
    kls_loop *loop = kls_loop_create(&spec);
    if (!check(loop != NULL, "a loop of integers is taken")) return;
    const int64_t results = result_count(s);
    int32_t *stored = workspace(s->count * 4), *second = workspace(results * 4);
    int32_t *want_stored = workspace(s->count * 4), *want = workspace(results * 4);
    loop_reference(&spec, (void *[]){(void *)a, (void *)b, want_stored, want});
    void *buffers[] = {(void *)a, (void *)b, stored, second};
    kls_loop_run(loop, buffers, scratch_room(kls_loop_scratch(loop)), 2);
    same_bits(stored, want_stored, s->count * 4, "a loop of integers, stored");
    same_bits(second, want, results * 4, "a loop of integers, span %d op %d", s->span, s->op);
    kls_loop_destroy(loop);
    release_all();
}

// A copy of bytes from any strides, negative ones too.
static void test_copy(int64_t rows, int64_t columns, int64_t row, int64_t column) {
    const int64_t low = (row < 0 ? row * (rows - 1) : 0) + (column < 0 ? column * (columns - 1) : 0);
    const int64_t high = (row > 0 ? row * (rows - 1) : 0) + (column > 0 ? column * (columns - 1) : 0);
    uint8_t *from = workspace(high - low + 1), *to = workspace(rows * columns);
    for (int64_t i = 0; i <= high - low; i++) from[i] = (uint8_t)random_word();
    const kls_load load = {.type = KLS_U8, .offset = -low, .strides = {row, column}};
    const kls_output output = {.buffer = 1, .type = KLS_U8, .op = KLS_COPY};
    kls_loop *loop = kls_loop_create(&(kls_loop_spec){
        .rank = 2, .dims = {rows, columns}, .registers = 1, .register_bytes = 1, .load_count = 1,
        .output_count = 1, .loads = &load, .outputs = &output});
    void *buffers[] = {from, to};
    kls_loop_run(loop, buffers, NULL, 2);
    int64_t wrong = 0;
    for (int64_t r = 0; r < rows; r++)
        for (int64_t c = 0; c < columns; c++)
            wrong += to[r * columns + c] != from[r * row + c * column - low];
    check(wrong == 0, "copy %lldx%lld by %lld, %lld: %lld wrong", (long long)rows,
          (long long)columns, (long long)row, (long long)column, (long long)wrong);
    kls_loop_destroy(loop);
    release_all();
}

// Loops without partial sums of their blocks have work for 16 threads, and no small change at the end.
static void test_blocks(int64_t rows, int64_t columns, kls_span span, int64_t fewest) {
    shape s = {.rank = 2, .dims = {rows, columns}, .count = rows * columns, .span = span, .op = KLS_COPY};
    if (span != KLS_REDUCE_NONE) s.reduced = 1, s.op = KLS_ADD;
    for (int load = 0; load < 2; load++) s.strides[load][0] = columns, s.strides[load][1] = 1;
    const kls_loop_spec spec = make_spec(&s, KLS_F32, false);
    kls_loop *loop = kls_loop_create(&spec);
    if (!check(loop != NULL, "a loop of %lldx%lld is taken", (long long)rows, (long long)columns)) return;
    check(loop->blocks >= fewest, "%lldx%lld, span %d: %lld blocks", (long long)rows, (long long)columns, span,
          (long long)loop->blocks);
    kls_loop_destroy(loop);
}

void test_loop(void) {
    test_blocks(1, 65536, KLS_REDUCE_NONE, 32);
    test_blocks(1, 18432, KLS_REDUCE_NONE, 9);
    test_blocks(768, 128, KLS_REDUCE_NONE, 30);
    test_blocks(768, 128, KLS_REDUCE_TRAILING, 30);
    test_blocks(768, 128, KLS_REDUCE_LEADING, 6);
    test_blocks(65536, 16, KLS_REDUCE_LEADING, 64);
    static float a[SOURCE], b[SOURCE];
    static int32_t c[SOURCE], d[SOURCE];
    fill_floats(a, SOURCE);
    fill_floats(b, SOURCE);
    for (int i = 0; i < SOURCE; i++) {
        c[i] = (int32_t)random_word();
        d[i] = (int32_t)random_word();
    }
    for (int number = 0; number < 300; number++) {
        const shape s = random_shape(number % 25 == 0);
        if (s.count == 0 && s.op == KLS_COPY && s.span == KLS_REDUCE_NONE) continue;
        test_shape(&s, number % 2 == 0, a, b);
        if (number % 3 == 0 && s.count > 0) test_integers(&s, c, d);
    }
    for (int number = 0; number < 60; number++) {
        const int64_t rows = between(1, 70), columns = between(1, 200);
        static const int64_t steps[] = {1, -1, 0, 2, 3};
        const int64_t column = steps[between(0, 4)];
        test_copy(rows, columns, between(0, 4) == 0 ? 0 : between(-300, 300), column);
    }
    check(kls_loop_create(&(kls_loop_spec){0}) == NULL, "no loop of rank 0");
    check(kls_loop_create(&(kls_loop_spec){.rank = 1, .registers = 65, .register_bytes = 4}) == NULL,
          "no loop of 65 registers");
}
