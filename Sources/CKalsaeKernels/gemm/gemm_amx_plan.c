// Whether a product goes to the matrix unit, and how it is cut for it.
#include "gemm_amx_plan.h"

#include <stdlib.h>

#include "kls_parallel.h"

enum {
    PARTS_MOST = 16,
    WHOLE_SUMS = 1024,               // whose blocks stay in the second cache
    STAGE_PARTS = 192 * 1024,        // of both sides in a stage of shorter sums
    FEW_RESULTS = 1 << 15,           // which cost less to add than sides cost to split twice
};

// Operations and floats in a nanosecond, and nanoseconds.
#define PRODUCT_RATE 400.0
#define FLOAT_RATE 4.0
#define BEGINNING 20000.0

static side side_of(const kls_product_spec *s, bool is_left) {
    side d = {.is_left = is_left, .size = sizeof(float), .unit = SPLIT_UNIT};
    if (is_left) {
        d.buffer = s->lhs, d.count = s->m;
        d.matrix = s->lhs_matrix, d.line = s->lhs_row, d.place = s->lhs_column;
    } else {
        d.buffer = s->rhs, d.count = s->n;
        d.matrix = s->rhs_matrix, d.line = s->rhs_column, d.place = s->rhs_row;
    }
    if (is_left && s->lhs_bytes) d.size = 1, d.unit = SPLIT_BYTES_UNIT;
    d.blocks = (d.count + SPLIT_BLOCK - 1) / SPLIT_BLOCK;
    d.width = (d.count + d.blocks - 1) / d.blocks;
    d.blocks = (d.count + d.width - 1) / d.width;
    return d;
}

// Cut along the sums, threads split nothing twice.
static bool cuts_sums(const kls_product_spec *s) {
    return s->batch == 1 && s->k >= 8 * SPLIT_CHUNK && s->m * s->n <= FEW_RESULTS;
}

// Measured: a product on the unit takes its multiplications, splitting, and some microseconds.
static bool pays(const kls_product_spec *s) {
    if (!s->may_split || !kls_split_available()) return false;
    const int64_t longer = s->m > s->n ? s->m : s->n, shorter = s->m > s->n ? s->n : s->m;
    const int64_t columns = split_rounded(s->n, SPLIT_SIDE), k = split_rounded(s->k, SPLIT_CHUNK);
    const double loops = 2.0 * (double)(s->m * columns * s->k) / SPLIT_LOOPS_RATE;
    // One part in place of three takes half of the products.
    const double unit = 2.0 * (double)(s->m * columns * k) / PRODUCT_RATE / (s->lhs_bytes ? 2 : 1);
    int64_t lines = longer + (cuts_sums(s) ? 1 : 2) * shorter;
    if (s->lhs_bytes) lines -= s->m * 2 / SPLIT_PARTS;
    return unit + (double)(lines * k) / FLOAT_RATE + BEGINNING < loops;
}

split_product *split_product_create(const kls_product_spec *spec, const epilogue *epilogue) {
    if (!pays(spec)) return NULL;
    split_product *p = calloc(1, sizeof *p);
    if (p == NULL) return NULL;
    const bool by_rows = spec->m >= spec->n, is_single = spec->batch == 1;
    p->spec = *spec;
    p->epilogue = epilogue;
    if (epilogue != NULL && epilogue_adds_row(epilogue, &p->row, &p->spec.out)) {
        p->epilogue = NULL;
        p->adds_row = true;
    }
    p->kept = side_of(spec, !by_rows);
    p->passing = side_of(spec, by_rows);
    p->chunks = (spec->k + SPLIT_CHUNK - 1) / SPLIT_CHUNK;
    const int64_t cores = kls_core_count(), most = cores < 2 ? 2 : least(cores, PARTS_MOST);
    p->along = cuts_sums(spec) ? 2 : 1;
    p->across = is_single ? least(most / p->along, p->passing.blocks) : 1;
    p->group = 1;
    p->slice = p->chunks;
    // Lines that lie apart are read side by side, not one after the other.
    const bool apart = p->passing.place != 1 && p->epilogue == NULL && p->chunks >= 8;
    if (p->along > 1 || spec->k > WHOLE_SUMS || apart) {
        p->group = (p->passing.blocks + p->across - 1) / p->across;
        p->slice = STAGE_PARTS / (p->group * p->passing.unit + p->kept.blocks * p->kept.unit);
        p->slice = p->slice < 2 ? 2 : least(p->slice, (p->chunks + p->along - 1) / p->along);
    }
    // Lines of memory are then read and written one behind the other, not in parts.
    p->whole_rows = by_rows && p->epilogue != NULL && !waits(p) && p->kept.blocks == 2;
    return p;
}

void split_product_destroy(split_product *product) { free(product); }

int64_t split_product_scratch(const split_product *p) {
    int64_t floats = waiting(p);
    if (p->epilogue != NULL) floats += sum_pieces(p) * p->epilogue->sum_count * p->spec.n;
    return packed_parts(p) * (int64_t)sizeof(split_part) + floats * (int64_t)sizeof(float);
}
