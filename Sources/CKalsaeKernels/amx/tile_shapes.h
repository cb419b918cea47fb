// The memory that LDTILECFG reads.
#ifndef KLS_AMX_TILE_SHAPES_H
#define KLS_AMX_TILE_SHAPES_H

#include <stdint.h>

typedef struct __attribute__((packed)) {
    uint8_t palette, start, reserved[14];
    uint16_t bytes[16];
    uint8_t rows[16];
} tile_shapes;

#endif
