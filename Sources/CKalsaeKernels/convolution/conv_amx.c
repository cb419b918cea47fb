// Lines of the image are split as they lie, so that a tile's rows are windows side by side.
#include "conv_amx.h"

#include <stdlib.h>
#include <string.h>

#include "kls_parallel.h"
#include "../gemm/pack.h"
#include "../threads/pieces.h"
#include "../amx/special_values.h"

enum {
    LINES_MOST = 32 * 1024,          // elements of the lines that a thread splits at a time
    PIECES_LEAST = 8,                // so that several threads have work on a small batch
};

struct split_convolve {
    kls_convolve_spec spec;
    const image_walk *walk;
    const epilogue *epilogue;
    const pooled *pooled;
    int64_t images, n, k;
    int64_t panels, chunks;          // chunks of a segment
    int64_t line;                    // elements between lines that are split
    int64_t strip, strips;           // rows of the output that a piece makes; pieces of an image
    int64_t *starts;
};

typedef struct {
    const split_convolve *convolve;
    void *const *buffers;
    split_part *packed;
    float *turned, *sums;
    _Atomic bool kernel_is_special;  // has values that tiles do not carry
} split_run;

// What a thread makes of one image: rows of the output from `row` on.
typedef struct {
    const float *image;
    int64_t row;
    const split_part *lines;         // the rows' windows, split
    int64_t part;                    // distance of their parts
    bool is_special;                 // here or in the kernel
} strip;

static bool pays(
    const kls_convolve_spec *spec, const kls_convolution *t, const image_walk *walk, int64_t strip
) {
    if (!spec->may_split || !kls_split_available() || strip < 1) return false;
    const double pixels = (double)(t->out_height * t->out_width);
    const int64_t k = walk->segments * walk->depth;
    const int64_t padded = walk->segments * split_rounded(walk->depth, SPLIT_CHUNK);
    const double loops = 2 * pixels * (double)(t->out_channels * k) / SPLIT_LOOPS_RATE;
    const double unit =
        2 * pixels * (double)(split_rounded(t->out_channels, SPLIT_SIDE) * padded) / SPLIT_UNIT_RATE;
    const double lines =
        (double)(t->out_height * walk->stride_y) * (double)(strip + walk->reach) / (double)strip;
    return unit + lines * (double)walk->line / SPLIT_FLOAT_RATE < loops;
}

split_convolve *split_convolve_create(
    const kls_convolve_spec *spec, const kls_convolution *t, const image_walk *walk,
    const epilogue *epilogue, const pooled *pooled
) {
    const int64_t across =
        (t->out_width - 1) * t->stride_x + (t->kernel_width - 1) * t->dilation_x + 1;
    const int64_t line = across * t->channels;
    int64_t strip = (LINES_MOST / line - walk->reach) / walk->stride_y + 1;
    if (LINES_MOST / line < walk->reach) strip = 0;
    if (strip > t->out_height) strip = t->out_height;
    const int64_t whole = pooled->height > 0 ? pooled->height : 1;
    strip = strip / whole * whole;
    if (!pays(spec, t, walk, strip)) return NULL;
    split_convolve *c = calloc(1, sizeof *c);
    int64_t *starts = malloc((size_t)walk->segments * sizeof *starts);
    if (c == NULL || starts == NULL) {
        free(c);
        free(starts);
        return NULL;
    }
    *c = (split_convolve){
        .spec = *spec, .walk = walk, .epilogue = epilogue, .pooled = pooled, .images = t->batch,
        .n = t->out_channels, .k = walk->segments * walk->depth,
        .panels = (t->out_channels + SPLIT_BLOCK - 1) / SPLIT_BLOCK,
        .chunks = (walk->depth + SPLIT_CHUNK - 1) / SPLIT_CHUNK, .line = line, .strip = strip,
        .starts = starts,
    };
    // A walk that copies nothing has lines of the image's own length.
    for (int64_t i = 0; i < walk->segments; i++)
        starts[i] = walk->starts[i] / walk->line * line + walk->starts[i] % walk->line;
    while (c->strip > whole
           && c->images * ((t->out_height + c->strip - 1) / c->strip) < PIECES_LEAST)
        c->strip = (c->strip / whole + 1) / 2 * whole;
    c->strips = (t->out_height + c->strip - 1) / c->strip;
    return c;
}

void split_convolve_destroy(split_convolve *c) {
    free(c->starts);
    free(c);
}

static int64_t panel_parts(const split_convolve *c) {
    return c->walk->segments * c->chunks * SPLIT_UNIT;
}

static int64_t packed_bytes(const split_convolve *c) {
    return c->panels * panel_parts(c) * (int64_t)sizeof(split_part);
}

// The kernel of a gradient of the input, as panels of rows.
static int64_t turned_bytes(const split_convolve *c) {
    return c->spec.of_input ? c->panels * SPLIT_BLOCK * c->k * (int64_t)sizeof(float) : 0;
}

int64_t split_convolve_scratch(const split_convolve *c) {
    int64_t sums = 0;
    if (c->epilogue != NULL) sums = c->images * c->strips * c->epilogue->sum_count * c->n;
    return packed_bytes(c) + turned_bytes(c) + sums * (int64_t)sizeof(float);
}

static int64_t columns_of(const split_convolve *c, int64_t panel) {
    const int64_t left = c->n - panel * SPLIT_BLOCK;
    return left < SPLIT_BLOCK ? left : SPLIT_BLOCK;
}

// The kernel [places, in, out] as rows of columns; for the gradient of the input its places
// backwards and its two other axes exchanged.
static const float *rows_of_panel(const split_run *run, int64_t panel, int64_t *row) {
    const split_convolve *c = run->convolve;
    *row = c->spec.of_input ? split_rounded(columns_of(c, panel), SPLIT_SIDE) : c->n;
    if (c->spec.of_input) return run->turned + panel * SPLIT_BLOCK * c->k;
    return (const float *)run->buffers[c->spec.rhs] + panel * SPLIT_BLOCK;
}

static void turn_panel(const split_run *run, int64_t panel) {
    const split_convolve *c = run->convolve;
    const kls_convolution *s = &c->spec.shape;
    const int64_t column = panel * SPLIT_BLOCK;
    const float *kernel = run->buffers[c->spec.rhs];
    const int64_t places = s->kernel_height * s->kernel_width, depth = c->k / places;
    const int64_t row = split_rounded(columns_of(c, panel), SPLIT_SIDE);
    float *to = run->turned + panel * SPLIT_BLOCK * c->k;
    for (int64_t place = places - 1; place >= 0; place--, to += depth * row)
        kls_pack(
            kernel + (place * s->channels + column) * s->out_channels, 1, s->out_channels, depth,
            columns_of(c, panel), row, to);
}

static void pack_panels(int64_t begin, int64_t end, void *context) {
    split_run *run = context;
    const split_convolve *c = run->convolve;
    const int64_t depth = c->walk->depth;
    kls_clear_special();
    for (int64_t panel = begin; panel < end; panel++) {
        int64_t row;
        if (c->spec.of_input) turn_panel(run, panel);
        const float *from = rows_of_panel(run, panel, &row);
        const int64_t columns = columns_of(c, panel);
        split_part *to = run->packed + panel * panel_parts(c);
        for (int64_t segment = 0; segment < c->walk->segments; segment++, from += depth * row)
            for (int64_t at = 0; at < depth; at += SPLIT_CHUNK) {
                const int64_t left = depth - at;
                kls_split_columns(
                    from + at * row, row, left < SPLIT_CHUNK ? left : SPLIT_CHUNK, columns, to);
                to += columns > SPLIT_SIDE ? SPLIT_UNIT : SPLIT_UNIT / 2;
            }
    }
    if (kls_saw_special()) run->kernel_is_special = true;
}

// Splits the lines that `rows` rows of windows cover, with zeros round the image, and behind it.
static void split_lines(
    const split_convolve *c, const float *image, int64_t row, int64_t rows, split_part *to,
    int64_t part
) {
    const image_walk *walk = c->walk;
    const int64_t first = row * walk->stride_y - walk->top;
    const int64_t lines = (rows - 1) * walk->stride_y + walk->reach;
    const int64_t room = c->line - walk->left * walk->channels;
    const int64_t before = walk->left * walk->channels, whole = walk->width * walk->channels;
    const int64_t used = room < whole ? room : whole, behind = room - used;
    for (int64_t y = first; y < first + lines; y++, to += c->line) {
        const bool inside = y >= 0 && y < walk->height;
        if (inside) kls_split_line(image + y * whole, used, to + before, part);
        for (int i = 0; i < SPLIT_PARTS; i++) {
            split_part *line = to + i * part;
            if (inside) {
                memset(line, 0, (size_t)before * sizeof *line);
                memset(line + before + used, 0, (size_t)behind * sizeof *line);
            } else {
                memset(line, 0, (size_t)c->line * sizeof *line);
            }
        }
    }
    for (int i = 0; i < SPLIT_PARTS; i++) memset(to + i * part, 0, 2 * SPLIT_CHUNK * sizeof *to);
}

// Windows side by side that one tile's rows are.
typedef struct {
    int64_t y, x, count;
} stretch;

static stretch stretch_at(const image_walk *walk, int64_t tiles, int64_t index) {
    const int64_t t = index % tiles, x = walk->out_width * t / tiles;
    return (stretch){index / tiles, x, walk->out_width * (t + 1) / tiles - x};
}

// Floats of a segment of a window's sum, from `at` on, with zeros where the image ends.
static void window_floats(
    const split_convolve *c, const float *image, int64_t y, int64_t x, int64_t segment, int64_t at,
    int64_t count, float *to
) {
    const image_walk *walk = c->walk;
    const int64_t start = c->starts[segment] + x * walk->pixel;
    const int64_t line = y * walk->stride_y - walk->top + start / c->line;
    const int64_t first = start % c->line + at - walk->left * walk->channels;
    const int64_t whole = walk->width * walk->channels;
    const bool inside = line >= 0 && line < walk->height;
    for (int64_t i = 0; i < count; i++) {
        const bool is_there = inside && first + i >= 0 && first + i < whole;
        to[i] = is_there ? image[line * whole + first + i] : 0;
    }
}

// The same windows on the vector units.
static void run_special(
    const split_run *run, const strip *s, int64_t panel, const split_tile *tile, stretch upper,
    stretch lower, float *out
) {
    enum { DEPTH = 128 };
    const split_convolve *c = run->convolve;
    const int64_t depth = c->walk->depth, rows = upper.count + lower.count;
    float windows[SPLIT_BLOCK * DEPTH];
    vector_block block = {
        .lhs = windows, .lhs_row = DEPTH, .lhs_column = 1, .rhs_column = 1, .rows = rows,
        .columns = tile->columns, .out = out, .out_row = tile->out_row,
    };
    const float *kernel = rows_of_panel(run, panel, &block.rhs_row);
    for (int64_t segment = 0; segment < c->walk->segments; segment++)
        for (int64_t at = 0; at < depth; at += DEPTH) {
            block.depth = depth - at < DEPTH ? depth - at : DEPTH;
            for (int64_t i = 0; i < rows; i++) {
                const stretch *const from = i < upper.count ? &upper : &lower;
                const int64_t x = from->x + i - (i < upper.count ? 0 : upper.count);
                window_floats(
                    c, s->image, s->row + from->y, x, segment, at, block.depth,
                    windows + i * DEPTH);
            }
            block.rhs = kernel + (segment * depth + at) * block.rhs_row;
            kls_vector_block(&block);
            block.adds = true;
        }
}

// Two of them, one above the other, `y` rows below the strip's first; how many windows they are.
static int64_t run_pair(
    const split_run *run, const strip *s, int64_t panel, split_tile *tile, int64_t y, int64_t tiles,
    int64_t index, int64_t count, float *out
) {
    const split_convolve *c = run->convolve;
    const image_walk *walk = c->walk;
    const stretch upper = stretch_at(walk, tiles, index);
    const stretch lower = index + 1 < count ? stretch_at(walk, tiles, index + 1)
                                            : (stretch){upper.y, 0, 0};
    const int64_t from = upper.y * walk->stride_y * c->line + upper.x * walk->pixel;
    tile->lhs_below = lower.y * walk->stride_y * c->line + lower.x * walk->pixel - from;
    tile->out_below = upper.count * tile->out_row;
    if (s->is_special) {
        const stretch first = {upper.y + y, upper.x, upper.count};
        const stretch second = {lower.y + y, lower.x, lower.count};
        run_special(run, s, panel, tile, first, second, out);
    } else {
        const split_part *lhs = s->lines + y * walk->stride_y * c->line;
        kls_split_run(tile, lhs + from, out, (int)upper.count, (int)lower.count);
    }
    return upper.count + lower.count;
}

// A strip of one panel's columns, of which the largest elements of windows are kept.
static void pool_panel(
    const split_run *run, const strip *s, int64_t panel, pooled_writer *writer, int64_t rows,
    split_tile *tile, float *lines
) {
    const split_convolve *c = run->convolve;
    const image_walk *walk = c->walk;
    const pooled *p = c->pooled;
    const int64_t tiles = (walk->out_width + SPLIT_SIDE - 1) / SPLIT_SIDE;
    const int64_t step = p->rows * p->height;
    tile->out_row = writer->columns;
    for (int64_t y = 0; y < rows; y += step) {
        const int64_t here = rows - y < step ? rows - y : step, count = here * tiles;
        float *to = lines;
        for (int64_t i = 0; i < count; i += 2)
            to += writer->columns * run_pair(run, s, panel, tile, y, tiles, i, count, to);
        pooled_take(writer, lines, writer->columns, here / p->height);
    }
}

// A strip of one panel's columns.
static void run_panel(
    const split_run *run, const strip *s, int64_t panel, int64_t pixel, int64_t piece, int64_t rows,
    split_tile *tile, char *file, float *lines
) {
    const split_convolve *c = run->convolve;
    const image_walk *walk = c->walk;
    const int64_t used = columns_of(c, panel), fit = EPILOGUE_BLOCK / used;
    const bool straight = c->epilogue == NULL;
    tile->rhs = run->packed + panel * panel_parts(c);
    kls_split_place(tile, used);
    tile->lhs_part = s->part;
    tile->out_row = straight ? c->n : used;
    epilogue_worker w = {
        .plan = c->epilogue, .buffers = run->buffers, .file = file,
        .column = panel * SPLIT_BLOCK, .columns = used, .most = fit * used, .whole = true,
    };
    if (c->pooled->height > 0) {
        pooled_writer writer = {
            .plan = c->pooled, .buffers = run->buffers, .column = w.column, .columns = used,
            .window = pixel / (c->pooled->height * c->pooled->width),
        };
        pool_panel(run, s, panel, &writer, rows, tile, lines);
        return;
    }
    float *block = NULL;
    if (!straight) {
        w.sums = run->sums + piece * c->epilogue->sum_count * c->n;
        epilogue_prepare(&w);
        block = epilogue_begin(&w, pixel);
    }
    float *out = straight ? (float *)run->buffers[c->spec.out] + panel * SPLIT_BLOCK : NULL;
    const int64_t tiles = (walk->out_width + SPLIT_SIDE - 1) / SPLIT_SIDE, count = rows * tiles;
    int64_t held = 0;                // pixels in the block
    for (int64_t i = 0; i < count; i += 2) {
        const bool last = i + 2 >= count;
        float *target = straight ? out + (pixel + held) * c->n : block + held * used;
        held += run_pair(run, s, panel, tile, 0, tiles, i, count, target);
        if (straight || (held + SPLIT_BLOCK <= fit && !last)) continue;
        epilogue_finish(&w, pixel, held);
        pixel += held;
        held = 0;
        if (!last) block = epilogue_begin(&w, pixel);
    }
}

static void run_pieces(int64_t begin, int64_t end, void *context) {
    const split_run *run = context;
    const split_convolve *c = run->convolve;
    const image_walk *walk = c->walk;
    const int64_t part = LINES_MOST + 2 * SPLIT_CHUNK;
    _Alignas(64) split_part lines[SPLIT_PARTS * (LINES_MOST + 2 * SPLIT_CHUNK)];
    _Alignas(64) char file[EPILOGUE_FILE];
    _Alignas(64) float pools[POOLED_ROOM + POOLED_SLACK];
    split_tile tile = {
        .lhs_row = walk->pixel, .lhs_chunk = SPLIT_CHUNK, .chunks = c->chunks,
        .segments = walk->segments, .starts = c->starts,
    };
    for (int64_t piece = begin; piece < end; piece++) {
        const int64_t image = piece / c->strips, row = piece % c->strips * c->strip;
        const int64_t left = walk->out_height - row, rows = left < c->strip ? left : c->strip;
        const float *from = run->buffers[c->spec.lhs];
        from += image * walk->height * walk->width * walk->channels;
        kls_clear_special();
        split_lines(c, from, row, rows, lines, part);
        const strip s = {
            .image = from, .row = row, .lines = lines, .part = part,
            .is_special = kls_saw_special() || run->kernel_is_special,
        };
        if (s.is_special) kls_count_fallback();
        const int64_t pixel = (image * walk->out_height + row) * walk->out_width;
        for (int64_t panel = 0; panel < c->panels; panel++)
            run_panel(run, &s, panel, pixel, piece, rows, &tile, file, pools);
    }
    kls_split_rest();
}

void split_convolve_run(
    const split_convolve *c, void *const *buffers, void *scratch, bool parallel
) {
    char *packed = scratch, *turned = packed + packed_bytes(c), *sums = turned + turned_bytes(c);
    split_run run = {c, buffers, (split_part *)packed, (float *)turned, (float *)sums, false};
    const int threads = parallel ? kls_most_threads() : 1;
    kls_parallel_for(c->panels, pack_panels, &run, threads);
    kls_parallel_for(c->images * c->strips, run_pieces, &run, threads);
    if (c->epilogue != NULL)
        epilogue_add_sums(c->epilogue, buffers, run.sums, c->images * c->strips);
}
