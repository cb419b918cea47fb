#include <stddef.h>

#include "kalsae_support.h"

static _Thread_local void *pointer_of_thread;

void *kalsae_thread_pointer(void) { return pointer_of_thread; }

void kalsae_set_thread_pointer(void *pointer) { pointer_of_thread = pointer; }
