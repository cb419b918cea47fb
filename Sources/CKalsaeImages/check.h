#pragma once

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "kalsae_images.h"

/// Whether an image has a size that is allowed; else the message says so.
static inline int kalsae_size_is_allowed(uint64_t width, uint64_t height, uint64_t most_pixels,
                                         char message[KALSAE_IMAGE_MESSAGE]) {
    if (width > 0 && height > 0 && width <= most_pixels / height) return 1;
    snprintf(message, KALSAE_IMAGE_MESSAGE, "%llu x %llu pixels, more than %llu",
             (unsigned long long)width, (unsigned long long)height, (unsigned long long)most_pixels);
    return 0;
}

/// Whether the pixels fit into the memory that is given.
static inline int kalsae_pixels_fit(const kalsae_image *image, size_t capacity,
                                    char message[KALSAE_IMAGE_MESSAGE]) {
    const uint64_t needed = (uint64_t)image->width * image->height * image->channels;
    if (needed <= capacity) return 1;
    snprintf(message, KALSAE_IMAGE_MESSAGE, "an image of another size than its header has");
    return 0;
}
