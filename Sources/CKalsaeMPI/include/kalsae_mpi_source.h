#ifndef KALSAE_MPI_SOURCE_H
#define KALSAE_MPI_SOURCE_H

/// The text of kalsae_mpi.h.
const char *kalsae_mpi_header(void);

/// The text of kalsae_mpi.c, which the user's `mpicc` compiles.
const char *kalsae_mpi_source(void);

#endif
