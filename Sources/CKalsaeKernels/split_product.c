// Pieces of a product share nothing. Each splits its sides in stages: while one stage is multiplied, the
// next is split.
#include "split_product.h"

#include <stdlib.h>
#include <string.h>

#include "clones.h"
#include "include/kls_parallel.h"
#include "pieces.h"

enum {
    PARTS_MOST = 16,
    WHOLE_SUMS = 1024,               // whose blocks stay in the second cache
    STAGE_PARTS = 192 * 1024,        // of both sides in a stage of shorter sums
    FEW_RESULTS = 1 << 15,           // which cost less to add than sides cost to split twice
    FINAL_PIECES = 2,
    ROOM = 1 << 19,                  // parts from one piece's to the other's
};

// Operations and floats in a nanosecond, and nanoseconds.
#define PRODUCT_RATE 400.0
#define FLOAT_RATE 4.0
#define BEGINNING 20000.0

_Static_assert(EPILOGUE_STREAMS <= SPLIT_ASKS, "all streams are asked for");

// Rows of the left side or columns of the right one.
typedef struct {
    int32_t buffer;
    int64_t count, blocks, width;    // lines, and of a block
    int64_t matrix, line, place;     // distances
    int64_t size, unit;              // bytes of an element, and parts of a chunk of a block
    bool is_left;
} side;

struct split_product {
    kls_product_spec spec;
    const epilogue *epilogue;        // unless all it does is to add a row
    bool adds_row;
    kls_load row;
    side kept, passing;
    int64_t chunks;
    int64_t across, along;           // pieces of a matrix: of the passing side, and 1 or 2 of the sums
    int64_t group, slice;            // a stage: passing blocks, and chunks of their sums
};

typedef struct {
    const split_product *product;
    void *const *buffers;
    split_part *packed;
    float *results, *sums;
} split_run;

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

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

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
    return p;
}

void split_product_destroy(split_product *product) { free(product); }

static bool in_slices(const split_product *p) { return p->slice * p->along < p->chunks; }

// Whether results wait in scratch memory until all of their sums are there.
static bool waits(const split_product *p) {
    return p->along > 1 || (p->epilogue != NULL && in_slices(p));
}

// Parts of a stage's kept and passing blocks.
static int64_t kept_parts(const split_product *p) {
    return p->kept.blocks * p->slice * p->kept.unit;
}
static int64_t stage_parts(const split_product *p) { return p->group * p->slice * p->passing.unit; }

static int64_t piece_parts(const split_product *p) {
    return (in_slices(p) ? 2 : 1) * kept_parts(p) + 2 * stage_parts(p);
}

static int64_t piece_count(const split_product *p) {
    return p->spec.batch * p->across * p->along;
}

// Where two threads share the work, always in the same place, which then lies in a core's own cache.
static int64_t piece_room(const split_product *p) {
    const int64_t parts = piece_parts(p);
    return piece_count(p) == 2 && parts < ROOM ? ROOM : parts;
}

static int64_t packed_parts(const split_product *p) {
    return (piece_count(p) - 1) * piece_room(p) + piece_parts(p);
}

// The first of the cuts has its place in the result if nothing follows.
static int64_t waiting(const split_product *p) {
    if (!waits(p)) return 0;
    return (p->along - (p->epilogue == NULL)) * p->spec.m * p->spec.n;
}

// Pieces of which each has sums of its own.
static int64_t sum_pieces(const split_product *p) {
    if (waits(p)) return FINAL_PIECES;
    return p->spec.batch * (p->passing.is_left ? p->across : 1);
}

int64_t split_product_scratch(const split_product *p) {
    int64_t floats = waiting(p);
    if (p->epilogue != NULL) floats += sum_pieces(p) * p->epilogue->sum_count * p->spec.n;
    return packed_parts(p) * (int64_t)sizeof(split_part) + floats * (int64_t)sizeof(float);
}

static int64_t lines_of(const side *d, int64_t block) {
    return least(d->count - block * d->width, d->width);
}

// What a thread has while it makes a piece.
typedef struct {
    const split_run *run;
    int64_t matrix, along;
    int64_t first, end;              // passing blocks
    split_tile tile;
    split_feed kept_feed, passing_feed;
    epilogue_worker epilogue;
} worker;

static void feed_blocks(
    worker *w, split_feed *f, const side *d, int64_t block, int64_t blocks, int64_t chunk,
    int64_t chunks, split_part *to
) {
    const split_product *p = w->run->product;
    const char *from = w->run->buffers[d->buffer];
    from += d->size
        * (w->matrix * d->matrix + block * d->width * d->line + chunk * SPLIT_CHUNK * d->place);
    // What comes behind lies beside it, or below.
    const bool is_sliced = blocks > 1 && d->place != 1;
    *f = (split_feed){
        .from = from, .size = d->size, .line = d->line, .place = d->place, .width = d->width,
        .lines = least(d->count - block * d->width, blocks * d->width),
        .depth = p->spec.k - chunk * SPLIT_CHUNK,
        .ahead = is_sliced ? SPLIT_CHUNK * d->place : d->width * d->line,
        .is_left = d->is_left, .to = to, .chunks = chunks, .unit = d->unit,
        .block_parts = p->slice * d->unit,
        .left = blocks * chunks,
    };
    if (f->left > 0) kls_split_begin(f);
}

// A stage that is ready, or will be.
typedef struct {
    int64_t block, blocks, chunk, chunks;
    split_part *kept, *passing;
} stage;

static stage stage_at(const worker *w, split_part *room, int64_t number) {
    const split_product *p = w->run->product;
    const int64_t groups = (w->end - w->first + p->group - 1) / p->group;
    const int64_t slice = number / groups, group = number % groups;
    const int64_t from = p->chunks * w->along / p->along, to = p->chunks * (w->along + 1) / p->along;
    stage s = {.block = w->first + group * p->group, .chunk = from + slice * p->slice};
    s.blocks = least(p->group, w->end - s.block);
    s.chunks = least(p->slice, to - s.chunk);
    s.kept = room + 2 * stage_parts(p) + (in_slices(p) ? slice % 2 * kept_parts(p) : 0);
    s.passing = room + number % 2 * stage_parts(p);
    if (s.chunks < 0) s.chunks = 0;
    return s;
}

static void feed_stage(worker *w, const stage *s) {
    const split_product *p = w->run->product;
    feed_blocks(
        w, &w->passing_feed, &p->passing, s->block, s->blocks, s->chunk, s->chunks, s->passing);
    w->kept_feed.left = 0;
    if (s->block == w->first)
        feed_blocks(
            w, &w->kept_feed, &p->kept, 0, p->kept.blocks, s->chunk, s->chunks, s->kept);
    w->kept_feed.next = &w->passing_feed;
    w->tile.feed = &w->kept_feed;
}

// Cache lines that a round asks for, so that all are asked for before the block's end.
static int pace_of_asks(const split_tile *t, int64_t floats) {
    return (int)(floats * 3 / 2 / 16 / (t->chunks * SPLIT_ROUNDS)) + 1;
}

// A block of the result and what follows it. `is_first` says of its columns that no rows were made
// before.
static void run_block(
    worker *w, const stage *now, int64_t passing, int64_t kept, bool is_first
) {
    const split_product *p = w->run->product;
    const kls_product_spec *s = &p->spec;
    const bool by_rows = p->passing.is_left;
    const side *left = by_rows ? &p->passing : &p->kept, *right = by_rows ? &p->kept : &p->passing;
    const int64_t above = by_rows ? passing : kept, beside = by_rows ? kept : passing;
    const int64_t row = above * left->width, column = beside * right->width;
    const int64_t rows = lines_of(left, above), columns = lines_of(right, beside);
    const split_part *fixed = now->kept + kept * p->slice * p->kept.unit;
    const split_part *other = now->passing + (passing - now->block) * p->slice * p->passing.unit;
    const split_part *lhs = by_rows ? other : fixed;
    const int upper = rows < SPLIT_SIDE ? (int)rows : SPLIT_SIDE, lower = (int)rows - upper;
    split_tile *t = &w->tile;
    t->rhs = by_rows ? fixed : other;
    t->columns = columns;
    const int64_t from = w->matrix * s->m + row;
    epilogue_worker *e = &w->epilogue;
    if (waits(p) || e->plan == NULL) {
        float *out = w->run->results + w->along * s->m * s->n;
        if (p->epilogue == NULL)
            out = w->along == 0 ? w->run->buffers[s->out] : out - s->m * s->n;
        out += from * s->n + column;
        t->above = NULL;
        if (p->adds_row && w->along == 0)
            t->above = (const float *)w->run->buffers[p->row.buffer] + p->row.offset + column;
        t->out_row = s->n;
        t->out_below = SPLIT_SIDE * s->n;
        t->asked = 0;
        t->ask_count = !t->adds;
        t->ask_pace = pace_of_asks(t, rows * columns);
        t->asks[0] = (split_ask){(const char *)out, s->n * 4, rows, columns * 4, 0};
        kls_split_run(t, lhs, out, upper, lower);
        return;
    }
    e->column = column;
    e->columns = t->out_row = columns;
    t->out_below = SPLIT_SIDE * columns;
    e->most = rows * columns;
    e->adds_sums = !is_first;
    epilogue_prepare(e);
    epilogue_stream streams[EPILOGUE_STREAMS];
    t->asked = 0;
    t->ask_count = epilogue_streams(e, from, streams);
    t->ask_pace = pace_of_asks(t, t->ask_count * rows * columns);
    for (int i = 0; i < t->ask_count; i++)
        t->asks[i] = (split_ask){streams[i].at, streams[i].row, rows, streams[i].bytes, 0};
    kls_split_run(t, lhs, epilogue_begin(e, from), upper, lower);
    epilogue_finish(e, from, rows);
}

static void run_stage(worker *w, const stage *now, int64_t number) {
    const split_product *p = w->run->product;
    const int64_t kept = p->kept.blocks;
    w->tile.chunks = now->chunks;
    w->tile.adds = now->chunk != p->chunks * w->along / p->along;
    for (int64_t block = now->block; block < now->block + now->blocks; block++)
        // To and fro: the unit is set up anew for a last block that is smaller.
        for (int64_t i = 0; i < kept; i++)
            run_block(
                w, now, block, (block - now->block + number) % 2 ? kept - 1 - i : i,
                p->passing.is_left ? block == w->first : i == 0);
}

// Vectors that the next stage takes, over the rounds of products of this one.
static int64_t pace_of(const split_product *p, const stage *now, const stage *next) {
    const int64_t kept = next->chunk != now->chunk ? p->kept.blocks : 0;
    const int64_t vectors = (next->blocks + kept) * next->chunks * (SPLIT_CHUNK + 4);
    const int64_t rounds = now->blocks * p->kept.blocks * now->chunks * SPLIT_ROUNDS;
    return vectors > rounds ? SPLIT_PACE : 1;
}

static void run_piece(const split_run *run, int64_t piece) {
    const split_product *p = run->product;
    const int64_t part = piece / p->along % p->across, start = 0;
    const int64_t matrix = piece / p->along / p->across;
    _Alignas(64) char file[EPILOGUE_FILE];
    worker w = {
        .run = run, .matrix = matrix, .along = piece % p->along,
        .first = p->passing.blocks * part / p->across,
        .end = p->passing.blocks * (part + 1) / p->across,
        .tile = {
            .rhs_tile = SPLIT_TILE, .rhs_part = 2 * SPLIT_TILE, .rhs_chunk = SPLIT_UNIT,
            .lhs_row = SPLIT_CHUNK, .lhs_part = 2 * SPLIT_TILE, .lhs_below = SPLIT_TILE,
            .lhs_chunk = p->spec.lhs_bytes ? SPLIT_BYTES_UNIT : SPLIT_UNIT,
            .one_part = p->spec.lhs_bytes, .segments = 1, .starts = &start,
        },
        .epilogue = {.plan = p->epilogue, .buffers = run->buffers, .file = file, .whole = true},
    };
    if (p->epilogue != NULL) {
        const int64_t sums = p->passing.is_left ? matrix * p->across + part : matrix;
        w.epilogue.sums = run->sums + sums * p->epilogue->sum_count * p->spec.n;
    }
    split_part *room = run->packed + piece * piece_room(p);
    stage now = stage_at(&w, room, 0);
    feed_stage(&w, &now);
    kls_split_feed(w.tile.feed);
    for (int64_t number = 0; now.chunks > 0; number++) {
        const stage next = stage_at(&w, room, number + 1);
        feed_stage(&w, &next);
        w.tile.pace = pace_of(p, &now, &next);
        run_stage(&w, &now, number);
        kls_split_feed(w.tile.feed);
        now = next;
    }
    kls_split_rest();
}

static void run_pieces(int64_t begin, int64_t end, void *context) {
    for (int64_t piece = begin; piece < end; piece++) run_piece(context, piece);
}

KLS_CLONES static void add_lines(float *to, const float *a, const float *b, int64_t count) {
    for (int64_t i = 0; i < count; i++) to[i] = a[i] + b[i];
}

// Rows whose sums are all there: the cuts are added, always in the same order.
static void finish_rows(int64_t begin, int64_t end, void *context) {
    const split_run *run = context;
    const split_product *p = run->product;
    const int64_t n = p->spec.n;
    _Alignas(64) char file[EPILOGUE_FILE];
    for (int64_t piece = begin; piece < end; piece++) {
        const int64_t first = p->spec.m * piece / FINAL_PIECES;
        const int64_t last = p->spec.m * (piece + 1) / FINAL_PIECES;
        if (p->epilogue == NULL) {
            float *out = (float *)run->buffers[p->spec.out] + first * n;
            add_lines(out, out, run->results + first * n, (last - first) * n);
            continue;
        }
        const int64_t panels = (n + EPILOGUE_BLOCK - 1) / EPILOGUE_BLOCK;
        for (int64_t panel = 0; panel < panels; panel++) {
            const int64_t column = n * panel / panels, columns = n * (panel + 1) / panels - column;
            const int64_t tall = EPILOGUE_BLOCK / columns;
            epilogue_worker w = {
                .plan = p->epilogue, .buffers = run->buffers, .file = file, .whole = true,
                .column = column, .columns = columns, .most = tall * columns,
                .sums = run->sums + piece * p->epilogue->sum_count * n,
            };
            epilogue_prepare(&w);
            for (int64_t row = first; row < last; row += tall) {
                const int64_t rows = least(tall, last - row);
                float *block = epilogue_begin(&w, row);
                for (int64_t r = 0; r < rows; r++) {
                    const float *from = run->results + (row + r) * n + column;
                    float *to = block + r * columns;
                    if (p->along == 1) memcpy(to, from, (size_t)columns * sizeof *to);
                    else add_lines(to, from, from + p->spec.m * n, columns);
                }
                epilogue_finish(&w, row, rows);
            }
        }
    }
}

void split_product_run(
    const split_product *p, void *const *buffers, void *scratch, bool parallel
) {
    split_part *packed = scratch;
    float *results = (float *)(packed + packed_parts(p));
    split_run run = {p, buffers, packed, results, results + waiting(p)};
    const int threads = parallel ? kls_most_threads() : 1;
    kls_parallel_for(piece_count(p), run_pieces, &run, threads);
    if (waits(p)) kls_parallel_for(FINAL_PIECES, finish_rows, &run, threads);
    if (p->epilogue != NULL) epilogue_add_sums(p->epilogue, buffers, run.sums, sum_pieces(p));
}
