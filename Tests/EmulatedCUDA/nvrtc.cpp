// NVRTC on a processor: programs in CUDA C++ become shared objects of this machine.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fstream>
#include <sstream>
#include <unistd.h>
#include <vector>

#include "image.h"
#include "settings.h"
#include "source.h"

#ifndef CLANG
#error "CLANG is the compiler that programs are given to"
#endif

using namespace emulated;

namespace {

enum { compilation_failed = 6, invalid_input = 3, invalid_program = 4, invalid_option = 5 };

struct Program {
    std::string source, log, code;
    bool is_ptx = false;
    int architecture = 0;
};

/// The path of this library.
std::string library() {
    Dl_info info;
    return dladdr(reinterpret_cast<void *>(&library), &info) ? info.dli_fname : "";
}

/// The version that the library's name tells: 13.0 of libnvrtc.so.13, 12.9 of .12, 11.8 of others.
int version() {
    const std::string path = library();
    const std::string name = path.substr(path.rfind('/') + 1);
    const long known = name == "libnvrtc.so.13" ? 13000 : name == "libnvrtc.so.12" ? 12090 : 11080;
    return int(setting("nvrtc", known));
}

/// The architectures that programs are compiled for.
std::vector<int> architectures() {
    std::string names = text("architectures");
    std::istringstream words(names.empty() ? "75 80 86 87 88 89 90 100 103 110 120 121" : names);
    std::vector<int> list;
    for (int number; words >> number;) list.push_back(number);
    return list;
}

std::string read(const std::string &path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
}

void write(const std::string &path, const std::string &bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

/// Runs the compiler, whose messages are added to the log.
bool clang(const std::string &folder, const std::string &arguments, Program *program) {
    // The caller may have set what is to be loaded before other libraries; that is not for the compiler.
    const std::string command = "cd '" + folder + "' && env -u LD_PRELOAD '" CLANG "' -std=c++17 -w "
        + arguments + " >log 2>&1";
    const bool is_done = system(command.c_str()) == 0;
    program->log += read(folder + "/log");
    return is_done;
}

bool compile(const std::string &folder, Program *program) {
    const std::string home = library().substr(0, library().rfind('/'));
    write(
        folder + "/code.cpp",
        read(home + "/preamble.h") + read(home + "/matrices.h") + "\n#line 1 \"kalsae.cu\"\n" + without_asm(program->source)
            + "\n#line 1 \"kernels\"\n" + kernel_table(program->source));
    // -mcpu and -march of the machine: a multiplication that adds is one instruction, else a slow function.
    const char *machine =
#if __x86_64__
        "-march=native ";
#else
        "-mcpu=native ";
#endif
    const std::string options = std::string(machine)
        + "-O1 -shared -fPIC -fvisibility=hidden -ffp-contract=off -fno-exceptions -fno-math-errno "
        + "-D__CUDACC__ -D__CUDACC_RTC__ -D__CUDA_ARCH__=" + std::to_string(program->architecture * 10) + " ";
    if (!clang(folder, options + "-fuse-ld=lld -Wl,--no-undefined -x c++ code.cpp -o code.so -lm", program))
        return false;
    const std::string object = read(folder + "/code.so");
    if (!program->is_ptx) {
        Image image{{}, program->architecture, version(), object.size()};
        memcpy(image.magic, image_magic, sizeof image_magic);
        program->code = std::string(reinterpret_cast<const char *>(&image), sizeof image) + object;
        return true;
    }
    std::string digits;
    for (const char byte : object) {
        char pair[3];
        snprintf(pair, sizeof pair, "%02x", unsigned(static_cast<unsigned char>(byte)));
        digits += pair;
    }
    program->code = "// CUDA " + std::to_string(version()) + "\n.target sm_"
        + std::to_string(program->architecture) + "\n" + object_line + digits + "\n";
    return true;
}

}  // namespace

EXPORT int nvrtcVersion(int *major, int *minor) {
    const Entry entry("nvrtcVersion");
    *major = version() / 1000;
    *minor = version() % 1000 / 10;
    return entry.code;
}

EXPORT int nvrtcGetNumSupportedArchs(int *count) {
    const Entry entry("nvrtcGetNumSupportedArchs");
    *count = int(architectures().size());
    return entry.code;
}

EXPORT int nvrtcGetSupportedArchs(int *numbers) {
    const Entry entry("nvrtcGetSupportedArchs");
    for (const int number : architectures()) *numbers++ = number;
    return entry.code;
}

EXPORT int nvrtcCreateProgram(
    void **program, const char *source, const char *, int headers, const void *, const void *) {
    const Entry entry("nvrtcCreateProgram");
    if (entry.code) return entry.code;
    if (!source || headers != 0) return invalid_input;
    auto *made = new Program;
    made->source = source;
    *program = made;
    return 0;
}

EXPORT int nvrtcCompileProgram(void *handle, int count, const char *const *options) {
    const Entry entry("nvrtcCompileProgram");
    if (entry.code) return entry.code;
    auto *program = static_cast<Program *>(handle);
    for (int i = 0; i < count; i++) {
        const std::string option = options[i];
        const size_t number = option.find('_');
        if (option.rfind("--gpu-architecture=", 0) != 0) continue;
        if (number == std::string::npos) return invalid_option;
        program->is_ptx = option.find("=compute_") != std::string::npos;
        program->architecture = atoi(option.c_str() + number + 1);
    }
    bool is_known = false;
    for (const int number : architectures()) is_known |= number == program->architecture;
    if (!is_known) {
        program->log = "nvrtc: error: invalid value for --gpu-architecture (-arch)\n";
        return invalid_option;
    }
    const char *parent = getenv("TMPDIR");
    std::string folder = std::string(parent ? parent : "/tmp") + "/emulated-nvrtc-XXXXXX";
    if (!mkdtemp(folder.data())) return compilation_failed;
    const bool is_done = compile(folder, program);
    for (const char *name : {"/code.cpp", "/code.so", "/log"})
        unlink((folder + name).c_str());
    rmdir(folder.c_str());
    return is_done ? 0 : compilation_failed;
}

EXPORT int nvrtcGetProgramLogSize(void *program, size_t *size) {
    *size = static_cast<Program *>(program)->log.size() + 1;
    return 0;
}

EXPORT int nvrtcGetProgramLog(void *program, char *log) {
    strcpy(log, static_cast<Program *>(program)->log.c_str());
    return 0;
}

static int give(void *handle, bool is_ptx, size_t *size, char *bytes) {
    const auto *program = static_cast<Program *>(handle);
    if (program->is_ptx != is_ptx || program->code.empty()) return invalid_program;
    // A PTX text ends with a 0, which counts.
    if (size) *size = program->code.size() + is_ptx;
    if (bytes) memcpy(bytes, program->code.c_str(), program->code.size() + is_ptx);
    return 0;
}

EXPORT int nvrtcGetCUBINSize(void *program, size_t *size) { return give(program, false, size, nullptr); }

EXPORT int nvrtcGetCUBIN(void *program, char *bytes) { return give(program, false, nullptr, bytes); }

EXPORT int nvrtcGetPTXSize(void *program, size_t *size) { return give(program, true, size, nullptr); }

EXPORT int nvrtcGetPTX(void *program, char *bytes) { return give(program, true, nullptr, bytes); }

EXPORT int nvrtcDestroyProgram(void **program) {
    delete static_cast<Program *>(*program);
    *program = nullptr;
    return 0;
}

EXPORT const char *nvrtcGetErrorString(int code) {
    switch (code) {
    case 0: return "NVRTC_SUCCESS";
    case 1: return "NVRTC_ERROR_OUT_OF_MEMORY";
    case invalid_input: return "NVRTC_ERROR_INVALID_INPUT";
    case invalid_program: return "NVRTC_ERROR_INVALID_PROGRAM";
    case invalid_option: return "NVRTC_ERROR_INVALID_OPTION";
    case compilation_failed: return "NVRTC_ERROR_COMPILATION";
    default: return "NVRTC_ERROR";
    }
}
