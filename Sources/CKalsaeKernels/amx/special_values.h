// Values that tiles of bfloat16 do not carry: infinities, NaN, and numbers so small that a limb of
// them would be subnormal, which tile instructions take for zero. Making limbs of a float leaves a
// trace of each in the sticky exception flags of the thread, so looking for them costs nothing.
#ifndef KLS_AMX_SPECIAL_VALUES_H
#define KLS_AMX_SPECIAL_VALUES_H

#include <stdbool.h>
#include <stdint.h>

// Clears the flags of this thread. Both are calls, so that no arithmetic moves across them.
void kls_clear_special(void);
// Whether a special value was packed on this thread since then.
bool kls_saw_special(void);

// Counts a part of a product that is left to vectors because of such values.
void kls_count_fallback(void);

#endif
