// What the parts of the emulated driver share. Handles are pointers to these structures.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "settings.h"

namespace emulated {

/// Codes of CUDA's reference.
enum Code {
    success = 0, invalid_value = 1, out_of_memory = 2, not_initialized = 3, no_device = 100,
    invalid_device = 101, invalid_image = 200, invalid_context = 201, no_binary = 209,
    invalid_ptx = 218, unsupported_ptx = 222, invalid_handle = 400, not_found = 500, not_ready = 600,
    illegal_address = 700, launch_failed = 719, capture_unsupported = 900, capture_invalidated = 901,
    unknown = 999,
};

struct Context {
    int card;
    int users;
};

/// A piece of work that runs when somebody waits for it.
using Work = std::function<void()>;
using Works = std::shared_ptr<std::vector<Work>>;

struct Capture {
    Works nodes;
    int mode;
    size_t thread;
    bool is_valid;
};

struct Stream {
    int card;
    std::unique_ptr<Capture> capture;
};

struct Event {
    bool is_done = true;
};

// --- card.cpp

/// The card of the thread's current context, or -1.
int current_card();
/// The code that all calls give behind a failure that no context survives.
int &lost();
/// A failure inside of work: one line of text, and the code that who waits is given.
void fail(int code, const std::string &line);
/// The code of a call that needs a context; notes codes that no context survives.
int check(const Entry &entry);

// --- memory.cpp

/// Whether so many bytes lie in one piece of a card's memory.
bool is_memory(uint64_t address, size_t bytes, int card);
/// Whether an address lies in pinned memory of the host.
bool is_pinned(const void *address);
/// Fails where something was written around a piece of memory.
void check_fences();

// --- streams.cpp

/// Gives work to a stream, or to the graph that it captures.
int give(void *stream, Work work);
/// Does all work that was given.
void finish();
/// The code of a call that may not be made while this thread captures; such a call ends the capture.
int forbidden_in_capture();

// --- items.cpp

struct Index {
    unsigned x, y, z;
};

/// A kernel as preamble.h describes it.
struct Kernel {
    const char *name;
    /// The size of each parameter, ended by 0.
    const unsigned char *sizes;
    /// Runs the work item that the indices of the module name.
    void (*item)(void **arguments);
    /// Runs all work items of a group of a kernel without barriers.
    void (*group)(void **arguments, unsigned size, int is_reversed);
    int has_barriers;
    unsigned bounds;
};

/// What a compiled program exports as `emulated_module`.
struct Program {
    Index *item, *group, *items, *groups;
    void (**barrier)();
    const Kernel *kernels;
    int count;
};

/// Runs all groups of a kernel, one after the other.
void run(const Program &program, const Kernel &kernel, void **arguments, unsigned groups, unsigned items);

}  // namespace emulated

/// Begins a function of the driver that needs a context.
#define ENTER(name)            \
    const Entry entry(name);   \
    if (const int wrong = check(entry)) return wrong
