// The matrix unit: whether there is one, and the block that it multiplies.
#include "tile.h"

#include "kls_isa.h"
#include "limbs.h"

bool kls_split_available(void) { return kls_isa_level() == KLS_ISA_AMX; }

#if SPLIT_HAS_UNIT
TARGET static void release(void) { _tile_release(); }

void kls_split_rest(void) {
    if (kls_split_available()) release();
}

// Tiles 0 to 3 are the result, two by two; 4 and 5 the left side's rows, 6 and 7 the right side's
// columns.
TARGET static void set_up(int upper, int lower, int columns) {
    const int left = columns < SPLIT_SIDE ? columns : SPLIT_SIDE, right = columns - left;
    tile_shapes s = {.palette = 1};
    for (int i = 0; i < 4; i++) {
        s.rows[i] = (uint8_t)(i < 2 ? upper : lower);
        s.bytes[i] = (uint16_t)((i % 2 ? right : left) * 4);
        if (s.rows[i] == 0 || s.bytes[i] == 0) s.rows[i] = s.bytes[i] = 0;
    }
    s.rows[4] = (uint8_t)upper;
    s.rows[5] = (uint8_t)lower;
    s.bytes[4] = 2 * SPLIT_CHUNK;
    s.bytes[5] = lower ? 2 * SPLIT_CHUNK : 0;
    s.rows[6] = SPLIT_SIDE;
    s.rows[7] = right ? SPLIT_SIDE : 0;
    s.bytes[6] = (uint16_t)(left * 4);
    s.bytes[7] = (uint16_t)(right * 4);
    _tile_loadconfig(&s);
}

enum { HIGH, MIDDLE, LOW };

// What other units of the processor do in the middle of a round: more at a time would not overlap.
INLINE void meanwhile(split_tile *t) {
    split_feed *const f = t->feed;
    if (f->left > 0) {
        feed_next(f);
        if (t->pace > 1 && f->left > 0) feed_next(f);
    } else if (f->next != NULL) {
        t->feed = f->next;
    }
    for (int i = 0; i < t->ask_pace && t->asked < t->ask_count; i++) {
        split_ask *const ask = &t->asks[t->asked];
        __builtin_prefetch(ask->at + ask->done, 1, 3);
        ask->done += 64;
        if (ask->done < ask->bytes) continue;
        ask->done = 0;
        ask->at += ask->row;
        if (--ask->rows == 0) t->asked++;
    }
}

// Products of parts from small to large, a change of one side at a time.
INLINE void block(
    split_tile *t, const split_part *lhs, float *out, const bool two_rows,
    const bool two_columns, const bool feeds, const bool one_part
) {
    const int64_t row = t->lhs_row * 2, out_row = t->out_row * 4;
    const int64_t below = t->lhs_below;
    float *const under = out + t->out_below;
#define EACH(X)                                                                           \
    X(0, out) if (two_columns) X(1, out + SPLIT_SIDE) if (two_rows) X(2, under)           \
    if (two_rows && two_columns) X(3, under + SPLIT_SIDE)
#define CLEAR(tile, at) _tile_zero(tile);
#define FETCH(tile, at) _tile_loadd(tile, at, out_row);
#define REPEAT(tile, at) _tile_loadd(tile, t->above + tile % 2 * SPLIT_SIDE, 0);
#define STORE(tile, at) _tile_stored(tile, at, out_row);
#define LEFT(part)                                                                        \
    _tile_loadd(4, a + (part) * t->lhs_part, row);                                        \
    if (two_rows) _tile_loadd(5, a + (part) * t->lhs_part + below, row);
#define RIGHT(part)                                                                       \
    _tile_loadd(6, b + (part) * t->rhs_part, 64);                                         \
    if (two_columns) _tile_loadd(7, b + (part) * t->rhs_part + t->rhs_tile, 64);
#define ADD                                                                               \
    _tile_dpbf16ps(0, 4, 6);                                                              \
    if (two_columns) _tile_dpbf16ps(1, 4, 7);                                             \
    if (feeds) meanwhile(t);                                                              \
    if (two_rows) _tile_dpbf16ps(2, 5, 6);                                                \
    if (two_rows && two_columns) _tile_dpbf16ps(3, 5, 7);
    if (t->adds) { EACH(FETCH) }
    else if (t->above != NULL) { EACH(REPEAT) }
    else { EACH(CLEAR) }
    const split_part *b = t->rhs;
    for (int64_t s = 0; s < t->segments; s++) {
        const split_part *a = lhs + t->starts[s];
        for (int64_t c = 0; c < t->chunks; c++) {
            if (one_part) {
                LEFT(HIGH) RIGHT(LOW) ADD
                RIGHT(MIDDLE) ADD
            } else {
                LEFT(LOW) RIGHT(HIGH) ADD
                LEFT(MIDDLE) ADD
                RIGHT(MIDDLE) ADD
                LEFT(HIGH) ADD
                RIGHT(LOW) ADD
            }
            RIGHT(HIGH) ADD
            a += t->lhs_chunk;
            b += t->rhs_chunk;
        }
    }
    EACH(STORE)
}

TARGET void kls_split_run(
    split_tile *t, const split_part *lhs, float *out, int upper, int lower
) {
    const int columns = (int)t->columns, shape = (upper * 32 + lower) * 64 + columns;
    if (t->shape != shape) {
        set_up(upper, lower, columns);
        t->shape = shape;
    }
    const bool two_rows = lower > 0, two_columns = columns > SPLIT_SIDE;
    const bool whole = two_rows && two_columns, feeds = whole && t->feed != NULL;
    // Each with what it may leave out known to the compiler, but for few bytes.
    if (t->one_part && feeds) block(t, lhs, out, true, true, true, true);
    else if (t->one_part) block(t, lhs, out, two_rows, two_columns, false, true);
    else if (feeds) block(t, lhs, out, true, true, true, false);
    else if (whole) block(t, lhs, out, true, true, false, false);
    else if (two_rows) block(t, lhs, out, true, false, false, false);
    else if (two_columns) block(t, lhs, out, false, true, false, false);
    else block(t, lhs, out, false, false, false, false);
}

#else
void kls_split_rest(void) {}
void kls_split_run(
    split_tile *t, const split_part *lhs, float *out, int upper, int lower
) {}
#endif
