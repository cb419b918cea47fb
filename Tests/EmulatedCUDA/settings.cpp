#include "settings.h"

#include <cstdlib>
#include <map>
#include <vector>

namespace emulated {
namespace {

struct Fault {
    std::string function;
    long call;
    int code;
};

std::recursive_mutex mutex;
std::map<std::string, std::string> values;
std::map<std::string, long> counts;
std::vector<Fault> faults;

void parse(const char *settings) {
    values.clear();
    counts.clear();
    faults.clear();
    std::string rest = settings;
    while (!rest.empty()) {
        const size_t end = rest.find(';'), equal = rest.find('=');
        const std::string item = rest.substr(0, end);
        rest = end == std::string::npos ? "" : rest.substr(end + 1);
        if (equal == std::string::npos || equal > item.size()) continue;
        const std::string name = item.substr(0, equal), value = item.substr(equal + 1);
        if (name != "fail") {
            values[name] = value;
            continue;
        }
        const size_t first = value.find(':'), second = value.rfind(':');
        if (first == std::string::npos || first == second) continue;
        faults.push_back(
            {value.substr(0, first), atol(value.c_str() + first + 1),
             atoi(value.c_str() + second + 1)});
    }
}

void begin() {
    static const bool once = [] {
        const char *settings = getenv("EMULATED_CUDA");
        parse(settings ? settings : "");
        return true;
    }();
    (void)once;
}

}  // namespace

long setting(const char *name, long fallback) {
    begin();
    const auto found = values.find(name);
    return found == values.end() ? fallback : atol(found->second.c_str());
}

std::string text(const char *name) {
    begin();
    const auto found = values.find(name);
    return found == values.end() ? "" : found->second;
}

void configure(const char *settings) {
    std::lock_guard<std::recursive_mutex> lock(mutex);
    begin();
    parse(settings);
}

long calls(const char *function) {
    std::lock_guard<std::recursive_mutex> lock(mutex);
    return counts[function];
}

Entry::Entry(const char *function) : lock(mutex), code(0) {
    begin();
    const long call = ++counts[function];
    for (const Fault &fault : faults)
        if (fault.function == function && fault.call == call) code = fault.code;
}

}  // namespace emulated
