#include "exif.h"

#include <string.h>

typedef struct {
    const uint8_t *bytes;
    size_t count;
    int is_big_endian;
} tiff;

static uint32_t number(const tiff *file, size_t offset, int size) {
    uint32_t value = 0;
    for (int i = 0; i < size; i++) {
        const size_t at = offset + (size_t)(file->is_big_endian ? i : size - 1 - i);
        value = value << 8 | (at < file->count ? file->bytes[at] : 0);
    }
    return value;
}

// TIFF: byte order, 42, where the first directory is; its entries of 12 bytes: tag, type, count, value.
uint8_t kalsae_exif_orientation(const uint8_t *bytes, size_t count) {
    enum { HEADER = 6, ENTRY = 12, ORIENTATION = 0x0112, SHORT = 3 };
    if (count < HEADER + 8 || memcmp(bytes, "Exif\0\0", HEADER) != 0) return 0;
    const tiff file = {bytes + HEADER, count - HEADER, bytes[HEADER] == 'M'};
    const size_t directory = number(&file, 4, 4);
    const uint32_t entries = number(&file, directory, 2);
    for (uint32_t i = 0; i < entries; i++) {
        const size_t entry = directory + 2 + (size_t)i * ENTRY;
        if (entry + ENTRY > file.count) return 0;
        if (number(&file, entry, 2) != ORIENTATION || number(&file, entry + 2, 2) != SHORT) continue;
        const uint32_t value = number(&file, entry + 8, 2);
        return value >= 1 && value <= 8 ? (uint8_t)value : 0;
    }
    return 0;
}
