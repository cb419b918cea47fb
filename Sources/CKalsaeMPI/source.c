#include "kalsae_mpi_source.h"

// A directive of C23, which this compiler takes in C17 too.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const char header[] = {
#embed "include/kalsae_mpi.h" suffix(, 0)
};
static const char source[] = {
#embed "shim/kalsae_mpi.c" suffix(, 0)
};

const char *kalsae_mpi_header(void) { return header; }

const char *kalsae_mpi_source(void) { return source; }
