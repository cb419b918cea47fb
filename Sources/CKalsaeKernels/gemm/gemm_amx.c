// Pieces of a product share nothing. Each splits its sides in stages: while one stage is multiplied, the
// next is split.
#include "gemm_amx_plan.h"

#include <string.h>

#include "../isa/dispatch.h"
#include "kls_parallel.h"
#include "../threads/pieces.h"
#include "../amx/special_values.h"

_Static_assert(EPILOGUE_STREAMS <= SPLIT_ASKS, "all streams are asked for");

typedef struct {
    const split_product *product;
    void *const *buffers;
    split_part *packed;
    float *results, *sums;
} split_run;

// What a thread has while it makes a piece.
typedef struct {
    const split_run *run;
    int64_t matrix, along;
    int64_t first, end;              // passing blocks
    split_tile tile;
    split_feed kept_feed, passing_feed;
    bool saw_special;                // in what was split for the next stage
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
    bool is_special;                 // has values that tiles do not carry
    bool kept_is_special;            // or may have on the side that the next stages share
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
    return (int)(floats * 3 / 2 / 16 / (t->chunks * split_rounds(t))) + 1;
}

// For what the rows from `row` on take behind the product, while `floats` of each stream are made.
static void ask_for_streams(worker *w, int64_t row, int64_t rows, int64_t floats) {
    split_tile *const t = &w->tile;
    epilogue_stream streams[EPILOGUE_STREAMS];
    t->asked = 0;
    t->ask_count = epilogue_streams(&w->epilogue, row, streams);
    t->ask_pace = pace_of_asks(t, t->ask_count * floats);
    for (int i = 0; i < t->ask_count; i++)
        t->asks[i] = (split_ask){streams[i].at, streams[i].row, rows, streams[i].bytes, 0};
}

// A block of the result on tiles; on the vector units where a side has values that tiles do not carry.
static void multiply(
    worker *w, const stage *now, int64_t row, int64_t column, const split_part *lhs, float *out,
    int upper, int lower
) {
    if (!now->is_special) {
        kls_split_run(&w->tile, lhs, out, upper, lower);
        return;
    }
    const split_tile *t = &w->tile;
    const kls_product_spec *s = &w->run->product->spec;
    const int64_t from = now->chunk * SPLIT_CHUNK;
    const int64_t size = s->lhs_bytes ? 1 : sizeof(float);
    const char *left = w->run->buffers[s->lhs];
    const float *right = w->run->buffers[s->rhs];
    kls_vector_block(&(vector_block){
        .lhs = left + size * (w->matrix * s->lhs_matrix + row * s->lhs_row + from * s->lhs_column),
        .lhs_bytes = s->lhs_bytes, .lhs_row = s->lhs_row, .lhs_column = s->lhs_column,
        .rhs = right + w->matrix * s->rhs_matrix + from * s->rhs_row + column * s->rhs_column,
        .rhs_row = s->rhs_row, .rhs_column = s->rhs_column,
        .rows = upper + lower, .columns = t->columns,
        .depth = least(s->k - from, now->chunks * SPLIT_CHUNK),
        .out = out, .out_row = t->out_row, .adds = t->adds, .bias = t->above,
    });
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
        multiply(w, now, row, column, lhs, out, upper, lower);
        return;
    }
    e->column = column;
    e->columns = t->out_row = columns;
    t->out_below = SPLIT_SIDE * columns;
    e->most = rows * columns;
    e->adds_sums = !is_first;
    epilogue_prepare(e);
    ask_for_streams(w, from, rows, rows * columns);
    float *const block = epilogue_begin(e, from);
    kls_clear_special();
    multiply(w, now, row, column, lhs, block, upper, lower);
    w->saw_special |= !now->is_special && kls_saw_special();
    epilogue_finish(e, from, rows);
}

// All columns of a block's rows, and then what follows, some rows at a time.
static void run_whole_rows(worker *w, const stage *now, int64_t passing, bool is_first) {
    const split_product *p = w->run->product;
    const int64_t n = p->spec.n, rows = lines_of(&p->passing, passing);
    const int64_t from = w->matrix * p->spec.m + passing * p->passing.width;
    const split_part *lhs = now->passing + (passing - now->block) * p->slice * p->passing.unit;
    const int upper = rows < SPLIT_SIDE ? (int)rows : SPLIT_SIDE, lower = (int)rows - upper;
    _Alignas(64) float results[SPLIT_BLOCK * 2 * SPLIT_BLOCK];
    epilogue_worker *const e = &w->epilogue;
    split_tile *const t = &w->tile;
    const int64_t tall = EPILOGUE_BLOCK / n;
    if (is_first) {
        e->columns = n;
        e->most = tall * n;
        epilogue_prepare(e);
    }
    ask_for_streams(w, from, rows, rows * n / 2);
    t->out_row = n;
    t->out_below = SPLIT_SIDE * n;
    const int64_t row = passing * p->passing.width;
    kls_clear_special();
    for (int64_t i = 0; i < p->kept.blocks; i++) {
        const int64_t column = i * p->kept.width;
        t->rhs = now->kept + i * p->slice * p->kept.unit;
        t->columns = lines_of(&p->kept, i);
        multiply(w, now, row, column, lhs, results + column, upper, lower);
    }
    w->saw_special |= !now->is_special && kls_saw_special();
    for (int64_t first = 0; first < rows; first += tall) {
        const int64_t some = least(tall, rows - first);
        memcpy(
            epilogue_begin(e, from + first), results + first * n, (size_t)(some * n) * sizeof(float));
        epilogue_finish(e, from + first, some);
    }
}

static void run_stage(worker *w, const stage *now, int64_t number) {
    const split_product *p = w->run->product;
    const int64_t kept = p->kept.blocks;
    if (now->is_special) kls_count_fallback();
    w->tile.chunks = now->chunks;
    w->tile.adds = now->chunk != p->chunks * w->along / p->along;
    for (int64_t block = now->block; block < now->block + now->blocks; block++) {
        if (p->whole_rows) {
            run_whole_rows(w, now, block, block == w->first);
            continue;
        }
        // To and fro: the unit is set up anew for a last block that is smaller.
        for (int64_t i = 0; i < kept; i++)
            run_block(
                w, now, block, (block - now->block + number) % 2 ? kept - 1 - i : i,
                p->passing.is_left ? block == w->first : i == 0);
    }
}

// Vectors of a chunk of a block, or its tiles of bytes.
static int64_t steps_of(const side *d) { return d->size == 1 ? 2 : SPLIT_CHUNK + 4; }

// Steps that the next stage takes, over the rounds of products of this one.
static int64_t pace_of(const worker *w, const stage *now, const stage *next) {
    const split_product *p = w->run->product;
    const int64_t kept = next->chunk != now->chunk ? p->kept.blocks : 0;
    const int64_t steps =
        next->chunks * (next->blocks * steps_of(&p->passing) + kept * steps_of(&p->kept));
    const int64_t rounds = now->blocks * p->kept.blocks * now->chunks * split_rounds(&w->tile);
    return steps > rounds ? SPLIT_PACE : 1;
}

// Splits what is left of a stage, whose kept side is split anew or, as it was before, special or not.
static void finish_feeding(worker *w, stage *s, bool was_special) {
    kls_split_feed(w->tile.feed);
    const bool is_special = w->saw_special || kls_saw_special();
    w->saw_special = false;
    s->kept_is_special = s->block == w->first ? is_special : was_special;
    s->is_special = is_special || s->kept_is_special;
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
    kls_clear_special();
    feed_stage(&w, &now);
    finish_feeding(&w, &now, false);
    for (int64_t number = 0; now.chunks > 0; number++) {
        stage next = stage_at(&w, room, number + 1);
        feed_stage(&w, &next);
        w.tile.pace = pace_of(&w, &now, &next);
        kls_clear_special();
        run_stage(&w, &now, number);
        // What follows blocks, and the vector units' products, leave flags of their own.
        if (now.is_special || (p->epilogue != NULL && !waits(p))) kls_clear_special();
        finish_feeding(&w, &next, now.kept_is_special);
        now = next;
    }
    kls_split_rest();
}

static void run_pieces(int64_t begin, int64_t end, void *context) {
    for (int64_t piece = begin; piece < end; piece++) run_piece(context, piece);
}

KLS_DISPATCH(static, void, add_lines,
    (float *to, const float *a, const float *b, int64_t count), (to, a, b, count)) {
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
