// The packed float32 product, alone and with what follows it block by block.
#include "harness.h"
#include "kls_gemm.h"
#include "amx/tile.h"

typedef struct {
    kls_product_spec spec;
    float *lhs, *rhs;
    wanted want;                     // the product itself
    double *sizes;                   // sums of |a| |b|
} problem;

// In parts each factor is the sum of three numbers of 8 bits, and of nine products of parts six are
// added: the sizes of the parts exceed those of the numbers by less than 2 %, what is left out is
// below u of them, and there are six times as many sums.
static double product_error(int64_t k, double sizes, bool splits) {
    if (!splits) return sum_error(k, sizes);
    return 1.02 * sum_error(6 * k + 2, sizes) + (double)k * 1e-33;
}

static int64_t random_size(int64_t most) {
    static const int64_t sizes[] = {1, 2, 3, 5, 7, 13, 14, 15, 16, 17, 29, 31, 32, 33, 47, 64, 65};
    return one_in(4) ? between(1, most) : sizes[between(0, COUNT_OF(sizes) - 1)];
}

static problem random_problem(int64_t most) {
    problem p = {.spec = {.batch = one_in(3) ? between(2, 4) : 1, .lhs = 0, .rhs = 1, .out = 2}};
    kls_product_spec *s = &p.spec;
    s->m = random_size(most);
    s->n = random_size(most);
    s->k = one_in(10) ? between(1, 1500) : random_size(most);
    const int64_t gap = between(0, 2) * between(0, 3);
    if (one_in(2)) s->lhs_row = s->k + gap, s->lhs_column = 1;
    else s->lhs_row = 1, s->lhs_column = s->m + gap;
    if (one_in(2)) s->rhs_row = s->n + gap, s->rhs_column = 1;
    else s->rhs_row = 1, s->rhs_column = s->k + gap;
    s->lhs_matrix = s->lhs_column == 1 ? s->m * s->lhs_row : s->k * s->lhs_column;
    s->rhs_matrix = s->rhs_column == 1 ? s->k * s->rhs_row : s->n * s->rhs_column;
    s->may_split = one_in(2);
    return p;
}

// Operands of exactly the elements that may be read.
static int64_t extent(int64_t batch, int64_t matrix, int64_t rows, int64_t row, int64_t columns,
                      int64_t column) {
    return (batch - 1) * matrix + (rows - 1) * row + (columns - 1) * column + 1;
}

static void make_operands(problem *p) {
    const kls_product_spec *s = &p->spec;
    p->lhs = random_floats(
        extent(s->batch, s->lhs_matrix, s->m, s->lhs_row, s->k, s->lhs_column));
    p->rhs = random_floats(
        extent(s->batch, s->rhs_matrix, s->k, s->rhs_row, s->n, s->rhs_column));
}

static void multiply(problem *p) {
    const kls_product_spec *s = &p->spec;
    const int64_t count = s->batch * s->m * s->n;
    p->want = wanted_room(count);
    p->sizes = room(count * 8);
    for (int64_t i = 0; i < count; i++) {
        const int64_t batch = i / (s->m * s->n), row = i / s->n % s->m, column = i % s->n;
        const float *a = p->lhs + batch * s->lhs_matrix + row * s->lhs_row;
        const float *b = p->rhs + batch * s->rhs_matrix + column * s->rhs_column;
        double sum = 0, sizes = 0;
        for (int64_t q = 0; q < s->k; q++) {
            const double x = (double)a[q * s->lhs_column] * (double)b[q * s->rhs_row];
            sum += x;
            sizes += fabs(x);
        }
        p->want.value[i] = sum;
        p->sizes[i] = sizes;
    }
}

static void run(const kls_product *product, void **buffers, int threads) {
    openmp_threads = threads;
    kls_product_run(product, buffers, scratch_room(kls_product_scratch(product)), threads > 1);
    openmp_threads = 1;
}

static void test_plain(problem p, bool special) {
    kls_product_spec *s = &p.spec;
    if (special) s->may_split = false;
    char name[120];
    snprintf(name, sizeof name, "product %lldx%lldx%lld of %lld, steps %lld %lld %lld %lld",
             (long long)s->m, (long long)s->n, (long long)s->k, (long long)s->batch,
             (long long)s->lhs_row, (long long)s->lhs_column, (long long)s->rhs_row,
             (long long)s->rhs_column);
    make_operands(&p);
    if (special) {
        // The first rows of both: all of a row or of a column is NaN, or infinite, or tiny.
        p.lhs[0] = NAN;
        p.rhs[0] = INFINITY;
        if (s->m > 1) p.lhs[s->lhs_row] = 0x1p-140f;
        if (s->n > 1) p.rhs[s->rhs_column] = 0x1p-20f;
    }
    multiply(&p);
    kls_product *product = kls_product_create(s);
    if (!check(product != NULL, "%s is taken", name)) return;
    for (int64_t i = 0; i < p.want.count; i++)
        p.want.error[i] = product_error(s->k, p.sizes[i], kls_product_splits(product));
    float *got = room(p.want.count * 4), *again = room(p.want.count * 4);
    void *buffers[] = {p.lhs, p.rhs, got};
    run(product, buffers, 1);
    matches_f32(&p.want, got, "%s", name);
    buffers[2] = again;
    run(product, buffers, 3);
    same_bits(got, again, p.want.count * 4, "%s on three threads", name);
    kls_product_destroy(product);
    release_all();
}

void test_product(void) {
    for (int number = 0; number < 220; number++) test_plain(random_problem(90), number % 6 == 0);
    // Panels for more rows than one thread takes, and a left side that is packed.
    problem tall = random_problem(3);
    tall.spec = (kls_product_spec){
        .batch = 1, .m = 1030, .n = 70, .k = 260, .lhs_row = 1, .lhs_column = 1030, .rhs_row = 70,
        .rhs_column = 1, .rhs = 1, .out = 2};
    test_plain(tall, false);
    tall.spec.lhs_row = 260;
    tall.spec.lhs_column = 1;
    tall.spec.n = 33;
    tall.spec.rhs_row = 33;
    test_plain(tall, false);
    // Few columns behind the last vector, few rows side by side: shorter than a vector in all.
    for (int64_t m = 1; m < 18; m++)
        for (int64_t k = 1; k < 6; k++) {
            tall.spec = (kls_product_spec){
                .batch = 1, .m = m, .n = level_lanes() + 1, .k = k, .lhs_row = 1, .lhs_column = m,
                .rhs_row = level_lanes() + 1, .rhs_column = 1, .rhs = 1, .out = 2};
            test_plain(tall, false);
        }
    kls_product_spec refused = tall.spec;
    refused.k = KLS_PRODUCT_DEPTH + 1;
    check(kls_product_create(&refused) == NULL, "no sums of more than KLS_PRODUCT_DEPTH");
    refused = tall.spec;
    refused.lhs_row = refused.lhs_column = 2;
    check(kls_product_create(&refused) == NULL, "no operand without a step of 1");
    refused = tall.spec;
    refused.lhs_bytes = true;
    if (!kls_split_available())
        check(kls_product_create(&refused) == NULL, "no bytes without a matrix unit");
}

// max(product + bias, 0) * other stored, and summed over the rows; other is dense, or turned round.
static void test_sums(problem p, bool turned) {
    kls_product_spec *s = &p.spec;
    if (turned) s->batch = 1;
    const int64_t rows = s->batch * s->m, n = s->n, count = rows * n;
    char name[120];
    snprintf(name, sizeof name, "epilogue of %lldx%lldx%lld of %lld", (long long)s->m, (long long)n,
             (long long)s->k, (long long)s->batch);
    make_operands(&p);
    multiply(&p);
    float *bias = random_floats(n), *other = random_floats(count);
    const int64_t down = turned ? 1 : n, across = turned ? rows : 1;
    const kls_load loads[] = {
        {.reg = 0, .buffer = KLS_PRODUCT, .type = KLS_F32, .strides = {n, 1}},
        {.reg = 1, .buffer = 3, .type = KLS_F32, .strides = {0, 1}},
        {.reg = 2, .buffer = 4, .type = KLS_F32, .strides = {down, across}},
        {.reg = 3, .buffer = -1, .type = KLS_F32, .scalar = 1},
    };
    const kls_step steps[] = {
        {kls_tile(KLS_ADD, KLS_F32, 0), 4, 0, 1, 0},
        {kls_tile(KLS_MAX, KLS_F32, KLS_VSV), 4, 4, 3, 0},
        {kls_tile(KLS_MUL, KLS_F32, 0), 5, 4, 2, 0},
    };
    const kls_output outputs[] = {
        {5, 2, KLS_F32, KLS_COPY, 0}, {5, 5, KLS_F32, KLS_ADD, 0}};
    const kls_loop_spec loop = {
        .rank = 2, .dims = {rows, n}, .span = KLS_REDUCE_LEADING, .reduced = 1, .registers = 6,
        .register_bytes = 4, .load_count = 4, .step_count = 3, .output_count = 2, .loads = loads,
        .steps = steps, .outputs = outputs};
    s->epilogue = &loop;
    s->out = -1;
    kls_product *product = kls_product_create(s);
    if (!check(product != NULL, "%s is taken", name)) return;
    wanted sums = wanted_room(n);
    double *sizes = room(n * 8);
    memset(sizes, 0, (size_t)n * 8);
    for (int64_t i = 0; i < count; i++) {
        const int64_t r = i / n, c = i % n;
        const double add = (double)bias[c], factor = (double)other[r * down + c * across];
        const double error = product_error(s->k, p.sizes[i], kls_product_splits(product))
            + rounding(2, U32) * (fabs(p.want.value[i]) + fabs(add)) * 1.001;
        const double value = fmax(p.want.value[i] + add, 0) * factor;
        p.want.value[i] = value;
        p.want.error[i] = error * fabs(factor) * 1.001 + U32 * fabs(value) + 0x1p-149;
        sums.value[c] += value;
        sums.error[c] += p.want.error[i];
        sizes[c] += fabs(value) + p.want.error[i];
    }
    for (int64_t c = 0; c < n; c++) sums.error[c] += sum_error(rows + 2, sizes[c]);
    float *got[2] = {room(count * 4), room(n * 4)}, *again[2] = {room(count * 4), room(n * 4)};
    void *buffers[] = {p.lhs, p.rhs, got[0], bias, other, got[1]};
    run(product, buffers, 1);
    matches_f32(&p.want, got[0], "%s", name);
    matches_f32(&sums, got[1], "%s, sums", name);
    buffers[2] = again[0];
    buffers[5] = again[1];
    run(product, buffers, 2);
    same_bits(got[0], again[0], count * 4, "%s on two threads", name);
    same_bits(got[1], again[1], n * 4, "%s on two threads, sums", name);
    kls_product_destroy(product);
    release_all();
}

void test_epilogue(void) {
    for (int number = 0; number < 120; number++) test_sums(random_problem(90), number % 5 == 0);
}
