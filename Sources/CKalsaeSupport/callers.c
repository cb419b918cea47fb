#define _GNU_SOURCE
#include <dlfcn.h>
#include <execinfo.h>
#include <stddef.h>

#include "kalsae_support.h"
#include "symbols.h"

int kalsae_calling_functions(const char **names, int capacity) {
    void *frames[64];
    int depth = backtrace(frames, 64);
    int count = 0;
    for (int i = 0; i < depth && count < capacity; i++) {
        // A return address may lie behind a function whose last instruction is the call.
        const char *address = (const char *)frames[i] - 1;
        Dl_info info;
        // First its own table: dladdr reads all names of a library for each address.
        const char *name = kalsae_program_function((uintptr_t)address);
        if (!name && dladdr(address, &info)) name = info.dli_sname;
        if (name) names[count++] = name;
    }
    return count;
}
