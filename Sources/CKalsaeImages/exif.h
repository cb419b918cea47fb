#pragma once

#include <stddef.h>
#include <stdint.h>

/// The orientation in an APP1 segment of a JPEG file: 1 to 8; 0 where the segment has none.
uint8_t kalsae_exif_orientation(const uint8_t *bytes, size_t count);
