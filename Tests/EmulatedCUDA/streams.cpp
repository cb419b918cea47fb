// Streams, events and graphs. Work waits in one line until somebody waits for it, as that of a card may:
// host memory that is changed too early, or read too early, shows.
#include <deque>
#include <pthread.h>
#include <set>

#include "driver.h"

using namespace emulated;

namespace emulated {
namespace {

/// What waits at most before the oldest is done.
constexpr size_t longest_line = 4096;

std::deque<Work> line;
std::set<Stream *> streams;

size_t thread() { return size_t(pthread_self()); }

void do_oldest() {
    const Work work = std::move(line.front());
    line.pop_front();
    // Behind a failure nothing runs.
    if (!lost()) work();
}

Stream *find(void *stream) {
    const auto found = streams.find(static_cast<Stream *>(stream));
    return found != streams.end() && (*found)->card == current_card() ? *found : nullptr;
}

void queue(Work work) {
    line.push_back(std::move(work));
    if (setting("eager", 0)) return finish();
    if (line.size() > longest_line) do_oldest();
}

}  // namespace

void finish() {
    while (!line.empty()) do_oldest();
    check_fences();
}

int give(void *handle, Work work) {
    Stream *stream = find(handle);
    if (!stream) return invalid_handle;
    if (!stream->capture) {
        queue(std::move(work));
    } else if (stream->capture->is_valid) {
        stream->capture->nodes->push_back(std::move(work));
    } else {
        return capture_invalidated;
    }
    return success;
}

int forbidden_in_capture() {
    int code = success;
    for (Stream *stream : streams) {
        Capture *capture = stream->capture.get();
        // Mode 0 is for all threads, 1 for the one that began, 2 for none.
        if (!capture || capture->mode == 2 || (capture->mode == 1 && capture->thread != thread())) continue;
        capture->is_valid = false;
        code = capture_unsupported;
    }
    return code;
}

}  // namespace emulated

EXPORT int cuStreamCreate(void **stream, unsigned) {
    ENTER("cuStreamCreate");
    auto *made = new Stream{current_card(), nullptr};
    streams.insert(made);
    *stream = made;
    return success;
}

EXPORT int cuStreamSynchronize(void *handle) {
    ENTER("cuStreamSynchronize");
    Stream *stream = find(handle);
    if (!stream) return invalid_handle;
    if (stream->capture) {
        stream->capture->is_valid = false;
        return capture_unsupported;
    }
    finish();
    return lost();
}

EXPORT int cuStreamDestroy_v2(void *handle) {
    ENTER("cuStreamDestroy_v2");
    Stream *stream = find(handle);
    if (!stream) return invalid_handle;
    streams.erase(stream);
    delete stream;
    return success;
}

EXPORT int cuEventCreate(void **event, unsigned) {
    ENTER("cuEventCreate");
    *event = new std::shared_ptr<Event>(std::make_shared<Event>());
    return success;
}

EXPORT int cuEventRecord(void *handle, void *stream) {
    ENTER("cuEventRecord");
    auto &event = *static_cast<std::shared_ptr<Event> *>(handle);
    // Who waits means the last record.
    event = std::make_shared<Event>();
    event->is_done = false;
    return give(stream, [event] { event->is_done = true; });
}

EXPORT int cuEventSynchronize(void *handle) {
    ENTER("cuEventSynchronize");
    const auto event = *static_cast<std::shared_ptr<Event> *>(handle);
    while (!event->is_done && !line.empty()) do_oldest();
    return lost();
}

EXPORT int cuEventDestroy_v2(void *handle) {
    ENTER("cuEventDestroy_v2");
    delete static_cast<std::shared_ptr<Event> *>(handle);
    return success;
}

EXPORT int cuStreamBeginCapture_v2(void *handle, int mode) {
    ENTER("cuStreamBeginCapture_v2");
    Stream *stream = find(handle);
    if (!stream) return invalid_handle;
    if (stream->capture || mode < 0 || mode > 2) return invalid_value;
    stream->capture.reset(new Capture{std::make_shared<std::vector<Work>>(), mode, thread(), true});
    return success;
}

EXPORT int cuStreamEndCapture(void *handle, void **graph) {
    ENTER("cuStreamEndCapture");
    *graph = nullptr;
    Stream *stream = find(handle);
    if (!stream) return invalid_handle;
    if (!stream->capture) return invalid_value;
    const std::unique_ptr<Capture> capture = std::move(stream->capture);
    if (!capture->is_valid) return capture_invalidated;
    *graph = new Works(capture->nodes);
    return success;
}

EXPORT int cuGraphInstantiateWithFlags(void **compiled, void *graph, unsigned long long) {
    ENTER("cuGraphInstantiateWithFlags");
    const Works &nodes = *static_cast<Works *>(graph);
    *compiled = new Works(std::make_shared<std::vector<Work>>(*nodes));
    return success;
}

EXPORT int cuGraphLaunch(void *compiled, void *stream) {
    ENTER("cuGraphLaunch");
    const Works nodes = *static_cast<Works *>(compiled);
    return give(stream, [nodes] {
        for (const Work &work : *nodes)
            if (!lost()) work();
    });
}

EXPORT int cuGraphDestroy(void *graph) {
    ENTER("cuGraphDestroy");
    delete static_cast<Works *>(graph);
    return success;
}

EXPORT int cuGraphExecDestroy(void *compiled) {
    ENTER("cuGraphExecDestroy");
    delete static_cast<Works *>(compiled);
    return success;
}
