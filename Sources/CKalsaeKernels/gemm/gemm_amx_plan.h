// How a product is cut for the matrix unit: what planning and running it share.
#ifndef KLS_GEMM_GEMM_AMX_PLAN_H
#define KLS_GEMM_GEMM_AMX_PLAN_H

#include <stddef.h>

#include "gemm_amx.h"

enum {
    FINAL_PIECES = 2,
    SPLIT_ROOM = 1 << 19,            // parts from one piece's to the other's
};

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
    bool whole_rows;                 // what follows works on all columns of some rows
};

static inline int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

static inline int64_t lines_of(const side *d, int64_t block) {
    return least(d->count - block * d->width, d->width);
}

static inline bool in_slices(const split_product *p) { return p->slice * p->along < p->chunks; }

// Whether results wait in scratch memory until all of their sums are there.
static inline bool waits(const split_product *p) {
    return p->along > 1 || (p->epilogue != NULL && in_slices(p));
}

// Parts of a stage's kept and passing blocks.
static inline int64_t kept_parts(const split_product *p) {
    return p->kept.blocks * p->slice * p->kept.unit;
}
static inline int64_t stage_parts(const split_product *p) {
    return p->group * p->slice * p->passing.unit;
}

static inline int64_t piece_parts(const split_product *p) {
    return (in_slices(p) ? 2 : 1) * kept_parts(p) + 2 * stage_parts(p);
}

static inline int64_t piece_count(const split_product *p) {
    return p->spec.batch * p->across * p->along;
}

// Where two threads share the work, always in the same place, which then lies in a core's own cache.
static inline int64_t piece_room(const split_product *p) {
    const int64_t parts = piece_parts(p);
    return piece_count(p) == 2 && parts < SPLIT_ROOM ? SPLIT_ROOM : parts;
}

static inline int64_t packed_parts(const split_product *p) {
    return (piece_count(p) - 1) * piece_room(p) + piece_parts(p);
}

// The first of the cuts has its place in the result if nothing follows.
static inline int64_t waiting(const split_product *p) {
    if (!waits(p)) return 0;
    return (p->along - (p->epilogue == NULL)) * p->spec.m * p->spec.n;
}

// Pieces of which each has sums of its own.
static inline int64_t sum_pieces(const split_product *p) {
    if (waits(p)) return FINAL_PIECES;
    return p->spec.batch * (p->passing.is_left ? p->across : 1);
}

#endif
