// Modules, their kernels, and launches.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <unistd.h>

#include "driver.h"
#include "image.h"

using namespace emulated;

namespace {

struct Module {
    void *library;
    const Program *program;
    int card;
};

/// A kernel of a module, which lives as long.
struct Function {
    const Module *module;
    const Kernel *kernel;
};

std::vector<std::unique_ptr<Function>> functions;

int open(const char *bytes, size_t count, Module *module) {
    const char *folder = getenv("TMPDIR");
    std::string path = std::string(folder ? folder : "/tmp") + "/emulated-cuda-XXXXXX";
    const int file = mkstemp(path.data());
    if (file < 0) return out_of_memory;
    bool is_written = true;
    for (size_t done = 0; is_written && done < count;) {
        const ssize_t step = write(file, bytes + done, count - done);
        is_written = step > 0;
        done += size_t(step > 0 ? step : 0);
    }
    close(file);
    module->library = is_written ? dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL) : nullptr;
    if (!module->library) fprintf(stderr, "emulated CUDA: %s\n", is_written ? dlerror() : "no space");
    unlink(path.c_str());
    if (!module->library) return invalid_image;
    module->program = static_cast<const Program *>(dlsym(module->library, "emulated_module"));
    return module->program ? success : invalid_image;
}

/// The number behind a word of a PTX text.
int number(const char *text, const char *word) {
    const char *found = strstr(text, word);
    return found ? atoi(found + strlen(word)) : 0;
}

int open_ptx(const char *text, int capability, Module *module) {
    const char *digits = strstr(text, object_line);
    const int version = number(text, "// CUDA "), target = number(text, ".target sm_");
    if (!digits || !target) return invalid_ptx;
    if (version > setting("driver", 13000)) return unsupported_ptx;
    if (target > capability) return no_binary;
    std::vector<char> bytes;
    for (digits += strlen(object_line); digits[0] > ' ' && digits[1] > ' '; digits += 2) {
        const char pair[3] = {digits[0], digits[1], 0};
        bytes.push_back(char(strtol(pair, nullptr, 16)));
    }
    return open(bytes.data(), bytes.size(), module);
}

int open_image(const void *data, Module *module) {
    const int capability = int(setting("capability", 90));
    const auto *image = static_cast<const Image *>(data);
    if (memcmp(image->magic, image_magic, sizeof image_magic) != 0) {
        const auto *text = static_cast<const char *>(data);
        return strncmp(text, "//", 2) == 0 ? open_ptx(text, capability, module) : invalid_image;
    }
    // Code of a later major version is unknown to a driver, as is that of another architecture.
    if (image->version / 1000 > setting("driver", 13000) / 1000) return no_binary;
    if (image->architecture / 10 != capability / 10 || image->architecture > capability) return no_binary;
    return open(reinterpret_cast<const char *>(image + 1), image->bytes, module);
}

}  // namespace

EXPORT int cuModuleLoadData(void **module, const void *image) {
    ENTER("cuModuleLoadData");
    if (const int wrong = forbidden_in_capture()) return wrong;
    Module made{nullptr, nullptr, current_card()};
    if (const int wrong = open_image(image, &made)) return wrong;
    *module = new Module(made);
    return success;
}

EXPORT int cuModuleUnload(void *handle) {
    ENTER("cuModuleUnload");
    finish();
    auto *module = static_cast<Module *>(handle);
    for (size_t i = functions.size(); i-- > 0;)
        if (functions[i]->module == module) functions.erase(functions.begin() + long(i));
    dlclose(module->library);
    delete module;
    return success;
}

EXPORT int cuModuleGetFunction(void **function, void *handle, const char *name) {
    ENTER("cuModuleGetFunction");
    const auto *module = static_cast<const Module *>(handle);
    for (int i = 0; i < module->program->count; i++) {
        const Kernel *kernel = module->program->kernels + i;
        if (strcmp(kernel->name, name) != 0) continue;
        functions.push_back(std::unique_ptr<Function>(new Function{module, kernel}));
        *function = functions.back().get();
        return success;
    }
    return not_found;
}

EXPORT int cuLaunchKernel(
    void *handle, unsigned groups, unsigned groups_y, unsigned groups_z, unsigned items, unsigned items_y,
    unsigned items_z, unsigned shared_bytes, void *stream, void **parameters, void **extra) {
    ENTER("cuLaunchKernel");
    const auto *function = static_cast<const Function *>(handle);
    const Kernel &kernel = *function->kernel;
    const Program &program = *function->module->program;
    if (function->module->card != current_card()) return invalid_handle;
    if (groups == 0 || items == 0 || items > kernel.bounds || shared_bytes != 0 || extra) return invalid_value;
    if (groups_y != 1 || groups_z != 1 || items_y != 1 || items_z != 1) return invalid_value;
    // Values are taken now, whatever becomes of where they stand.
    std::vector<uint64_t> values;
    for (int i = 0; kernel.sizes[i]; i++) {
        uint64_t value = 0;
        memcpy(&value, parameters[i], kernel.sizes[i]);
        values.push_back(value);
    }
    return give(stream, [&kernel, &program, values, groups, items]() mutable {
        std::vector<void *> pointers;
        for (uint64_t &value : values) pointers.push_back(&value);
        run(program, kernel, pointers.data(), groups, items);
    });
}
