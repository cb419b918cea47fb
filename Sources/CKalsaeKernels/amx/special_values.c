#include "special_values.h"

#include "kls_isa.h"

static _Atomic int64_t fallbacks;

void kls_count_fallback(void) { fallbacks++; }
int64_t kls_amx_fallbacks(void) { return fallbacks; }

#if defined(__x86_64__)
#include <xmmintrin.h>

enum { SPECIAL = _MM_EXCEPT_INVALID | _MM_EXCEPT_DENORM };

void kls_clear_special(void) {
    const unsigned status = _mm_getcsr();
    if (status & SPECIAL) _mm_setcsr(status & ~(unsigned)SPECIAL);
}

bool kls_saw_special(void) { return (_mm_getcsr() & SPECIAL) != 0; }
#else
void kls_clear_special(void) {}
bool kls_saw_special(void) { return false; }
#endif
