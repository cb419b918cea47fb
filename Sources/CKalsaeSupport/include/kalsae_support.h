// What Swift's Glibc module does not show: the names of the calling functions.
#pragma once

/// Fills `names` with the linker names of the calling functions, innermost first; returns how many.
/// A function without a name is left out. The names live as long as the process.
int kalsae_calling_functions(const char **names, int capacity);
