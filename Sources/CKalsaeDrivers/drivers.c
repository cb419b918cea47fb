#include "kalsae_opencl.h"

_Static_assert(sizeof(kcl_handle) == sizeof(intptr_t), "handles of OpenCL are pointers");
_Static_assert(sizeof(size_t) == 8, "sizes of OpenCL are those of a 64-bit machine");
