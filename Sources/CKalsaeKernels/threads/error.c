// The first error of each thread.
#include "kls_error.h"

static _Thread_local kls_error noted;

void kls_report_error(kls_error_code code, int64_t value, int64_t limit) {
    if (noted.code == KLS_NO_ERROR) noted = (kls_error){code, value, limit};
}

bool kls_has_error(void) { return noted.code != KLS_NO_ERROR; }

kls_error kls_take_error(void) {
    kls_error taken = noted;
    noted = (kls_error){0};
    return taken;
}
