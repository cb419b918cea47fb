#pragma once

#include <stdint.h>

/// The linker name of the program's function at an address, or NULL. dladdr knows only the
/// functions that a program exports, which are few; its own symbol table has them all.
const char *kalsae_program_function(uintptr_t address);
