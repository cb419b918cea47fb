#include "primitive.hpp"

#include <dlfcn.h>

namespace kalsae {

namespace {
thread_local std::string lastError;
}

void remember(const char *message) {
    try {
        lastError = message;
    } catch (...) {
        lastError.clear();
    }
}

// Both live until the process ends: destructors at exit would race with threads that still run.
dnnl::engine &engine() {
    static auto &made = *new dnnl::engine(dnnl::engine::kind::cpu, 0);
    return made;
}

dnnl::stream &stream() {
    static auto &made = *new dnnl::stream(engine());
    return made;
}

dnnl::primitive_attr attributes() {
    dnnl::primitive_attr attributes;
    attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    return attributes;
}

}  // namespace kalsae

using kalsae::engine;
using kalsae::stream;

dnnl::memory kdnn_primitive::buffer(const dnnl::memory::desc &layout) {
    dnnl::memory memory(layout, engine(), DNNL_MEMORY_NONE);
    buffers.push_back({memory, 0, nullptr});
    return memory;
}

dnnl::memory kdnn_primitive::temporary(const dnnl::memory::desc &layout) {
    dnnl::memory memory(layout, engine(), DNNL_MEMORY_NONE);
    scratch.push_back({memory, scratchBytes, nullptr});
    scratchBytes += (layout.get_size() + 63) / 64 * 64;
    return memory;
}

void kdnn_primitive::stage(
    const dnnl::primitive &primitive, const dnnl::memory::desc &scratchpad,
    const std::vector<std::pair<int, dnnl::memory>> &arguments
) {
    kalsae::Stage stage{primitive, {}};
    for (const auto &argument : arguments) {
        stage.arguments.push_back({argument.first, argument.second.get()});
    }
    if (scratchpad.get_size() > 0) {
        stage.arguments.push_back({DNNL_ARG_SCRATCHPAD, temporary(scratchpad).get()});
    }
    stages.push_back(stage);
}

void kdnn_primitive::reorder(const dnnl::memory &from, const dnnl::memory &to) {
    dnnl::reorder::primitive_desc chosen(from, to, kalsae::attributes());
    stage(
        dnnl::reorder(chosen), chosen.scratchpad_desc(),
        {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}});
}

void kdnn_primitive::run(void *const *pointers, void *base) {
    std::lock_guard<std::mutex> guard(lock);
    // Version 2 clears the padding of a memory whose handle is set, so set it only when it moves.
    const auto point = [](kalsae::Location &location, void *handle) {
        if (location.handle == handle) return;
        location.memory.set_data_handle(handle);
        location.handle = handle;
    };
    for (size_t i = 0; i < buffers.size(); ++i) point(buffers[i], pointers[i]);
    for (auto &part : scratch) point(part, static_cast<char *>(base) + part.offset);
    for (const auto &stage : stages) {
        dnnl::error::wrap_c_api(
            dnnl_primitive_execute(
                stage.primitive.get(), stream().get(), static_cast<int>(stage.arguments.size()),
                stage.arguments.data()),
            "could not run a primitive");
    }
    stream().wait();
}

extern "C" {

const char *kdnn_last_error(void) {
    return kalsae::lastError.c_str();
}

void kdnn_version(int *major, int *minor, int *patch) {
    const dnnl_version_t *version = dnnl_version();
    *major = version->major;
    *minor = version->minor;
    *patch = version->patch;
}

const char *kdnn_isa(void) {
#if defined(__x86_64__)
    static const struct {
        dnnl::cpu_isa isa;
        const char *name;
    } names[] = {
        {dnnl::cpu_isa::sse41, "sse41"},
        {dnnl::cpu_isa::avx, "avx"},
        {dnnl::cpu_isa::avx2, "avx2"},
        {dnnl::cpu_isa::avx512_core, "avx512_core"},
        {dnnl::cpu_isa::avx512_core_vnni, "avx512_core_vnni"},
        {dnnl::cpu_isa::avx512_core_bf16, "avx512_core_bf16"},
        {dnnl::cpu_isa::avx512_core_amx, "avx512_core_amx"},
#if DNNL_VERSION_MAJOR >= 3
        {dnnl::cpu_isa::avx2_vnni, "avx2_vnni"},
        {dnnl::cpu_isa::avx512_core_fp16, "avx512_core_fp16"},
#endif
    };
    // The effective set may be one that these headers do not name yet.
    const auto effective = static_cast<unsigned>(dnnl::get_effective_cpu_isa());
    const char *best = "generic";
    for (const auto &entry : names) {
        const auto bits = static_cast<unsigned>(entry.isa);
        if ((effective & bits) == bits) best = entry.name;
    }
    return best;
#else
    return "native";
#endif
}

int kdnn_set_isa(int level) {
#if defined(__x86_64__)
    // What AVX-512 brings beside tiles: the set that these headers name last before those.
#if DNNL_VERSION_MAJOR >= 3
    const auto avx512 = dnnl::cpu_isa::avx512_core_fp16;
#else
    const auto avx512 = dnnl::cpu_isa::avx512_core_bf16;
#endif
    const dnnl::cpu_isa levels[] = {
        dnnl::cpu_isa::sse41, dnnl::cpu_isa::avx2, avx512, dnnl::cpu_isa::all};
    if (level < 0 || level > 3) return dnnl_invalid_arguments;
    return static_cast<int>(dnnl::set_max_cpu_isa(levels[level]));
#else
    (void)level;
    return 0;
#endif
}

// Looked up at run time: which OpenMP library is in the process is oneDNN's affair.
void kdnn_set_threads(int count) {
    static const auto set =
        reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "omp_set_num_threads"));
    if (set && count > 0) set(count);
}

int kdnn_threads(void) {
    static const auto get = reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "omp_get_max_threads"));
    return get ? get() : 1;
}

size_t kdnn_scratch_bytes(const kdnn_primitive *primitive) {
    return primitive->scratchBytes;
}

int kdnn_run(kdnn_primitive *primitive, void *const *buffers, void *scratch) {
    return kalsae::guarded([&] { primitive->run(buffers, scratch); });
}

void kdnn_destroy(kdnn_primitive *primitive) {
    delete primitive;
}

}  // extern "C"
