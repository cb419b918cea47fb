// Shows that the emulated card computes, and that it notices what it is there to notice.
#include <cstdio>

#include "check.h"

void *cuda, *nvrtc, *stream;

namespace {

int wrong;
void *module;
uint64_t memory;

}  // namespace

void expect(const char *what, long expected, long got) {
    if (expected == got) return;
    fprintf(stderr, "emulated card: %s: expected %ld, got %ld\n", what, expected, got);
    wrong++;
}

/// Compiles a program; its code, or an empty text with the log.
std::string compile(const std::string &source, std::string *log) {
    void *program = nullptr;
    const char *options[] = {"--gpu-architecture=sm_90"};
    size_t size = 0;
    call(nvrtc, "nvrtcCreateProgram", &program, source.c_str(), "x", 0, nullptr, nullptr);
    const int code = call(nvrtc, "nvrtcCompileProgram", program, 1, options);
    call(nvrtc, "nvrtcGetProgramLogSize", program, &size);
    log->resize(size);
    call(nvrtc, "nvrtcGetProgramLog", program, log->data());
    std::string bytes;
    if (code == 0) {
        call(nvrtc, "nvrtcGetCUBINSize", program, &size);
        bytes.resize(size);
        call(nvrtc, "nvrtcGetCUBIN", program, bytes.data());
    } else {
        expect("a program with a mistake", 6, code);
    }
    call(nvrtc, "nvrtcDestroyProgram", &program);
    return bytes;
}

void *load(const std::string &code) {
    void *made = nullptr;
    expect("an image", 0, cu("cuModuleLoadData", &made, static_cast<const void *>(code.data())));
    return made;
}

int launch(void *from, const char *name, std::vector<void *> arguments, unsigned items) {
    void *function = nullptr;
    expect(name, 0, cu("cuModuleGetFunction", &function, from, name));
    return cu(
        "cuLaunchKernel", function, 1u, 1u, 1u, items, 1u, 1u, 0u, stream, arguments.data(),
        static_cast<void **>(nullptr));
}

int finish() { return cu("cuStreamSynchronize", stream); }

namespace {

const char *program = R"(
extern "C" __global__ void __launch_bounds__(64) tree(int *x, long begin) {
    __shared__ int s[64];
    s[threadIdx.x] = x[begin + threadIdx.x];
    __syncthreads();
    for (int h = 32; h > 0; h /= 2) {
        if (threadIdx.x < h) s[threadIdx.x] += s[threadIdx.x + h];
        __syncthreads();
    }
    if (threadIdx.x == 0) x[0] = s[0];
}
extern "C" __global__ void __launch_bounds__(64) forgetful(int *x) {
    __shared__ int s[64];
    s[threadIdx.x] = x[threadIdx.x];
    __syncthreads();
    if (threadIdx.x < 63) s[threadIdx.x] = s[threadIdx.x + 1];
    x[threadIdx.x] = s[0];
    __syncthreads();
}
extern "C" __global__ void __launch_bounds__(64) parting(int *x) {
    if (threadIdx.x == 3) return;
    __syncthreads();
    x[threadIdx.x] = 0;
}
extern "C" __global__ void __launch_bounds__(64) beyond(int *x) { x[64] = 7; }
extern "C" __global__ void __launch_bounds__(64) halves(unsigned short *x, double y) {
    asm("cvt.rn.f16.f64 %0, %1;" : "=h"(x[0]) : "d"(y));
    float z; asm("cvt.f32.f16 %0, %1;" : "=f"(z) : "h"(x[0]));
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(x[1]) : "f"(z));
}
)";

int launch(const char *name, std::vector<void *> arguments, unsigned items = 64) {
    return ::launch(module, name, arguments, items);
}

std::vector<int> numbers() {
    std::vector<int> x(64);
    cu("cuMemcpyDtoHAsync_v2", static_cast<void *>(x.data()), memory, sizeof(int) * 64, stream);
    finish();
    return x;
}

void upload(const std::vector<int> &x) {
    cu("cuMemcpyHtoDAsync_v2", memory, static_cast<const void *>(x.data()), x.size() * sizeof(int), stream);
}

/// What is noticed, on standard error as well, which is expected here.
void noticed() {
    upload(std::vector<int>(64, 1));
    expect("work items that part", 0, launch("parting", {&memory}));
    expect("a barrier without all", 719, finish());
    expect("a card that was lost", 719, finish());
    cu("emulated_cuda_configure", "");
    expect("a write", 0, launch("beyond", {&memory}));
    expect("a write beyond memory", 700, finish());
    cu("emulated_cuda_configure", "");
    expect("too many work items", 1, launch("beyond", {&memory}, 65));
    expect("a copy beyond memory", 1, cu("cuMemcpyDtoDAsync_v2", memory, memory + 8, size_t(256), stream));
}

void captured() {
    void *graph = nullptr, *compiled = nullptr;
    long begin = 0;
    std::vector<int> x(64, 1);
    upload(x);
    expect("a capture", 0, cu("cuStreamBeginCapture_v2", stream, 1));
    expect("a recorded launch", 0, launch("tree", {&memory, &begin}));
    // Its value was taken.
    begin = 1 << 20;
    expect("the end", 0, cu("cuStreamEndCapture", stream, &graph));
    expect("what was recorded", 1, numbers()[0]);
    expect("a compiled graph", 0, cu("cuGraphInstantiateWithFlags", &compiled, graph, 0ull));
    cu("cuGraphDestroy", graph);
    cu("cuGraphLaunch", compiled, stream);
    cu("cuGraphLaunch", compiled, stream);
    cu("cuGraphExecDestroy", compiled);
    expect("two runs", 64 + 63, numbers()[0]);
    cu("cuStreamBeginCapture_v2", stream, 1);
    uint64_t more = 0;
    expect("memory while recording", 900, cu("cuMemAlloc_v2", &more, size_t(8)));
    expect("a spoiled recording", 901, cu("cuStreamEndCapture", stream, &graph));
    cu("cuStreamBeginCapture_v2", stream, 1);
    expect("waiting while recording", 900, finish());
    cu("cuStreamEndCapture", stream, &graph);
}

}  // namespace

int main(int, char **arguments) {
    const std::string folder = arguments[1];
    cuda = dlopen((folder + "/libcuda.so.1").c_str(), RTLD_NOW);
    nvrtc = dlopen((folder + "/libnvrtc.so.12").c_str(), RTLD_NOW);
    if (!cuda || !nvrtc) return fprintf(stderr, "emulated card: %s\n", dlerror()), 1;
    std::string log;
    expect("a mistake", 0, long(compile("\nvoid f() { g(); }\n", &log).size()));
    expect("its line in the log", 1, log.find("kalsae.cu:2:12: error") != std::string::npos);
    const std::string code = compile(program, &log);
    if (code.empty()) return fprintf(stderr, "%s", log.c_str()), 1;
    void *context = nullptr;
    expect("a call in front of cuInit", 3, cu("cuMemAlloc_v2", &memory, size_t(256)));
    cu("cuInit", 0u);
    expect("memory without a context", 201, cu("cuMemAlloc_v2", &memory, size_t(256)));
    cu("cuDevicePrimaryCtxRetain", &context, 0);
    cu("cuCtxSetCurrent", context);
    cu("cuStreamCreate", &stream, 1u);
    expect("memory", 0, cu("cuMemAlloc_v2", &memory, size_t(256)));
    expect("memory without end", 2, cu("cuMemAlloc_v2", &memory, size_t(1) << 50));
    module = load(code);
    long begin = 0;
    for (int i = 0; i < 2; i++) {
        std::vector<int> x(64);
        for (int j = 0; j < 64; j++) x[size_t(j)] = j;
        upload(x);
        launch("tree", {&memory, &begin});
        expect("a sum", 2016, numbers()[0]);
    }
    // Whether a kernel lacks a barrier shows in one of two runs at least.
    bool is_noticed = false;
    for (int i = 0; i < 2; i++) {
        std::vector<int> x(64);
        for (int j = 0; j < 64; j++) x[size_t(j)] = j;
        upload(x);
        launch("forgetful", {&memory});
        for (const int number : numbers()) is_noticed |= number != 1;
    }
    expect("a barrier that lacks", 1, is_noticed);
    double third = 1 / 3.0;
    launch("halves", {&memory, &third});
    expect("a third as two halves", 0x35553555, numbers()[0]);
    check_matrices();
    captured();
    noticed();
    return wrong > 0;
}
