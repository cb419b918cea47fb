// Settings, counts of calls and wanted failures of an emulated library.
#pragma once
#include <mutex>
#include <string>

namespace emulated {

/// A number of `EMULATED_CUDA`, as in `memory=1000000;driver=12040`.
long setting(const char *name, long fallback);

/// A text of `EMULATED_CUDA`; empty where it is not set.
std::string text(const char *name);

/// Takes other settings, and begins to count anew.
void configure(const char *settings);

/// How often a function was called.
long calls(const char *function);

/// An entry into a function: holds the lock of the library, counts, and has the code that the settings
/// want of this call, as in `fail=cuMemAlloc_v2:3:2` for code 2 of the third.
struct Entry {
    explicit Entry(const char *function);
    std::lock_guard<std::recursive_mutex> lock;
    int code;
};

}  // namespace emulated

#define EXPORT extern "C" __attribute__((visibility("default")))
