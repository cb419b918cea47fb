// The tile instructions in software (-DKLS_EMULATE_AMX), so that a processor with AVX-512 alone can
// test what is written for AMX. Follows the pseudocode of Intel's manual, volume 2.
#ifndef KLS_AMX_EMULATION_H
#define KLS_AMX_EMULATION_H

#include <stdint.h>

// All of one thread; a shape that the instruction does not allow ends the process, as on a processor.
void kls_emulate_loadconfig(const void *shapes);
void kls_emulate_release(void);
void kls_emulate_zero(int tile);
void kls_emulate_load(int tile, const void *from, int64_t stride);
void kls_emulate_store(int tile, void *to, int64_t stride);
void kls_emulate_dpbf16ps(int out, int a, int b);

#undef _tile_loadconfig
#undef _tile_release
#undef _tile_zero
#undef _tile_loadd
#undef _tile_stored
#undef _tile_dpbf16ps
#define _tile_loadconfig kls_emulate_loadconfig
#define _tile_release kls_emulate_release
#define _tile_zero kls_emulate_zero
#define _tile_loadd kls_emulate_load
#define _tile_stored kls_emulate_store
#define _tile_dpbf16ps kls_emulate_dpbf16ps

#endif
