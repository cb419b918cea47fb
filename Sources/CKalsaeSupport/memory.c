#include <malloc.h>

#include "kalsae_support.h"

void kalsae_trim_memory(void) { malloc_trim(0); }
