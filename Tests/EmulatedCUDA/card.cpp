// Cards, contexts and errors.
#include <cstdio>
#include <cstring>
#include <map>

#include "driver.h"

#ifndef BUILD
#define BUILD "?"
#endif

using namespace emulated;

namespace emulated {

static bool is_initialized;
static int lost_code;
static std::map<int, Context> contexts;
static thread_local Context *current;

int current_card() { return current ? current->card : -1; }

int &lost() { return lost_code; }

void fail(int code, const std::string &line) {
    fprintf(stderr, "emulated CUDA: %s\n", line.c_str());
    if (!lost_code) lost_code = code;
}

static int noted(int code) {
    if ((code >= illegal_address && code <= launch_failed) || code == unknown) lost_code = code;
    return code;
}

int check(const Entry &entry) {
    if (!is_initialized) return not_initialized;
    if (lost_code) return lost_code;
    if (entry.code) return noted(entry.code);
    return current ? success : invalid_context;
}

static int cards() { return int(setting("cards", 1)); }

}  // namespace emulated

EXPORT int cuInit(unsigned flags) {
    const Entry entry("cuInit");
    if (entry.code) return entry.code;
    if (cards() == 0) return no_device;
    is_initialized = flags == 0;
    return flags == 0 ? success : invalid_value;
}

EXPORT int cuDriverGetVersion(int *version) {
    const Entry entry("cuDriverGetVersion");
    *version = int(setting("driver", 13000));
    return entry.code;
}

EXPORT int cuDeviceGetCount(int *count) {
    const Entry entry("cuDeviceGetCount");
    *count = cards();
    return is_initialized ? entry.code : not_initialized;
}

EXPORT int cuDeviceGet(int *device, int index) {
    const Entry entry("cuDeviceGet");
    if (index < 0 || index >= cards()) return invalid_device;
    *device = index;
    return is_initialized ? entry.code : not_initialized;
}

EXPORT int cuDeviceGetName(char *name, int capacity, int device) {
    const Entry entry("cuDeviceGetName");
    if (device < 0 || device >= cards()) return invalid_device;
    // With its build, so that programs of another are not taken for its own.
    snprintf(name, size_t(capacity), "emulated card %s", BUILD);
    return entry.code;
}

EXPORT int cuDeviceGetAttribute(int *value, int attribute, int device) {
    const Entry entry("cuDeviceGetAttribute");
    if (device < 0 || device >= cards()) return invalid_device;
    const int capability = int(setting("capability", 90));
    switch (attribute) {
    case 1: *value = 1024; break;
    case 8: *value = 48 << 10; break;
    case 16: *value = 4; break;
    case 75: *value = capability / 10; break;
    case 76: *value = capability % 10; break;
    default: return invalid_value;
    }
    return entry.code;
}

EXPORT int cuDeviceTotalMem_v2(size_t *bytes, int device) {
    const Entry entry("cuDeviceTotalMem_v2");
    if (device < 0 || device >= cards()) return invalid_device;
    *bytes = size_t(setting("memory", 8L << 30));
    return entry.code;
}

EXPORT int cuDevicePrimaryCtxRetain(void **context, int device) {
    const Entry entry("cuDevicePrimaryCtxRetain");
    if (!is_initialized) return not_initialized;
    if (device < 0 || device >= cards()) return invalid_device;
    if (entry.code) return entry.code;
    Context &made = contexts[device];
    made.card = device;
    made.users++;
    *context = &made;
    return success;
}

EXPORT int cuDevicePrimaryCtxRelease_v2(int device) {
    const Entry entry("cuDevicePrimaryCtxRelease_v2");
    const auto found = contexts.find(device);
    if (found == contexts.end() || found->second.users == 0) return invalid_context;
    found->second.users--;
    return entry.code;
}

EXPORT int cuCtxSetCurrent(void *context) {
    const Entry entry("cuCtxSetCurrent");
    if (context && static_cast<Context *>(context)->users == 0) return invalid_context;
    current = static_cast<Context *>(context);
    return lost_code ? lost_code : noted(entry.code);
}

namespace {

struct Words {
    int code;
    const char *name, *text;
};

const Words words[] = {
    {success, "CUDA_SUCCESS", "no error"},
    {invalid_value, "CUDA_ERROR_INVALID_VALUE", "invalid argument"},
    {out_of_memory, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"},
    {not_initialized, "CUDA_ERROR_NOT_INITIALIZED", "initialization error"},
    {no_device, "CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"},
    {invalid_device, "CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"},
    {invalid_image, "CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid"},
    {invalid_context, "CUDA_ERROR_INVALID_CONTEXT", "invalid device context"},
    {no_binary, "CUDA_ERROR_NO_BINARY_FOR_GPU", "no kernel image is available for execution on the device"},
    {invalid_ptx, "CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed"},
    {unsupported_ptx, "CUDA_ERROR_UNSUPPORTED_PTX_VERSION", "the provided PTX was compiled with an unsupported toolchain"},
    {invalid_handle, "CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"},
    {not_found, "CUDA_ERROR_NOT_FOUND", "named symbol not found"},
    {not_ready, "CUDA_ERROR_NOT_READY", "device not ready"},
    {illegal_address, "CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"},
    {launch_failed, "CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"},
    {803, "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH", "system has unsupported display driver / cuda driver combination"},
    {capture_unsupported, "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED", "operation not permitted when stream is capturing"},
    {capture_invalidated, "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED", "operation failed due to a previous error during capture"},
    {unknown, "CUDA_ERROR_UNKNOWN", "unknown error"},
};

}  // namespace

EXPORT int cuGetErrorName(int code, const char **name) {
    *name = nullptr;
    for (const Words &word : words)
        if (word.code == code) *name = word.name;
    return *name ? success : invalid_value;
}

EXPORT int cuGetErrorString(int code, const char **text) {
    *text = nullptr;
    for (const Words &word : words)
        if (word.code == code) *text = word.text;
    return *text ? success : invalid_value;
}

// --- For tests

/// How often a function of the driver was called.
EXPORT long emulated_cuda_calls(const char *function) { return calls(function); }

/// Takes other settings, forgets failures, and begins to count anew.
EXPORT void emulated_cuda_configure(const char *settings) {
    // What was given to a card that was lost is never done.
    finish();
    lost_code = 0;
    configure(settings);
}
