#define _GNU_SOURCE
#include "kalsae_support.h"

#include <dlfcn.h>
#include <execinfo.h>

int kalsae_calling_functions(const char **names, int capacity) {
    void *frames[64];
    int depth = backtrace(frames, 64);
    int count = 0;
    for (int i = 0; i < depth && count < capacity; i++) {
        Dl_info info;
        if (dladdr(frames[i], &info) && info.dli_sname) names[count++] = info.dli_sname;
    }
    return count;
}
