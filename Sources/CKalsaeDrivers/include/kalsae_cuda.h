// What Kalsae asks of CUDA's driver and of its runtime compiler, as function types: both are opened at
// run time, and nothing needs their headers to build. Names and numbers are those of NVIDIA's reference.
#pragma once
#include <stddef.h>
#include <stdint.h>

#if __clang__
#pragma clang assume_nonnull begin
#endif

typedef int kcu_result;
typedef int kcu_device;
typedef uint64_t kcu_memory;
/// A context, stream, module, function, graph or compiled graph.
typedef void *kcu_handle;
typedef kcu_handle _Nullable kcu_maybe;

typedef kcu_result (*kcu_init)(unsigned flags);
typedef kcu_result (*kcu_number)(int *number);
typedef kcu_result (*kcu_get_device)(kcu_device *device, int index);
typedef kcu_result (*kcu_get_name)(char *name, int capacity, kcu_device device);
typedef kcu_result (*kcu_get_attribute)(int *value, int attribute, kcu_device device);
typedef kcu_result (*kcu_total_memory)(size_t *bytes, kcu_device device);
typedef kcu_result (*kcu_retain_context)(kcu_maybe *_Nonnull context, kcu_device device);
typedef kcu_result (*kcu_release_context)(kcu_device device);
typedef kcu_result (*kcu_of_handle)(kcu_maybe handle);
typedef kcu_result (*kcu_get_error)(kcu_result code, const char *_Nullable *_Nonnull text);
typedef kcu_result (*kcu_allocate)(kcu_memory *memory, size_t bytes);
typedef kcu_result (*kcu_free)(kcu_memory memory);
typedef kcu_result (*kcu_upload)(
    kcu_memory to, const void *from, size_t bytes, kcu_maybe stream);
typedef kcu_result (*kcu_download)(void *to, kcu_memory from, size_t bytes, kcu_maybe stream);
typedef kcu_result (*kcu_copy)(
    kcu_memory to, kcu_memory from, size_t bytes, kcu_maybe stream);
typedef kcu_result (*kcu_allocate_host)(
    void *_Nullable *_Nonnull memory, size_t bytes, unsigned flags);
typedef kcu_result (*kcu_free_host)(void *memory);
typedef kcu_result (*kcu_create_event)(kcu_maybe *_Nonnull event, unsigned flags);
typedef kcu_result (*kcu_record_event)(kcu_handle event, kcu_maybe stream);
typedef kcu_result (*kcu_create_stream)(kcu_maybe *_Nonnull stream, unsigned flags);
typedef kcu_result (*kcu_load_module)(kcu_maybe *_Nonnull module, const void *image);
typedef kcu_result (*kcu_get_function)(kcu_maybe *_Nonnull function, kcu_handle module, const char *name);
typedef kcu_result (*kcu_launch)(
    kcu_handle function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x,
    unsigned block_y, unsigned block_z, unsigned shared_bytes, kcu_maybe stream,
    void *_Nullable *_Nonnull parameters, void *_Nullable *_Nullable extra);
typedef kcu_result (*kcu_begin_capture)(kcu_maybe stream, int mode);
typedef kcu_result (*kcu_end_capture)(kcu_maybe stream, kcu_maybe *_Nonnull graph);
typedef kcu_result (*kcu_instantiate)(kcu_maybe *_Nonnull compiled, kcu_handle graph, uint64_t flags);
typedef kcu_result (*kcu_launch_graph)(kcu_handle compiled, kcu_maybe stream);

typedef int (*knv_version)(int *major, int *minor);
typedef int (*knv_get_numbers)(int *numbers);
typedef int (*knv_create)(
    kcu_maybe *_Nonnull program, const char *source, const char *name, int headers,
    const void *_Nullable texts, const void *_Nullable names);
typedef int (*knv_compile)(
    kcu_handle program, int count, const char *_Nonnull const *_Nonnull options);
typedef int (*knv_get_size)(kcu_handle program, size_t *size);
typedef int (*knv_get_text)(kcu_handle program, char *text);
typedef int (*knv_destroy)(kcu_maybe *_Nonnull program);
typedef const char *_Nullable (*knv_error)(int code);

enum {
    KCU_SUCCESS = 0,
    KCU_OUT_OF_MEMORY = 2,

    KCU_MAX_THREADS_PER_BLOCK = 1,
    KCU_SHARED_MEMORY_PER_BLOCK = 8,
    KCU_MULTIPROCESSOR_COUNT = 16,
    KCU_CAPABILITY_MAJOR = 75,
    KCU_CAPABILITY_MINOR = 76,

    KCU_STREAM_NON_BLOCKING = 1,
    KCU_EVENT_DISABLE_TIMING = 2,
    KCU_CAPTURE_THREAD_LOCAL = 1,
};

#if __clang__
#pragma clang assume_nonnull end
#endif
