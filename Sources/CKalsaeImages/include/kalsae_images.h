// PNG and JPEG by libpng and libjpeg, from and to memory. Both libraries report errors by longjmp,
// which must not cross Swift's frames: here it ends in C.
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { KALSAE_IMAGE_MESSAGE = 200 };

/// What a file says of its image.
typedef struct {
    uint32_t width, height;
    /// Bytes a pixel as they are decoded: 1 gray, 2 gray and alpha, 3 RGB, 4 RGB and alpha.
    uint8_t channels;
    /// Bits of a channel, or of an index into the palette, in the file.
    uint8_t bits;
    uint8_t has_palette;
    /// EXIF's: 1 as it is, 2 to 8 flipped or rotated.
    uint8_t orientation;
} kalsae_image;

/// `KALSAE_IMAGE_CUT` where the bytes end before the image does.
typedef enum { KALSAE_IMAGE_READ, KALSAE_IMAGE_REFUSED, KALSAE_IMAGE_CUT } kalsae_image_status;

/// Reads the header of an image, and its pixels where `pixels` is not null: 8 bits a channel, row by
/// row, in `capacity` bytes, at least width x height x channels. Refuses images of more than
/// `most_pixels`, and what is damaged, with a line of text.
kalsae_image_status kalsae_png_read(const uint8_t *bytes, size_t count, uint64_t most_pixels,
                                    kalsae_image *image, uint8_t *pixels, size_t capacity,
                                    char message[KALSAE_IMAGE_MESSAGE]);
kalsae_image_status kalsae_jpeg_read(const uint8_t *bytes, size_t count, uint64_t most_pixels,
                                     kalsae_image *image, uint8_t *pixels, size_t capacity,
                                     char message[KALSAE_IMAGE_MESSAGE]);

/// A PNG file of 8 bits a channel, to be freed by `kalsae_image_free`; null where it cannot be made.
uint8_t *kalsae_png_write(const uint8_t *pixels, uint32_t width, uint32_t height, uint8_t channels,
                          size_t *count);
void kalsae_image_free(uint8_t *bytes);
