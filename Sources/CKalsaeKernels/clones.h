// Marks a function of which the compiler makes one version for each level of the processor.
#ifndef KALSAE_CLONES_H
#define KALSAE_CLONES_H

#if defined(__x86_64__) && defined(__linux__)
#define KLS_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define KLS_CLONES
#endif

// Inlined into each of those versions.
#define KLS_INLINE static inline __attribute__((always_inline))

#endif
