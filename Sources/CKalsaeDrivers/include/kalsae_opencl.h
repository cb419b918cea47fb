// What Kalsae asks of OpenCL 1.2, as function types: libOpenCL is opened at run time, and nothing needs
// its headers to build. Names and numbers are those of the specification by Khronos.
#pragma once
#include <stddef.h>
#include <stdint.h>

#if __clang__
#pragma clang assume_nonnull begin
#endif

typedef int32_t kcl_int;
typedef uint32_t kcl_uint;
typedef uint64_t kcl_bitfield;
/// A platform, device, context, queue, buffer, program, kernel or event.
typedef void *kcl_handle;
typedef kcl_handle _Nullable kcl_maybe;
typedef const char *kcl_text;

typedef kcl_int (*kcl_get_platforms)(
    kcl_uint count, kcl_maybe *_Nullable platforms, kcl_uint *_Nullable found);
typedef kcl_int (*kcl_get_devices)(
    kcl_handle platform, kcl_bitfield type, kcl_uint count, kcl_maybe *_Nullable devices,
    kcl_uint *_Nullable found);
/// Of a platform or device.
typedef kcl_int (*kcl_get_info)(
    kcl_handle object, kcl_uint name, size_t size, void *_Nullable value, size_t *_Nullable found);
typedef kcl_maybe (*kcl_create_context)(
    const intptr_t *_Nullable properties, kcl_uint count, const kcl_handle _Nonnull *_Nonnull devices,
    const void *_Nullable notify, void *_Nullable data, kcl_int *error);
typedef kcl_maybe (*kcl_create_queue)(
    kcl_handle context, kcl_handle device, kcl_bitfield properties, kcl_int *error);
typedef kcl_maybe (*kcl_create_buffer)(
    kcl_handle context, kcl_bitfield flags, size_t size, void *_Nullable host, kcl_int *error);
typedef kcl_maybe (*kcl_create_program)(
    kcl_handle context, kcl_uint count, const kcl_text _Nonnull *_Nonnull texts, const size_t *lengths,
    kcl_int *error);
typedef kcl_maybe (*kcl_create_program_from_binary)(
    kcl_handle context, kcl_uint count, const kcl_handle _Nonnull *_Nonnull devices, const size_t *lengths,
    const unsigned char *_Nonnull const *_Nonnull binaries, kcl_int *_Nullable status,
    kcl_int *error);
typedef kcl_int (*kcl_build_program)(
    kcl_handle program, kcl_uint count, const kcl_handle _Nonnull *_Nonnull devices, kcl_text options,
    const void *_Nullable notify, void *_Nullable data);
typedef kcl_int (*kcl_get_build_info)(
    kcl_handle program, kcl_handle device, kcl_uint name, size_t size, void *_Nullable value,
    size_t *_Nullable found);
typedef kcl_maybe (*kcl_create_kernel)(kcl_handle program, kcl_text name, kcl_int *error);
typedef kcl_int (*kcl_set_argument)(
    kcl_handle kernel, kcl_uint index, size_t size, const void *_Nullable value);
typedef kcl_int (*kcl_launch)(
    kcl_handle queue, kcl_handle kernel, kcl_uint axes, const size_t *_Nullable offset,
    const size_t *global, const size_t *local, kcl_uint waits, const void *_Nullable events,
    void *_Nullable event);
typedef kcl_int (*kcl_read)(
    kcl_handle queue, kcl_handle buffer, kcl_uint blocking, size_t offset, size_t size, void *to,
    kcl_uint waits, const void *_Nullable events, void *_Nullable event);
typedef kcl_int (*kcl_write)(
    kcl_handle queue, kcl_handle buffer, kcl_uint blocking, size_t offset, size_t size,
    const void *from, kcl_uint waits, const void *_Nullable events,
    void *_Nullable event);
typedef kcl_int (*kcl_copy)(
    kcl_handle queue, kcl_handle from, kcl_handle to, size_t from_offset, size_t to_offset,
    size_t size, kcl_uint waits, const void *_Nullable events, void *_Nullable event);
/// Finishes a queue, or releases an object.
typedef kcl_int (*kcl_of_handle)(kcl_handle object);

enum {
    KCL_SUCCESS = 0,
    KCL_DEVICE_NOT_FOUND = -1,
    KCL_MEM_OBJECT_ALLOCATION_FAILURE = -4,
    KCL_OUT_OF_RESOURCES = -5,
    KCL_OUT_OF_HOST_MEMORY = -6,
    KCL_INVALID_BUFFER_SIZE = -61,
    KCL_PLATFORM_NOT_FOUND = -1001,

    KCL_DEVICE_TYPE_CPU = 2,
    KCL_DEVICE_TYPE_GPU = 4,

    KCL_PLATFORM_NAME = 0x0902,

    KCL_DEVICE_TYPE = 0x1000,
    KCL_DEVICE_MAX_COMPUTE_UNITS = 0x1002,
    KCL_DEVICE_MAX_WORK_GROUP_SIZE = 0x1004,
    KCL_DEVICE_MAX_MEM_ALLOC_SIZE = 0x1010,
    KCL_DEVICE_MAX_PARAMETER_SIZE = 0x1017,
    KCL_DEVICE_SINGLE_FP_CONFIG = 0x101B,
    KCL_DEVICE_GLOBAL_MEM_SIZE = 0x101F,
    KCL_DEVICE_LOCAL_MEM_SIZE = 0x1023,
    KCL_DEVICE_AVAILABLE = 0x1027,
    KCL_DEVICE_COMPILER_AVAILABLE = 0x1028,
    KCL_DEVICE_NAME = 0x102B,
    KCL_DRIVER_VERSION = 0x102D,
    KCL_DEVICE_EXTENSIONS = 0x1030,

    KCL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT = 1 << 7,
    KCL_MEM_READ_WRITE = 1,
    KCL_PROGRAM_BUILD_LOG = 0x1183,
    KCL_PROGRAM_BINARY_SIZES = 0x1165,
    KCL_PROGRAM_BINARIES = 0x1166,
};

#if __clang__
#pragma clang assume_nonnull end
#endif
