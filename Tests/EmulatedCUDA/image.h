// "Machine code" of the emulated compiler: a shared object of the processor behind a few numbers; as
// "PTX" the same in hexadecimal digits.
#pragma once
#include <cstdint>

namespace emulated {

constexpr char image_magic[8] = {'E', 'M', 'U', 'C', 'U', 'B', 'I', 'N'};

struct Image {
    char magic[8];
    /// The architecture, as 90; the version of CUDA, as 12090.
    int32_t architecture, version;
    /// The bytes that follow.
    uint64_t bytes;
};

/// The line of a PTX text that has the shared object.
constexpr char object_line[] = "// object: ";

}  // namespace emulated
