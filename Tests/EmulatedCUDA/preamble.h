// CUDA C++ on a processor: what stands in front of a program that the emulated compiler is given. No
// header is included, as NVRTC has none either.
#pragma clang system_header

namespace emulated {

struct Index {
    unsigned x, y, z;
};

struct Kernel {
    const char *name;
    const unsigned char *sizes;
    void (*item)(void **arguments);
    void (*group)(void **arguments, unsigned size, int is_reversed);
    int has_barriers;
    unsigned bounds;
};

struct Module {
    Index *item, *group, *items, *groups;
    void (**barrier)();
    const Kernel *kernels;
    int count;
};

static void (*barrier)();

}  // namespace emulated

static emulated::Index threadIdx, blockIdx, blockDim, gridDim;

#define __global__ __attribute__((noinline))
#define __launch_bounds__(...)
#define __device__
#define __forceinline__ inline __attribute__((always_inline))
#define __shared__ static
#define __align__(size) __attribute__((aligned(size)))

static inline void __syncthreads() { emulated::barrier(); }

namespace emulated {

template <int... N>
struct Numbers {};

// A kernel with arguments that lie where pointers say.
template <auto function>
struct Caller;

template <typename... P, void (*function)(P...)>
struct Caller<function> {
    static constexpr unsigned char sizes[] = {sizeof(P)..., 0};

    template <int... N>
    static void item(void **arguments, Numbers<N...>) {
        function(*static_cast<P *>(arguments[N])...);
    }

    static void item(void **arguments) { item(arguments, __make_integer_seq<Some, int, sizeof...(P)>()); }

    static void group(void **arguments, unsigned size, int is_reversed) {
        for (unsigned n = 0; n < size; n++) {
            threadIdx.x = is_reversed ? size - 1 - n : n;
            item(arguments);
        }
    }

private:
    template <typename, int... N>
    using Some = Numbers<N...>;
};

}  // namespace emulated

// Mathematical functions, overloaded by type.
#define EMULATED_UNARY(name)                        \
    extern "C" float name##f(float) noexcept;       \
    extern "C" double name(double) noexcept;        \
    static inline float name(float x) { return name##f(x); }
#define EMULATED_BINARY(name)                          \
    extern "C" float name##f(float, float) noexcept;   \
    extern "C" double name(double, double) noexcept;   \
    static inline float name(float x, float y) { return name##f(x, y); }
EMULATED_UNARY(exp) EMULATED_UNARY(expm1) EMULATED_UNARY(log) EMULATED_UNARY(log1p)
EMULATED_UNARY(sqrt) EMULATED_UNARY(sin) EMULATED_UNARY(cos) EMULATED_UNARY(atan)
EMULATED_UNARY(tanh) EMULATED_UNARY(erf) EMULATED_UNARY(floor) EMULATED_UNARY(ceil)
EMULATED_UNARY(rint) EMULATED_UNARY(fabs)
EMULATED_BINARY(pow) EMULATED_BINARY(atan2) EMULATED_BINARY(fmod) EMULATED_BINARY(copysign)
EMULATED_BINARY(fmax) EMULATED_BINARY(fmin)
extern "C" float fmaf(float, float, float) noexcept;
extern "C" double fma(double, double, double) noexcept;
static inline float fma(float x, float y, float z) { return fmaf(x, y, z); }
extern "C" long double sinl(long double) noexcept;
extern "C" long double cosl(long double) noexcept;
static inline double sinpi(double x) { return (double)sinl(3.14159265358979323846264338327950288L * fmod(x, 2)); }
static inline double cospi(double x) { return (double)cosl(3.14159265358979323846264338327950288L * fmod(x, 2)); }
static inline float sinpi(float x) { return (float)sinpi((double)x); }
static inline float cospi(float x) { return (float)cospi((double)x); }
static inline float rsqrtf(float x) { return 1 / sqrtf(x); }

#define EMULATED_ORDER(type)                                             \
    static inline type min(type x, type y) { return y < x ? y : x; }     \
    static inline type max(type x, type y) { return x < y ? y : x; }
EMULATED_ORDER(int) EMULATED_ORDER(unsigned) EMULATED_ORDER(long) EMULATED_ORDER(unsigned long)
EMULATED_ORDER(long long) EMULATED_ORDER(unsigned long long)

template <typename To, typename From>
static inline To emulated_bits(From from) {
    static_assert(sizeof(To) == sizeof(From));
    To to;
    __builtin_memcpy(&to, &from, sizeof to);
    return to;
}
static inline float __int_as_float(int x) { return emulated_bits<float>(x); }
static inline int __float_as_int(float x) { return emulated_bits<int>(x); }
static inline float __uint_as_float(unsigned x) { return emulated_bits<float>(x); }
static inline unsigned __float_as_uint(float x) { return emulated_bits<unsigned>(x); }
static inline double __longlong_as_double(long long x) { return emulated_bits<double>(x); }
static inline long long __double_as_longlong(double x) { return emulated_bits<long long>(x); }
static inline unsigned __umulhi(unsigned x, unsigned y) { return (unsigned)((unsigned long)x * y >> 32); }

// One work item runs at a time.
template <typename T>
static inline T emulated_exchange(T *target, T value) {
    const T old = *target;
    *target = value;
    return old;
}
#define EMULATED_ATOMICS(type)                                                                      \
    static inline type atomicMin(type *p, type x) { return emulated_exchange(p, x < *p ? x : *p); } \
    static inline type atomicMax(type *p, type x) { return emulated_exchange(p, x > *p ? x : *p); } \
    static inline type atomicAdd(type *p, type x) { return emulated_exchange(p, (type)(*p + x)); }
EMULATED_ATOMICS(int) EMULATED_ATOMICS(unsigned) EMULATED_ATOMICS(unsigned long long)

// Instructions of PTX as functions, by their names: `asm` is rewritten to calls of them.
static inline float ptx_cvt_f32_f16(unsigned short x) { return (float)emulated_bits<_Float16>(x); }
static inline unsigned short ptx_cvt_rn_f16_f32(float x) { return emulated_bits<unsigned short>((_Float16)x); }
static inline unsigned short ptx_cvt_rn_f16_f64(double x) { return emulated_bits<unsigned short>((_Float16)x); }

#define EMULATED_KERNEL(name, has_barriers, bounds)                                             \
    {#name, emulated::Caller<name>::sizes, emulated::Caller<name>::item, emulated::Caller<name>::group, \
     has_barriers, bounds}
