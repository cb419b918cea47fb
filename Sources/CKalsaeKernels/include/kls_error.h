// What kernels find wrong in their data, kept for the thread that ran them.
#ifndef KLS_ERROR_H
#define KLS_ERROR_H

#include <stdbool.h>
#include <stdint.h>

// What a kernel can only find out from the data. The first error of a thread stays until taken.
typedef enum {
    KLS_NO_ERROR = 0,
    KLS_INDEX_OUT_OF_RANGE,  // value: the index; limit: how many entries there are
    KLS_LIBRARY_FAILED,      // value: the library's code
    KLS_ZERO_DIVISOR,        // value: the element of the quotient, or -1; limit: 1 for a remainder
} kls_error_code;

typedef struct {
    int32_t code;
    int64_t value, limit;
} kls_error;

// Notes an error of the calling thread, unless one is noted already.
void kls_report_error(kls_error_code code, int64_t value, int64_t limit);
// Hands out the calling thread's error and forgets it.
kls_error kls_take_error(void);
// Whether one is noted for the calling thread.
bool kls_has_error(void);

#endif
