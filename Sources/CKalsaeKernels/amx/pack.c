// Floats as parts in the order of the matrix unit's tiles.
#include "limbs.h"

#if SPLIT_HAS_UNIT
TARGET void kls_split_line(const float *from, int64_t count, split_part *to, int64_t part) {
    int64_t at = 0;
    for (; at + SPLIT_CHUNK <= count; at += SPLIT_CHUNK)
        store_parts(
            to + at, part, split(_mm512_loadu_ps(from + at), _mm512_loadu_ps(from + at + 16)));
    if (at == count) return;
    const __mmask16 low = first_of(count - at), high = first_of(count - at - 16);
    store_parts(
        to + at, part,
        split(_mm512_maskz_loadu_ps(low, from + at), _mm512_maskz_loadu_ps(high, from + at + 16)));
}

TARGET void kls_split_columns(
    const float *from, int64_t row, int64_t depth, int64_t columns, split_part *to
) {
    const int64_t tiles = columns > SPLIT_SIDE ? 2 : 1, part = tiles * SPLIT_TILE;
    for (int64_t tile = 0; tile < tiles; tile++, from += SPLIT_SIDE, to += SPLIT_TILE) {
        const __mmask16 mask = first_of(columns - tile * SPLIT_SIDE);
        for (int64_t i = 0; i < SPLIT_CHUNK; i += 2)
            store_parts(
                to + i * SPLIT_SIDE, part,
                split_pairs(
                    _mm512_maskz_loadu_ps(i < depth ? mask : 0, from + i * row),
                    _mm512_maskz_loadu_ps(i + 1 < depth ? mask : 0, from + (i + 1) * row)));
    }
}

// Lines of the block that the feed is at.
static int64_t lines_of(const split_feed *f) {
    const int64_t rest = f->lines - f->block * f->width;
    return rest < f->width ? rest : f->width;
}

TARGET void kls_split_begin(split_feed *f) {
    const int64_t place = f->chunk * SPLIT_CHUNK, depth = f->depth - place;
    const int64_t line = f->half * SPLIT_SIDE, left = lines_of(f) - line;
    const int64_t lines = left < SPLIT_SIDE ? left : SPLIT_SIDE;
    const bool along = f->place == 1;
    f->at = 0;
    f->source = f->from;
    f->source += ((f->block * f->width + line) * f->line + place * f->place) * f->size;
    f->target = f->to + f->block * f->block_parts + f->chunk * f->unit + f->half * SPLIT_TILE;
    f->low = first_of(along ? depth : lines);
    f->high = first_of(depth - SPLIT_SIDE);
    f->used = along ? lines : depth;
    if (along && f->is_left && f->size > 1) {
        // Both tiles of a block, one behind the other.
        f->half = 1;
        f->end = left;
        f->step = f->line;
    } else if (along || f->is_left) {
        f->end = SPLIT_SIDE + 2;
        f->step = along ? SPLIT_SIDE : f->place;
    } else {
        f->end = SPLIT_SIDE;
        f->step = 2 * f->place;
    }
    f->step *= f->size;
}

// As the lines lie in memory.
void kls_split_turn(split_feed *f) {
    if (f->half++ > 0 || lines_of(f) <= SPLIT_SIDE) {
        f->half = 0;
        f->left--;
        if (f->place == 1 && ++f->chunk == f->chunks) {
            f->chunk = 0;
            f->block++;
        } else if (f->place != 1 && ++f->block * f->width >= f->lines) {
            f->block = 0;
            f->chunk++;
        }
    }
    if (f->left > 0) kls_split_begin(f);
}

// 16 bytes as floats, of which the upper halves are all.
INLINE __m512i load_bytes(const char *from, __mmask16 mask) {
    return (__m512i)_mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(mask, from)));
}

// Pairs of two such vectors, side by side.
INLINE __m512i pair_bytes(__m512i first, __m512i second) {
    return _mm512_or_si512(_mm512_srli_epi32(first, 16), second);
}

TARGET void kls_split_bytes(split_feed *f) {
    const int64_t used = f->used;
    if (f->place == 1) {
        // Places that lie side by side, dealt to their pairs.
        for (int64_t i = 0; i < used; i++) {
            const char *const line = f->source + i * f->line;
            const __m512i low = load_bytes(line, f->low), high = load_bytes(line + 16, f->high);
            _mm512_storeu_si512(f->target + i * SPLIT_CHUNK, upper_halves(low, high));
        }
    } else {
        __m512 pairs[16];
        for (int64_t i = 0; i < 16; i++) {
            const char *const line = f->source + 2 * i * f->place;
            const __mmask16 even = 2 * i < used ? f->low : 0, odd = 2 * i + 1 < used ? f->low : 0;
            pairs[i] = (__m512)pair_bytes(
                load_bytes(line, even), load_bytes(line + f->place, odd));
        }
        turn16(pairs);
        for (int64_t i = 0; i < 16; i++)
            _mm512_storeu_si512(f->target + i * SPLIT_CHUNK, (__m512i)pairs[i]);
    }
    kls_split_turn(f);
}

TARGET void kls_split_feed(split_feed *feed) {
    for (; feed != NULL; feed = feed->next)
        while (feed->left > 0) feed_next(feed);
}

// Where the pixels of SPLIT_CHUNK places lie; NULL for zeros.
INLINE void find_pixels(const split_pixels *p, int64_t first, const float *at[SPLIT_CHUNK]) {
    int64_t y = first / p->pitch - p->top, x = first % p->pitch - p->left;
    for (int64_t i = 0; i < SPLIT_CHUNK;) {
        // Places alike: up to the image's edge, or the end of the line.
        const bool inside = y >= 0 && y < p->lines && x >= 0 && x < p->width;
        const int64_t edge = inside ? p->width : x < 0 ? 0 : p->pitch - p->left;
        const int64_t end = i + edge - x < SPLIT_CHUNK ? i + edge - x : SPLIT_CHUNK;
        const float *from = p->from + y * p->line + (x - i) * p->row;
        x += end - i;
        for (; i < end; i++) at[i] = inside ? from + i * p->row : NULL;
        if (x < p->pitch - p->left) continue;
        x = -p->left;
        y++;
    }
}

INLINE __m512 load_pixel(const float *at, int64_t channel, __mmask16 mask) {
    return at == NULL ? _mm512_setzero_ps() : _mm512_maskz_loadu_ps(mask, at + channel);
}

TARGET void kls_split_pixels(
    const split_pixels *pixels, int64_t chunks, int64_t channels, split_part *to, int64_t tile,
    int64_t part
) {
    for (int64_t chunk = 0; chunk < chunks; chunk++, to += SPLIT_TILE) {
        const float *at[SPLIT_CHUNK];
        find_pixels(pixels, chunk * SPLIT_CHUNK, at);
        for (int64_t c = 0; c < channels; c += SPLIT_SIDE) {
            const __mmask16 mask = first_of(channels - c);
            for (int i = 0; i < SPLIT_CHUNK; i += 2)
                store_parts(
                    to + c / SPLIT_SIDE * tile + i * SPLIT_SIDE, part,
                    split_pairs(load_pixel(at[i], c, mask), load_pixel(at[i + 1], c, mask)));
        }
    }
}

TARGET void kls_split_shift(const split_part *from, int64_t chunks, split_part *to) {
    __m512i pair = _mm512_loadu_si512(from);
    for (int64_t i = 1; i <= chunks * SPLIT_SIDE; i++) {
        const bool inside = i < chunks * SPLIT_SIDE;
        const __m512i next =
            inside ? _mm512_loadu_si512(from + i * SPLIT_CHUNK) : _mm512_setzero_si512();
        _mm512_storeu_si512(
            to + (i - 1) * SPLIT_CHUNK,
            _mm512_or_si512(_mm512_srli_epi32(pair, 16), _mm512_slli_epi32(next, 16)));
        pair = next;
    }
}

TARGET void kls_split_channels(
    const split_pixels *pixels, int64_t chunks, int64_t channels, split_part *to
) {
    for (int64_t chunk = 0; chunk < chunks; chunk++, to += SPLIT_UNIT) {
        const float *at[SPLIT_CHUNK];
        find_pixels(pixels, chunk * SPLIT_CHUNK, at);
        for (int64_t c = 0; c < channels; c += 16) {
            const __mmask16 mask = first_of(channels - c);
            __m512 even[16], odd[16];
            for (int i = 0; i < 16; i++) {
                even[i] = load_pixel(at[2 * i], c, mask);
                odd[i] = load_pixel(at[2 * i + 1], c, mask);
            }
            turn16(even);
            turn16(odd);
            for (int i = 0; i < 16; i++)
                store_parts(
                    to + (c + i) * SPLIT_CHUNK, 2 * SPLIT_TILE, split_pairs(even[i], odd[i]));
        }
    }
}

#else
void kls_split_begin(split_feed *feed) {}
void kls_split_turn(split_feed *feed) {}
void kls_split_feed(split_feed *feed) {}
void kls_split_bytes(split_feed *feed) {}
void kls_split_pixels(
    const split_pixels *pixels, int64_t chunks, int64_t channels, split_part *to, int64_t tile,
    int64_t part
) {}
void kls_split_shift(const split_part *from, int64_t chunks, split_part *to) {}
void kls_split_channels(
    const split_pixels *pixels, int64_t chunks, int64_t channels, split_part *to
) {}
void kls_split_columns(
    const float *from, int64_t row, int64_t depth, int64_t columns, split_part *to
) {}
void kls_split_line(const float *from, int64_t count, split_part *to, int64_t part) {}
#endif
