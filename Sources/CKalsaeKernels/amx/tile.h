// Float32 products on a matrix unit for bfloat16. A float is split into three bfloat16 numbers that
// add up to it, and a product of two floats is the sum of the six products of parts that matter:
// as exact as multiply-adds of floats, and on such a unit several times as fast.
#ifndef KLS_AMX_TILE_H
#define KLS_AMX_TILE_H

#include <stdbool.h>
#include <stdint.h>

typedef uint16_t split_part;         // the bits of a bfloat16

// Measured: billions of operations, and of floats that are split, that a core does in a second of a
// convolution; and of operations that loops over floats do.
#define SPLIT_UNIT_RATE 300.0
#define SPLIT_FLOAT_RATE 2.5
#define SPLIT_LOOPS_RATE 128.0

enum {
    SPLIT_PARTS = 3,
    SPLIT_CHUNK = 32,                // places of a sum that one instruction adds
    SPLIT_SIDE = 16,                 // rows, or columns, of a tile at most
    SPLIT_BLOCK = 2 * SPLIT_SIDE,    // of what kls_split_run makes at once
    SPLIT_TILE = SPLIT_SIDE * SPLIT_CHUNK,
    SPLIT_PACE = 2,                  // vectors that are split in a round of products, at most
    SPLIT_ASKS = 4,
};

// Blocks of lines of a side that are split, a vector or two at a time, into whole units: a block's
// chunks lie one behind the other. Bytes, of a left side only, make units of one part, a tile at a
// time.
typedef struct split_feed {
    const char *from;
    int64_t size;                    // of an element: 4, or 1 for a byte
    int64_t line, place;             // distances, of which one is 1
    int64_t lines, width, depth;     // lines in all and of a block
    int64_t ahead;                   // to what is to be asked for
    bool is_left;
    split_part *to;
    int64_t chunks, block_parts;     // of each block
    int64_t unit;                    // parts of a chunk
    struct split_feed *next;         // what comes behind it
    // Where it goes on: chunks of blocks that are left, and which half of SPLIT_SIDE lines of which.
    int64_t left, block, chunk, half;
    int64_t at, end, step;           // vectors of the half, and bytes from one to the next
    int64_t used;                    // lines, or places, of which there are numbers
    const char *source;
    split_part *target;
    uint16_t low, high;
    _Alignas(64) float turned[SPLIT_CHUNK * SPLIT_SIDE];
} split_feed;

// Lines of memory to be asked for.
typedef struct {
    const char *at;
    int64_t row, rows;               // from line to line, and lines that are left
    int64_t bytes, done;             // of a line
} split_ask;

// One block of a result. The sums run over segments of `chunks` chunks; in each, lhs begins at its
// own start, while rhs goes on.
typedef struct {
    const split_part *rhs;           // tiles as kls_split_columns writes them
    int64_t rhs_tile, rhs_chunk, rhs_part;
    int64_t lhs_row, lhs_chunk, lhs_part;
    int64_t lhs_below;               // from the first row to that of the lower tiles; out_below too
    int64_t columns, out_row, out_below;
    int64_t chunks, segments;
    const int64_t *starts;
    bool adds;                       // to what lies in out
    bool one_part;                   // of the left side
    const float *above;              // NULL, or a row that all rows' sums begin with
    split_feed *feed;                // NULL, or what the vector units split meanwhile
    int64_t pace;                    // 1 ... SPLIT_PACE
    split_ask asks[SPLIT_ASKS];      // memory that will be used behind the block
    int asked, ask_count;            // from the one to the other
    int ask_pace;                    // cache lines for a round of products
    int32_t shape;                   // what the unit is set up for: 0 at first
} split_tile;

// Products, one of each tile, that a chunk takes.
static inline int split_rounds(const split_tile *tile) { return tile->one_part ? 3 : 6; }

static inline int64_t split_rounded(int64_t count, int64_t unit) {
    return (count + unit - 1) / unit * unit;
}

// Whether processor and system have such a unit and let this process use it.
bool kls_split_available(void);

// (upper + lower) x columns elements of the result, up to SPLIT_SIDE rows in each of the two and
// SPLIT_BLOCK columns; nothing else is written.
void kls_split_run(split_tile *tile, const split_part *lhs, float *out, int upper, int lower);
// To be called when a thread has run its tiles.
void kls_split_rest(void);

// Begins with the first half block.
void kls_split_begin(split_feed *feed);
// Goes on with the next.
void kls_split_turn(split_feed *feed);
// Splits all that is left.
void kls_split_feed(split_feed *feed);
// The next tile of bytes.
void kls_split_bytes(split_feed *feed);

// Parts that one chunk of SPLIT_BLOCK rows or columns takes; chunks lie one behind the other.
enum { SPLIT_UNIT = SPLIT_PARTS * 2 * SPLIT_TILE, SPLIT_BYTES_UNIT = 2 * SPLIT_TILE };
// A chunk of up to SPLIT_BLOCK columns of a right side, which lie one behind the other in rows `row`
// elements apart; zeros fill it up, and up to SPLIT_SIDE columns take half of a unit.
void kls_split_columns(
    const float *from, int64_t row, int64_t depth, int64_t columns, split_part *to);
// Pixels as the places of sums: lines of `pitch` places, of which all but `width` from `left` on, and
// but `lines` from line `top` on, are zeros. Pixels lie `row` elements apart, lines `line`.
typedef struct {
    const float *from;
    int64_t row, line;
    int64_t pitch, top, left, lines, width;
} split_pixels;

// Places as those of a right side's tiles, `tile` elements apart for each 16 of the channels and `part`
// for each of the parts.
void kls_split_pixels(
    const split_pixels *pixels, int64_t chunks, int64_t channels, split_part *to, int64_t tile,
    int64_t part);
// The same tiles, all that lie one behind the other, with pairs that begin one place later.
void kls_split_shift(const split_part *from, int64_t chunks, split_part *to);
// `chunks` chunks of a left side, whose rows are up to SPLIT_BLOCK channels.
void kls_split_channels(
    const split_pixels *pixels, int64_t chunks, int64_t channels, split_part *to);
// Sets columns and distances for chunks that kls_split_columns wrote one behind the other.
static inline void kls_split_place(split_tile *tile, int64_t columns) {
    const int64_t tiles = columns > SPLIT_SIDE ? 2 : 1;
    tile->columns = columns;
    tile->rhs_tile = SPLIT_TILE;
    tile->rhs_part = tiles * SPLIT_TILE;
    tile->rhs_chunk = SPLIT_PARTS * tiles * SPLIT_TILE;
}

// Splits floats that lie one behind the other; the parts lie `part` elements apart, and are
// written in whole chunks.
void kls_split_line(const float *from, int64_t count, split_part *to, int64_t part);

#endif
