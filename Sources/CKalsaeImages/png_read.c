#include <png.h>
#include <setjmp.h>
#include <stdlib.h>

#include "check.h"

// The most sides, and bytes, of what surrounds the pixels, as profiles and texts.
enum { MOST_SIDE = 1 << 20, MOST_CHUNKS = 256, MOST_CHUNK_BYTES = 8 << 20 };

typedef struct {
    const uint8_t *bytes;
    size_t count, position;
    int is_cut;
    char *message;
    jmp_buf exit;
} png_source;

static void fail(png_structp png, png_const_charp text) {
    png_source *source = png_get_error_ptr(png);
    snprintf(source->message, KALSAE_IMAGE_MESSAGE, "%s", text);
    longjmp(source->exit, 1);
}

static void ignore(png_structp png, png_const_charp text) {
    (void)png;
    (void)text;
}

static void take(png_structp png, png_bytep destination, size_t count) {
    png_source *source = png_get_io_ptr(png);
    if (count > source->count - source->position) {
        source->is_cut = 1;
        png_error(png, "an end within the image");
    }
    memcpy(destination, source->bytes + source->position, count);
    source->position += count;
}

static void read_header(png_structp png, png_infop info, uint64_t most_pixels, png_source *source,
                        kalsae_image *image) {
    png_read_info(png, info);
    image->width = png_get_image_width(png, info);
    image->height = png_get_image_height(png, info);
    image->bits = png_get_bit_depth(png, info);
    image->has_palette = png_get_color_type(png, info) == PNG_COLOR_TYPE_PALETTE;
    image->orientation = 1;
    if (!kalsae_size_is_allowed(image->width, image->height, most_pixels, source->message))
        longjmp(source->exit, 1);
    png_set_expand(png);
    png_set_scale_16(png);
}

static void read_pixels(png_structp png, png_infop info, kalsae_image *image, uint8_t *pixels,
                        size_t capacity, png_source *source) {
    const int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    image->channels = png_get_channels(png, info);
    if (pixels == NULL) return;
    const size_t width = png_get_rowbytes(png, info);
    if (width != (size_t)image->width * image->channels ||
        !kalsae_pixels_fit(image, capacity, source->message))
        longjmp(source->exit, 1);
    for (int pass = 0; pass < passes; pass++)
        for (uint32_t row = 0; row < image->height; row++)
            png_read_row(png, pixels + row * width, NULL);
    png_read_end(png, NULL);
}

kalsae_image_status kalsae_png_read(const uint8_t *bytes, size_t count, uint64_t most_pixels,
                                    kalsae_image *image, uint8_t *pixels, size_t capacity,
                                    char message[KALSAE_IMAGE_MESSAGE]) {
    png_source source = {.bytes = bytes, .count = count, .message = message};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, fail, ignore);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (info == NULL) {
        snprintf(message, KALSAE_IMAGE_MESSAGE, "no memory to decode it");
        png_destroy_read_struct(&png, NULL, NULL);
        return KALSAE_IMAGE_REFUSED;
    }
    if (setjmp(source.exit)) {
        png_destroy_read_struct(&png, &info, NULL);
        return source.is_cut ? KALSAE_IMAGE_CUT : KALSAE_IMAGE_REFUSED;
    }
    png_set_read_fn(png, &source, take);
    png_set_user_limits(png, MOST_SIDE, MOST_SIDE);
    png_set_chunk_cache_max(png, MOST_CHUNKS);
    png_set_chunk_malloc_max(png, MOST_CHUNK_BYTES);
    read_header(png, info, most_pixels, &source, image);
    read_pixels(png, info, image, pixels, capacity, &source);
    png_destroy_read_struct(&png, &info, NULL);
    return KALSAE_IMAGE_READ;
}
