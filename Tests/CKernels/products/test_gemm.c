// The packed float32 product, alone and with what follows it block by block.
#include "harness.h"
#include "kls_gemm.h"
#include "amx/block.h"
#include "gemm/gemm_plan.h"
#include "gemm/gemm_reference.h"

typedef struct {
    kls_gemm_spec spec;
    float *a, *b;
    void *left, *right;              // what the product is given: a and b, or their halves
    wanted want;                     // the product itself
    double *sizes;                   // sums of |a| |b|
} problem;

// In limbs each factor is the sum of three numbers of 8 bits, and of nine products of limbs six are
// added: the sizes of the limbs exceed those of the numbers by less than 2 %, what is left out is
// below u of them, and there are six times as many sums.
// Products of two bfloat16 are exact.
static double product_error(const kls_gemm_spec *s, double sizes) {
    const int64_t k = s->k;
    if (!s->uses_bf16_limbs) return sum_error(k, sizes);
    if (s->is_bf16) return sum_error(k, sizes) + (double)k * 0x1p-125;
    return 1.02 * sum_error(6 * k + 2, sizes) + (double)k * 1e-33;
}

static int64_t random_size(int64_t most) {
    static const int64_t sizes[] = {1, 2, 3, 5, 7, 13, 14, 15, 16, 17, 29, 31, 32, 33, 47, 64, 65};
    return one_in(4) ? between(1, most) : sizes[between(0, COUNT_OF(sizes) - 1)];
}

static problem random_problem(int64_t most) {
    problem p = {.spec = {.batch = one_in(3) ? between(2, 4) : 1, .a = 0, .b = 1, .c = 2}};
    kls_gemm_spec *s = &p.spec;
    s->m = random_size(most);
    s->n = random_size(most);
    s->k = one_in(10) ? between(1, 1500) : random_size(most);
    const int64_t gap = between(0, 2) * between(0, 3);
    if (one_in(2)) s->a_row = s->k + gap, s->a_column = 1;
    else s->a_row = 1, s->a_column = s->m + gap;
    if (one_in(2)) s->b_row = s->n + gap, s->b_column = 1;
    else s->b_row = 1, s->b_column = s->k + gap;
    s->a_batch = s->a_column == 1 ? s->m * s->a_row : s->k * s->a_column;
    s->b_batch = s->b_column == 1 ? s->k * s->b_row : s->n * s->b_column;
    s->uses_bf16_limbs = one_in(2);
    s->uses_bf16_limbs &= kls_gemm_supports(s, kls_isa_level());
    s->is_bf16 = s->uses_bf16_limbs && one_in(2);
    return p;
}

// Rounds floats to bfloat16, towards zero, and gives these.
static uint16_t *halves_of(float *floats, int64_t count) {
    uint16_t *halves = workspace(count * 2);
    for (int64_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, floats + i, sizeof bits);
        halves[i] = (uint16_t)(bits >> 16);
        bits &= 0xffff0000;
        memcpy(floats + i, &bits, sizeof bits);
    }
    return halves;
}

// Operands of exactly the elements that may be read.
static int64_t extent(int64_t batch, int64_t matrix, int64_t rows, int64_t row, int64_t columns,
                      int64_t column) {
    return (batch - 1) * matrix + (rows - 1) * row + (columns - 1) * column + 1;
}

static void make_operands(problem *p, bool special) {
    const kls_gemm_spec *s = &p->spec;
    const int64_t left = extent(s->batch, s->a_batch, s->m, s->a_row, s->k, s->a_column);
    const int64_t right = extent(s->batch, s->b_batch, s->k, s->b_row, s->n, s->b_column);
    p->left = p->a = random_floats(left);
    p->right = p->b = random_floats(right);
    if (special) {
        // The first rows of both: all of a row or of a column is NaN, or infinite, or tiny.
        p->a[0] = NAN;
        p->b[0] = INFINITY;
        if (s->m > 1) p->a[s->a_row] = 0x1p-140f;
        if (s->n > 1) p->b[s->b_column] = 0x1p-20f;
    }
    if (!s->is_bf16) return;
    p->left = halves_of(p->a, left);
    p->right = halves_of(p->b, right);
}

static void multiply(problem *p) {
    const kls_gemm_spec *s = &p->spec;
    const int64_t count = s->batch * s->m * s->n;
    p->want = wanted_workspace(count);
    p->sizes = workspace(count * 8);
    gemm_reference(s, p->a, p->b, p->want.value, p->sizes);
}

static void run(const kls_gemm *product, void **buffers, int threads) {
    openmp_threads = threads;
    kls_gemm_run(product, buffers, scratch_room(kls_gemm_scratch(product)), threads > 1);
    openmp_threads = 1;
}

static void test_plain(problem p, bool special) {
    kls_gemm_spec *s = &p.spec;
    if (special) s->uses_bf16_limbs = s->is_bf16;
    char name[120];
    snprintf(name, sizeof name, "product %lldx%lldx%lld of %lld, steps %lld %lld %lld %lld",
             (long long)s->m, (long long)s->n, (long long)s->k, (long long)s->batch,
             (long long)s->a_row, (long long)s->a_column, (long long)s->b_row,
             (long long)s->b_column);
    make_operands(&p, special);
    multiply(&p);
    kls_gemm *product = kls_gemm_create(s);
    if (!check(product != NULL, "%s is taken", name)) return;
    check(kls_gemm_uses_amx(product) == s->uses_bf16_limbs, "%s runs on what it asks for", name);
    for (int64_t i = 0; i < p.want.count; i++)
        p.want.error[i] = product_error(s, p.sizes[i]);
    float *got = workspace(p.want.count * 4), *again = workspace(p.want.count * 4);
    void *buffers[] = {p.left, p.right, got};
    run(product, buffers, 1);
    matches_f32(&p.want, got, "%s", name);
    buffers[2] = again;
    run(product, buffers, 3);
    same_bits(got, again, p.want.count * 4, "%s on three threads", name);
    kls_gemm_destroy(product);
    release_all();
}

// Cores decide how a product is cut, and nothing else.
static void test_cores(int64_t m, int64_t k, int64_t n, bool transposed, bool sums) {
    static const int64_t cores[] = {1, 2, 4, 8, 16};
    char name[80];
    snprintf(name, sizeof name, "%lldx%lld by %lldx%lld%s%s", (long long)m, (long long)k, (long long)k,
             (long long)n, transposed ? " (left^T)" : "", sums ? " with sums" : "");
    kls_gemm_spec s = {.batch = 1, .m = m, .n = n, .k = k, .a_row = transposed ? 1 : k,
                       .a_column = transposed ? m : 1, .b_row = n, .b_column = 1, .b = 1, .c = 2};
    const kls_load load = {.reg = 0, .buffer = KLS_GEMM_RESULT, .type = KLS_F32, .strides = {n, 1}};
    const kls_output outputs[] = {{0, 2, KLS_F32, KLS_COPY, 0}, {0, 3, KLS_F32, KLS_ADD, 0}};
    const kls_loop_spec loop = {
        .rank = 2, .dims = {m, n}, .span = KLS_REDUCE_LEADING, .reduced = 1, .registers = 1,
        .register_bytes = 4, .load_count = 1, .output_count = 2, .loads = &load,
        .outputs = outputs};
    if (sums) s.epilogue = &loop;
    float *a = random_floats(m * k), *b = random_floats(k * n), *first = workspace(m * n * 4);
    float *first_sums = workspace(n * 4), *got = workspace(m * n * 4), *got_sums = workspace(n * 4);
    for (int i = 0; i < COUNT_OF(cores); i++) {
        s.cores = cores[i];
        kls_gemm *product = kls_gemm_create(&s);
        if (!check(product != NULL, "%s is taken", name)) return;
        // One that is late leaves no other without work for long; no task is shorter than a tile of rows, or
        // with sums than a part of them. Two cores may share the rows evenly.
        const int64_t tasks = gemm_task_count(product), most = product->panels * product->parts;
        const int64_t fewest = cores[i] > 2 ? 2 * cores[i] : cores[i];
        check(tasks >= (fewest < most ? fewest : most), "%s: %lld tasks for %lld cores", name,
              (long long)tasks, (long long)cores[i]);
        check(most >= 32 || m < 512, "%s: %lld parts", name, (long long)most);
        void *buffers[] = {a, b, i == 0 ? first : got, i == 0 ? first_sums : got_sums};
        run(product, buffers, (int)cores[i]);
        kls_gemm_destroy(product);
        if (i == 0) continue;
        same_bits(first, got, m * n * 4, "%s for %lld cores", name, (long long)cores[i]);
        if (sums)
            same_bits(first_sums, got_sums, n * 4, "%s for %lld cores, sums", name, (long long)cores[i]);
    }
    release_all();
}

void test_gemm(void) {
    for (int number = 0; number < 4; number++) {
        const bool sums = number % 2 == 1, transposed = number / 2 == 1;
        test_cores(100, 179, 50, transposed, sums);  // in place, with edge columns
        test_cores(128, 79, 256, transposed, sums);
        test_cores(770, 30, 64, transposed, sums);
        test_cores(100, 1100, 100, transposed, sums);
        test_cores(600, 440, 70, transposed, sums);  // where it is transposed, A is packed
    }
    for (int number = 0; number < 220; number++) test_plain(random_problem(90), number % 6 == 0);
    // Panels for more rows than one thread takes, and an A that is packed.
    problem large = random_problem(3);
    large.spec = (kls_gemm_spec){
        .batch = 1, .m = 1030, .n = 70, .k = 260, .a_row = 1, .a_column = 1030, .b_row = 70,
        .b_column = 1, .b = 1, .c = 2};
    test_plain(large, false);
    large.spec.a_row = 260;
    large.spec.a_column = 1;
    large.spec.n = 33;
    large.spec.b_row = 33;
    test_plain(large, false);
    // Edge columns, and few rows of a transposed A: shorter than a vector in all.
    for (int64_t m = 1; m < 18; m++)
        for (int64_t k = 1; k < 6; k++) {
            large.spec = (kls_gemm_spec){
                .batch = 1, .m = m, .n = level_lanes() + 1, .k = k, .a_row = 1, .a_column = m,
                .b_row = level_lanes() + 1, .b_column = 1, .b = 1, .c = 2};
            test_plain(large, false);
        }
    kls_gemm_spec refused = large.spec;
    refused.k = KLS_GEMM_K_MAX + 1;
    check(kls_gemm_create(&refused) == NULL, "no sums of more than KLS_GEMM_K_MAX");
    refused = large.spec;
    refused.a_row = refused.a_column = 2;
    check(kls_gemm_create(&refused) == NULL, "no operand without a step of 1");
    refused = large.spec;
    refused.a_is_bytes = true;
    check(kls_gemm_create(&refused) == NULL, "no bytes without limbs");
    refused.uses_bf16_limbs = true;
    kls_gemm *bytes = kls_gemm_create(&refused);
    check((bytes != NULL) == kls_amx_available(), "limbs where there is AMX");
    if (bytes != NULL) kls_gemm_destroy(bytes);
    refused.is_bf16 = true;
    check(kls_gemm_create(&refused) == NULL, "no bytes that are bfloat16");
}

// max(product + bias, 0) * other stored, and summed over the rows; other is dense, or transposed.
static void test_sums(problem p, bool transposed) {
    kls_gemm_spec *s = &p.spec;
    if (transposed) s->batch = 1;
    const int64_t rows = s->batch * s->m, n = s->n, count = rows * n;
    char name[120];
    snprintf(name, sizeof name, "epilogue of %lldx%lldx%lld of %lld", (long long)s->m, (long long)n,
             (long long)s->k, (long long)s->batch);
    make_operands(&p, false);
    multiply(&p);
    float *bias = random_floats(n), *other = random_floats(count);
    const int64_t down = transposed ? 1 : n, across = transposed ? rows : 1;
    const kls_load loads[] = {
        {.reg = 0, .buffer = KLS_GEMM_RESULT, .type = KLS_F32, .strides = {n, 1}},
        {.reg = 1, .buffer = 3, .type = KLS_F32, .strides = {0, 1}},
        {.reg = 2, .buffer = 4, .type = KLS_F32, .strides = {down, across}},
        {.reg = 3, .buffer = -1, .type = KLS_F32, .scalar = 1},
    };
    const kls_step steps[] = {
        {kls_elementwise(KLS_ADD, KLS_F32, 0), 4, 0, 1, 0},
        {kls_elementwise(KLS_MAX, KLS_F32, KLS_VSV), 4, 4, 3, 0},
        {kls_elementwise(KLS_MUL, KLS_F32, 0), 5, 4, 2, 0},
    };
    const kls_output outputs[] = {
        {5, 2, KLS_F32, KLS_COPY, 0}, {5, 5, KLS_F32, KLS_ADD, 0}};
    const kls_loop_spec loop = {
        .rank = 2, .dims = {rows, n}, .span = KLS_REDUCE_LEADING, .reduced = 1, .registers = 6,
        .register_bytes = 4, .load_count = 4, .step_count = 3, .output_count = 2, .loads = loads,
        .steps = steps, .outputs = outputs};
    s->epilogue = &loop;
    s->c = -1;
    kls_gemm *product = kls_gemm_create(s);
    if (!check(product != NULL, "%s is taken", name)) return;
    wanted sums = wanted_workspace(n);
    double *sizes = workspace(n * 8);
    memset(sizes, 0, (size_t)n * 8);
    for (int64_t i = 0; i < count; i++) {
        const int64_t r = i / n, c = i % n;
        const double add = (double)bias[c], factor = (double)other[r * down + c * across];
        const double error = product_error(s, p.sizes[i])
            + rounding(2, U32) * (fabs(p.want.value[i]) + fabs(add)) * 1.001;
        const double value = fmax(p.want.value[i] + add, 0) * factor;
        p.want.value[i] = value;
        p.want.error[i] = error * fabs(factor) * 1.001 + U32 * fabs(value) + 0x1p-149;
        sums.value[c] += value;
        sums.error[c] += p.want.error[i];
        sizes[c] += fabs(value) + p.want.error[i];
    }
    for (int64_t c = 0; c < n; c++) sums.error[c] += sum_error(rows + 2, sizes[c]);
    float *got[2] = {workspace(count * 4), workspace(n * 4)}, *again[2] = {workspace(count * 4), workspace(n * 4)};
    void *buffers[] = {p.left, p.right, got[0], bias, other, got[1]};
    run(product, buffers, 1);
    matches_f32(&p.want, got[0], "%s", name);
    matches_f32(&sums, got[1], "%s, sums", name);
    buffers[2] = again[0];
    buffers[5] = again[1];
    run(product, buffers, 2);
    same_bits(got[0], again[0], count * 4, "%s on two threads", name);
    same_bits(got[1], again[1], n * 4, "%s on two threads, sums", name);
    kls_gemm_destroy(product);
    release_all();
}

void test_epilogue(void) {
    for (int number = 0; number < 120; number++) test_sums(random_problem(90), number % 5 == 0);
}
