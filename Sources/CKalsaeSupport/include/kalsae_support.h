// What Swift's Glibc module does not show: the names of the calling functions, and a variable of each
// thread.
#pragma once

/// Fills `names` with the linker names of the calling functions, innermost first; returns how many.
/// A function without a name is left out. The names live as long as the process.
int kalsae_calling_functions(const char **names, int capacity);

/// A pointer that each thread has for itself; null until it is set.
void *kalsae_thread_pointer(void);
void kalsae_set_thread_pointer(void *pointer);
