#include "copy_rows.h"

#include <string.h>

#include "../isa/dispatch.h"

KLS_INLINE void copy_line(char *to, const char *from, int64_t bytes) {
    for (; bytes >= 64; bytes -= 64, to += 64, from += 64) memcpy(to, from, 64);
    _Pragma("unroll") for (int64_t step = 32; step > 0; step /= 2) {
        if ((bytes & step) == 0) continue;
        memcpy(to, from, (size_t)step);
        to += step;
        from += step;
    }
}

KLS_DISPATCH(, void, kls_copy_rows, (
    char *to, int64_t to_row, const char *from, int64_t from_row, int64_t rows, int64_t bytes
), (to, to_row, from, from_row, rows, bytes)) {
    if (to_row == bytes && from_row == bytes) memcpy(to, from, (size_t)(rows * bytes));
    else for (int64_t r = 0; r < rows; r++) copy_line(to + r * to_row, from + r * from_row, bytes);
}
