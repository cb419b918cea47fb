// Which ISA levels the processor and the system allow, and which one KALSAE_ISA asks for.
#define _GNU_SOURCE
#include "dispatch.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__) && defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

static const char *const names[] = {"scalar", "avx2", "avx512", "amx"};

kls_isa kls_vector_isa = KLS_ISA_SCALAR;
static kls_isa best, level;
static kls_isa_answer answer;

#if defined(__x86_64__)
static bool has_tiles(void) {
#if defined(KLS_EMULATE_AMX)
    return true;
#elif defined(__linux__)
    enum { REQUEST_PERMISSION = 0x1023, TILE_DATA = 18 };
    // The kernel keeps the registers of tiles only for processes that ask.
    return __builtin_cpu_supports("amx-tile") && __builtin_cpu_supports("amx-bf16")
        && __builtin_cpu_supports("avx512bf16")
        && syscall(SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) == 0;
#else
    return false;
#endif
}
#endif

static kls_isa find_best(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("x86-64-v4"))
        return has_tiles() ? KLS_ISA_AMX : KLS_ISA_AVX512;
    if (__builtin_cpu_supports("x86-64-v3")) return KLS_ISA_AVX2;
#endif
    return KLS_ISA_SCALAR;
}

// Before main, so that no call has to look whether this was done.
__attribute__((constructor)) static void decide(void) {
    const char *wanted = getenv("KALSAE_ISA");
    best = level = find_best();
    answer = KLS_ISA_GRANTED;
    if (wanted != NULL && *wanted != 0) {
        int i = KLS_ISA_SCALAR;
        while (i <= KLS_ISA_AMX && strcmp(wanted, names[i]) != 0) i++;
        if (i > KLS_ISA_AMX) answer = KLS_ISA_UNKNOWN;
        else if (i > (int)best) answer = KLS_ISA_LACKING;
        else level = (kls_isa)i;
    }
    kls_vector_isa = level < KLS_ISA_AVX512 ? level : KLS_ISA_AVX512;
}

kls_isa kls_best_isa(void) { return best; }
kls_isa kls_isa_level(void) { return level; }
kls_isa_answer kls_isa_request(void) { return answer; }
