// Pieces of a product share nothing: each splits one side as a whole and the other block by block, so
// that a core reads only what it wrote itself.
#include "split_product.h"

#include <stdlib.h>

#include "include/kls_parallel.h"
#include "pieces.h"

enum {
    LONGEST = 1024,                  // of sums whose blocks stay in the second cache
    PARTS_MOST = 16,
    SLICE = 4,                       // chunks of both sides that the first cache holds
};

// Rows of the left side or columns of the right one.
typedef struct {
    int32_t buffer;
    int64_t count, blocks, width;    // lines, and of a block
    int64_t matrix, line, place;     // distances
    bool is_left;
} side;

struct split_product {
    kls_product_spec spec;
    const epilogue *epilogue;
    side kept, passing;
    int64_t chunks, parts;           // parts are cut from the passing side
    int64_t slice;                   // chunks whose products are added at a time
};

typedef struct {
    const split_product *product;
    void *const *buffers;
    split_part *packed;
    float *sums;
} split_run;

static side side_of(const kls_product_spec *s, bool is_left) {
    side d = is_left ? (side){s->lhs, s->m, 0, 0, s->lhs_matrix, s->lhs_row, s->lhs_column, true}
                     : (side){s->rhs, s->n, 0, 0, s->rhs_matrix, s->rhs_column, s->rhs_row, false};
    d.blocks = (d.count + SPLIT_BLOCK - 1) / SPLIT_BLOCK;
    d.width = (d.count + d.blocks - 1) / d.blocks;
    d.blocks = (d.count + d.width - 1) / d.width;
    return d;
}

static bool pays(const kls_product_spec *s) {
    if (!s->may_split || s->k > LONGEST || !kls_split_available()) return false;
    const int64_t longer = s->m > s->n ? s->m : s->n, shorter = s->m > s->n ? s->n : s->m;
    const double loops =
        2.0 * (double)(s->m * split_rounded(s->n, SPLIT_SIDE) * s->k) / SPLIT_LOOPS_RATE;
    const int64_t k = split_rounded(s->k, SPLIT_CHUNK);
    const double unit = 2.0 * (double)(s->m * split_rounded(s->n, SPLIT_SIDE) * k) / SPLIT_UNIT_RATE;
    // The shorter side is split by every thread.
    return unit + (double)((longer + 2 * shorter) * k) / SPLIT_FLOAT_RATE < loops;
}

split_product *split_product_create(const kls_product_spec *spec, const epilogue *epilogue) {
    if (!pays(spec)) return NULL;
    split_product *p = calloc(1, sizeof *p);
    if (p == NULL) return NULL;
    const bool by_rows = spec->m >= spec->n;
    p->spec = *spec;
    p->epilogue = epilogue;
    p->kept = side_of(spec, !by_rows);
    p->passing = side_of(spec, by_rows);
    p->chunks = (spec->k + SPLIT_CHUNK - 1) / SPLIT_CHUNK;
    p->slice = epilogue == NULL && p->chunks > SLICE ? SLICE : p->chunks;
    const int64_t cores = kls_core_count();
    p->parts = cores < 2 ? 2 : cores < PARTS_MOST ? cores : PARTS_MOST;
    if (spec->batch > 1) p->parts = 1;
    if (p->parts > p->passing.blocks) p->parts = p->passing.blocks;
    return p;
}

void split_product_destroy(split_product *product) { free(product); }

static int64_t piece_parts(const split_product *p) {
    return (p->kept.blocks + 1) * p->chunks * SPLIT_UNIT;
}

static int64_t packed_parts(const split_product *p) {
    return p->spec.batch * p->parts * piece_parts(p);
}

// Pieces of which each has sums of its own.
static int64_t sum_pieces(const split_product *p) {
    return p->spec.batch * (p->passing.is_left ? p->parts : 1);
}

int64_t split_product_scratch(const split_product *p) {
    int64_t bytes = packed_parts(p) * (int64_t)sizeof(split_part);
    if (p->epilogue != NULL)
        bytes += sum_pieces(p) * p->epilogue->sum_count * p->spec.n * (int64_t)sizeof(float);
    return bytes;
}

static int64_t lines_of(const side *d, int64_t block) {
    const int64_t left = d->count - block * d->width;
    return left < d->width ? left : d->width;
}

static int64_t unit_of(int64_t lines) { return lines > SPLIT_SIDE ? SPLIT_UNIT : SPLIT_UNIT / 2; }

// What a thread has while it makes a piece.
typedef struct {
    const split_run *run;
    split_part *kept, *passing;
    split_tile tile;
    epilogue_worker epilogue;
    int64_t matrix;
} worker;

static void pack_chunk(
    const worker *w, const side *d, int64_t block, int64_t chunk, split_part *to
) {
    const int64_t lines = lines_of(d, block), at = chunk * SPLIT_CHUNK;
    const int64_t left = w->run->product->spec.k - at;
    const int64_t depth = left < SPLIT_CHUNK ? left : SPLIT_CHUNK;
    const float *from = w->run->buffers[d->buffer];
    from += w->matrix * d->matrix + block * d->width * d->line + at * d->place;
    if (d->is_left) kls_split_rows(from, d->line, d->place, lines, depth, to + chunk * SPLIT_UNIT);
    else kls_split_columns(from, d->place, d->line, depth, lines, to + chunk * unit_of(lines));
}

// A block of the result, or a slice of its sums, and what follows it. `is_first` says of its columns
// that no rows were made before.
static void run_block(worker *w, int64_t passing, int64_t kept, int64_t chunk, bool is_first) {
    const split_product *p = w->run->product;
    const kls_product_spec *s = &p->spec;
    const bool by_rows = p->passing.is_left;
    const side *left = by_rows ? &p->passing : &p->kept, *right = by_rows ? &p->kept : &p->passing;
    const int64_t above = by_rows ? passing : kept, beside = by_rows ? kept : passing;
    const int64_t row = above * left->width, column = beside * right->width;
    const int64_t rows = lines_of(left, above), columns = lines_of(right, beside);
    const split_part *fixed = w->kept + kept * p->chunks * SPLIT_UNIT;
    const split_part *lhs = (by_rows ? w->passing : fixed) + chunk * SPLIT_UNIT;
    const int upper = rows < SPLIT_SIDE ? (int)rows : SPLIT_SIDE, lower = (int)rows - upper;
    split_tile *t = &w->tile;
    t->rhs = (by_rows ? fixed : w->passing) + chunk * unit_of(columns);
    kls_split_place(t, columns);
    const int64_t from = w->matrix * s->m + row;
    epilogue_worker *e = &w->epilogue;
    if (e->plan == NULL) {
        float *out = w->run->buffers[s->out];
        t->out_row = s->n;
        t->out_below = SPLIT_SIDE * s->n;
        kls_split_run(t, lhs, out + from * s->n + column, upper, lower);
        return;
    }
    e->column = column;
    e->columns = t->out_row = columns;
    t->out_below = SPLIT_SIDE * columns;
    e->most = rows * columns;
    e->adds_sums = !is_first;
    epilogue_prepare(e);
    kls_split_run(t, lhs, epilogue_begin(e, from), upper, lower);
    epilogue_finish(e, from, rows);
}

static void run_piece(const split_run *run, int64_t piece) {
    const split_product *p = run->product;
    const int64_t part = piece % p->parts, start = 0;
    const side *kept = &p->kept, *passing = &p->passing;
    const int64_t first = passing->blocks * part / p->parts;
    const int64_t end = passing->blocks * (part + 1) / p->parts;
    _Alignas(64) char file[EPILOGUE_FILE];
    worker w = {
        .run = run,
        .kept = run->packed + piece * piece_parts(p),
        .matrix = piece / p->parts,
        .tile = {
            .lhs_row = SPLIT_CHUNK, .lhs_chunk = SPLIT_UNIT, .lhs_part = 2 * SPLIT_TILE,
            .lhs_below = SPLIT_TILE, .segments = 1, .starts = &start,
        },
        .epilogue = {.plan = p->epilogue, .buffers = run->buffers, .file = file, .whole = true},
    };
    w.passing = w.kept + kept->blocks * p->chunks * SPLIT_UNIT;
    if (p->epilogue != NULL) {
        const int64_t sums = passing->is_left ? piece : w.matrix;
        w.epilogue.sums = run->sums + sums * p->epilogue->sum_count * p->spec.n;
    }
    for (int64_t chunk = 0; chunk < p->chunks; chunk++)
        for (int64_t block = 0; block < kept->blocks; block++)
            pack_chunk(&w, kept, block, chunk, w.kept + block * p->chunks * SPLIT_UNIT);
    int64_t round = 0;
    for (int64_t block = first; block < end; block++)
        for (int64_t chunk = 0; chunk < p->chunks; chunk += p->slice, round++) {
            const int64_t left = p->chunks - chunk;
            w.tile.chunks = left < p->slice ? left : p->slice;
            w.tile.adds = chunk > 0;
            for (int64_t i = chunk; i < chunk + w.tile.chunks; i++)
                pack_chunk(&w, passing, block, i, w.passing);
            // To and fro: the unit is set up anew for a last block that is smaller.
            for (int64_t i = 0; i < kept->blocks; i++)
                run_block(
                    &w, block, round % 2 ? kept->blocks - 1 - i : i, chunk,
                    passing->is_left ? block == first : i == 0);
        }
    kls_split_rest();
}

static void run_pieces(int64_t begin, int64_t end, void *context) {
    for (int64_t piece = begin; piece < end; piece++) run_piece(context, piece);
}

void split_product_run(
    const split_product *p, void *const *buffers, void *scratch, bool parallel
) {
    split_part *packed = scratch;
    split_run run = {p, buffers, packed, (float *)(packed + packed_parts(p))};
    kls_parallel_for(
        p->spec.batch * p->parts, run_pieces, &run, parallel ? kls_most_threads() : 1);
    if (p->epilogue != NULL) epilogue_add_sums(p->epilogue, buffers, run.sums, sum_pieces(p));
}
