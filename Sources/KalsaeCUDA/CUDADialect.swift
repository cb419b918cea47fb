import KalsaeGPU

/// The common dialect of kernels in CUDA C++, without any header: NVRTC brings none.
package enum CUDADialect {
    /// What stands in front of every program; it names the options, as other ones make other code.
    package static func text(for architecture: String) -> String {
        "/* \(options(architecture: architecture).joined(separator: " ")) */\n" + macros
            + MatrixInstructions.text
    }

    private static let macros = """
        typedef unsigned char u8; typedef unsigned short u16; typedef unsigned int u32;
        typedef unsigned long u64; typedef long i64;
        #define KERNEL(size) extern "C" __global__ void __launch_bounds__(size)
        #define KERNEL_PAIR(size) extern "C" __global__ void __launch_bounds__(size, 2)
        #define GLOBAL
        #define DEVICE static __device__ __forceinline__
        #define SHARED(type, name, count) __shared__ __align__(16) type name[count]
        #define UNROLL _Pragma("unroll")
        #define UNROLL_TWICE _Pragma("unroll 2")
        #define BARRIER() __syncthreads()
        #define FENCE() __syncthreads()
        #define LOCAL
        #define LID ((int)threadIdx.x)
        #define GROUP_INDEX blockIdx.x
        #define GROUP_COUNT gridDim.x
        #define ATOMIC_MIN(pointer, value) atomicMin(pointer, value)
        #define MULHI(x, y) __umulhi(x, y)
        #define INFINITY __int_as_float(0x7F800000)
        #define HAS_F64
        DEVICE float BITS_F(u32 bits) { return __uint_as_float(bits); }
        DEVICE u32 F_BITS(float x) { return __float_as_uint(x); }
        DEVICE double BITS_D(u64 bits) { return __longlong_as_double((long long)bits); }
        DEVICE u64 D_BITS(double x) { return (u64)__double_as_longlong(x); }
        DEVICE float f_of_half(u16 x) {
            float y; asm("cvt.f32.f16 %0, %1;" : "=f"(y) : "h"(x)); return y;
        }
        DEVICE u16 half_of_f(float x) {
            u16 y; asm("cvt.rn.f16.f32 %0, %1;" : "=h"(y) : "f"(x)); return y;
        }
        DEVICE u16 half_of_d(double x) {
            u16 y; asm("cvt.rn.f16.f64 %0, %1;" : "=h"(y) : "d"(x)); return y;
        }

        """

    /// Options of the compiler: `a*b+c` is rounded twice unless a kernel asks for once.
    package static func options(architecture: String) -> [String] {
        ["--gpu-architecture=\(architecture)", "--std=c++17", "--fmad=false", "-w"]
    }
}
