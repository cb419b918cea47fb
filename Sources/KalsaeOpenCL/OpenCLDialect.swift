/// The common dialect of kernels in OpenCL C 1.2.
enum OpenCLDialect {
    /// What stands in front of every program.
    static func text(hasFloat64: Bool) -> String {
        """
        #pragma OPENCL FP_CONTRACT OFF
        typedef uchar u8; typedef ushort u16; typedef uint u32; typedef ulong u64; typedef long i64;
        #define KERNEL(size) __kernel __attribute__((reqd_work_group_size(size, 1, 1))) void
        #define KERNEL_PAIR KERNEL
        #define GLOBAL __global
        #define DEVICE static inline
        #define SHARED(type, name, count) __local type name[count] __attribute__((aligned(16)))
        #define UNROLL
        #define UNROLL_TWICE
        #define BARRIER() barrier(CLK_LOCAL_MEM_FENCE)
        #define FENCE() barrier(CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE)
        #define LOCAL __local
        #define LID ((int)get_local_id(0))
        #define GROUP_INDEX get_group_id(0)
        #define GROUP_COUNT get_num_groups(0)
        #define ATOMIC_MIN(pointer, value) atomic_min(pointer, value)
        #define MULHI(x, y) mul_hi(x, y)
        DEVICE float BITS_F(u32 bits) { return as_float(bits); }
        DEVICE u32 F_BITS(float x) { return as_uint(x); }
        DEVICE float f_of_half(u16 x) { return vload_half(0, (const half *)&x); }
        DEVICE u16 half_of_f(float x) { u16 bits; vstore_half_rte(x, 0, (half *)&bits); return bits; }

        """
            + (hasFloat64
                ? """
                #pragma OPENCL EXTENSION cl_khr_fp64 : enable
                #define HAS_F64
                DEVICE double BITS_D(u64 bits) { return as_double(bits); }
                DEVICE u64 D_BITS(double x) { return as_ulong(x); }
                DEVICE u16 half_of_d(double x) { u16 bits; vstore_half_rte(x, 0, (half *)&bits); return bits; }

                """
                : """
                #define half_of_d(x) half_of_f((float)(x))
                #define bf16_of_d(x) bf16_of_f((float)(x))
                #define double float

                """)
    }
}
