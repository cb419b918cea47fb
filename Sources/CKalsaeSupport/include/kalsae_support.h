// What Swift's Glibc module does not show: the names of the calling functions, a variable of each
// thread, and giving freed memory back.
#pragma once

/// Fills `names` with the linker names of the calling functions, innermost first; returns how many.
/// A function without a name is left out. The names live as long as the process.
int kalsae_calling_functions(const char **names, int capacity);

/// A pointer that each thread has for itself; null until it is set.
void *kalsae_thread_pointer(void);
void kalsae_set_thread_pointer(void *pointer);

/// Gives memory that was freed back to the system.
void kalsae_trim_memory(void);
