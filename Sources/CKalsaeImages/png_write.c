#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "kalsae_images.h"

typedef struct {
    uint8_t *bytes;
    size_t count, capacity;
    jmp_buf exit;
} png_sink;

static void fail(png_structp png, png_const_charp text) {
    png_sink *sink = png_get_error_ptr(png);
    (void)text;
    longjmp(sink->exit, 1);
}

static void ignore(png_structp png, png_const_charp text) {
    (void)png;
    (void)text;
}

static void append(png_structp png, png_bytep bytes, size_t count) {
    png_sink *sink = png_get_io_ptr(png);
    if (count > sink->capacity - sink->count) {
        const size_t capacity = 2 * sink->capacity + count;
        uint8_t *grown = realloc(sink->bytes, capacity);
        if (grown == NULL) png_error(png, "no memory");
        sink->bytes = grown;
        sink->capacity = capacity;
    }
    memcpy(sink->bytes + sink->count, bytes, count);
    sink->count += count;
}

static void flush(png_structp png) { (void)png; }

uint8_t *kalsae_png_write(const uint8_t *pixels, uint32_t width, uint32_t height, uint8_t channels,
                          size_t *count) {
    static const int colors[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                                 PNG_COLOR_TYPE_RGB_ALPHA};
    png_sink sink = {0};
    if (channels < 1 || channels > 4) return NULL;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &sink, fail, ignore);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (info == NULL || setjmp(sink.exit)) {
        png_destroy_write_struct(&png, &info);
        free(sink.bytes);
        return NULL;
    }
    png_set_write_fn(png, &sink, append, flush);
    png_set_IHDR(png, info, width, height, 8, colors[channels - 1], PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (uint32_t row = 0; row < height; row++)
        png_write_row(png, pixels + (size_t)row * width * channels);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    *count = sink.count;
    return sink.bytes;
}

void kalsae_image_free(uint8_t *bytes) { free(bytes); }
