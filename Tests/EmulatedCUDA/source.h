// Texts of programs, as the emulated compiler changes them.
#pragma once
#include <string>

namespace emulated {

/// Makes each line `asm("cvt.rn.f16.f32 %0, %1;" : "=h"(y) : "f"(x));` a call, `y = ptx_cvt_rn_f16_f32(x);`.
std::string without_asm(const std::string &text);

/// The table of the kernels of a program; macros may begin them, or be their barriers.
std::string kernel_table(const std::string &source);

}  // namespace emulated
