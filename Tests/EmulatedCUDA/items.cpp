// Runs the work items of a group in turn: of kernels with barriers each on a stack of its own, from
// barrier to barrier.
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <sys/mman.h>
#include <ucontext.h>

#include "driver.h"

namespace emulated {
namespace {

constexpr size_t stack_bytes = 128 << 10, page = 4096;

struct Fiber {
    jmp_buf at;
    void *stack;
    /// Whether `at` says where to go on; else it begins on an empty stack.
    bool is_begun;
    bool is_done;
};

std::vector<Fiber> fibers;
jmp_buf scheduler;
Fiber *running;
const Kernel *running_kernel;
void **running_arguments;

/// Goes from a fiber back to the scheduler, until it is resumed.
void leave(Fiber *fiber) {
    if (_setjmp(fiber->at) == 0) _longjmp(scheduler, 1);
}

void barrier() {
    if (!running) {
        fprintf(stderr, "emulated CUDA: a barrier outside of a kernel with barriers\n");
        abort();
    }
    leave(running);
}

void main_of_fiber() {
    for (;;) {
        Fiber *fiber = running;
        running_kernel->item(running_arguments);
        fiber->is_done = true;
        leave(fiber);
    }
}

void begin(Fiber *fiber) {
    ucontext_t context;
    getcontext(&context);
    context.uc_stack.ss_sp = static_cast<char *>(fiber->stack) + page;
    context.uc_stack.ss_size = stack_bytes - page;
    context.uc_link = nullptr;
    makecontext(&context, main_of_fiber, 0);
    fiber->is_begun = true;
    setcontext(&context);
}

__attribute__((noinline)) void resume(Fiber *fiber) {
    running = fiber;
    if (_setjmp(scheduler) == 0) {
        if (fiber->is_begun) _longjmp(fiber->at, 1);
        begin(fiber);
    }
    running = nullptr;
}

void grow(unsigned items) {
    while (fibers.size() < items) {
        void *stack = mmap(
            nullptr, stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (stack == MAP_FAILED) abort();
        mprotect(stack, page, PROT_NONE);
        fibers.push_back(Fiber{{}, stack, false, true});
    }
}

/// A group whose work items wait for each other.
void run_group(const Program &program, const Kernel &kernel, unsigned items, bool is_reversed) {
    for (unsigned i = 0; i < items; i++) fibers[i].is_done = false;
    for (unsigned waiting = items; waiting > 0;) {
        waiting = 0;
        for (unsigned n = 0; n < items; n++) {
            const unsigned i = is_reversed ? items - 1 - n : n;
            if (fibers[i].is_done) continue;
            program.item->x = i;
            resume(&fibers[i]);
            waiting += !fibers[i].is_done;
        }
        unsigned done = 0;
        for (unsigned i = 0; i < items; i++) done += fibers[i].is_done;
        if (waiting == 0 || done == 0) continue;
        // They would wait for ever, or go on without those: undefined, and not the same on all devices.
        for (unsigned i = 0; i < items; i++) fibers[i].is_begun = fibers[i].is_done;
        return fail(
            launch_failed, std::string("kernel ") + kernel.name + ": of " + std::to_string(items)
                + " work items " + std::to_string(done) + " ended where the others wait at a barrier");
    }
}

}  // namespace

void run(const Program &program, const Kernel &kernel, void **arguments, unsigned groups, unsigned items) {
    // Forward, then backward: what depends on the order of work items shows.
    static bool is_reversed;
    is_reversed = !is_reversed;
    *program.barrier = barrier;
    *program.groups = {groups, 1, 1};
    *program.items = {items, 1, 1};
    *program.item = {0, 0, 0};
    if (kernel.has_barriers) {
        grow(items);
        running_kernel = &kernel;
        running_arguments = arguments;
    }
    for (unsigned n = 0; n < groups && !lost(); n++) {
        *program.group = {is_reversed ? groups - 1 - n : n, 0, 0};
        if (kernel.has_barriers) {
            run_group(program, kernel, items, is_reversed);
        } else {
            kernel.group(arguments, items, is_reversed);
        }
    }
}

}  // namespace emulated
