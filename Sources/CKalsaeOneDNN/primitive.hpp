// What every prepared primitive consists of: stages of oneDNN over buffers and scratch.
#pragma once

#include <cstddef>
#include <exception>
#include <mutex>
#include <string>
#include <vector>

#include <oneapi/dnnl/dnnl.hpp>

#include "kalsae_onednn.h"

namespace kalsae {

dnnl::engine &engine();
dnnl::stream &stream();
void remember(const char *message);

/// One memory object: a buffer of the caller, or a part of the scratch.
struct Location {
    dnnl::memory memory;
    size_t offset;
    void *handle;
};

/// One call of the library, its arguments laid out once.
struct Stage {
    dnnl::primitive primitive;
    std::vector<dnnl_exec_arg_t> arguments;
};

/// Runs `body`, and turns whatever it throws into a code and a message.
template <typename Body>
int guarded(Body body) {
    try {
        body();
        return 0;
    } catch (const dnnl::error &error) {
        remember(error.what());
        return error.status == dnnl_success ? 1 : static_cast<int>(error.status);
    } catch (const std::exception &error) {
        remember(error.what());
        return 1;
    } catch (...) {
        remember("unknown failure");
        return 1;
    }
}

}  // namespace kalsae

struct kdnn_primitive {
    std::mutex lock;
    std::vector<kalsae::Location> buffers;
    std::vector<kalsae::Location> scratch;
    std::vector<kalsae::Stage> stages;
    size_t scratchBytes = 0;

    /// Adds the caller's next buffer.
    dnnl::memory buffer(const dnnl::memory::desc &layout);
    /// Adds a part of the scratch.
    dnnl::memory temporary(const dnnl::memory::desc &layout);
    /// Adds a call; its own scratchpad becomes a part of the scratch.
    void stage(
        const dnnl::primitive &primitive, const dnnl::memory::desc &scratchpad,
        const std::vector<std::pair<int, dnnl::memory>> &arguments);
    /// Adds a change of layout.
    void reorder(const dnnl::memory &from, const dnnl::memory &to);

    void run(void *const *pointers, void *base);
};

namespace kalsae {

/// Attributes that every primitive starts from: the scratchpad is the caller's.
dnnl::primitive_attr attributes();

/// Builds a primitive by `body` and hands it out, or reports why it cannot be.
template <typename Body>
int build(kdnn_primitive **result, Body body) {
    *result = nullptr;
    return guarded([&] {
        auto made = new kdnn_primitive;
        try {
            body(*made);
        } catch (...) {
            delete made;
            throw;
        }
        *result = made;
    });
}

}  // namespace kalsae
