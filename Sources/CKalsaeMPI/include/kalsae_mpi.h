#ifndef KALSAE_MPI_H
#define KALSAE_MPI_H

/// What Kalsae asks of MPI, as plain C: handles and constants of MPI differ between its
/// implementations, and stay inside of the library that `mpicc` made.
///
/// Functions return 0 or an error code of MPI. A request lies in a place of the caller.

/// Where a process stands among all, and among those of its host.
typedef struct {
    int rank, size, local_rank, local_size;
} kalsae_mpi_position;

typedef struct {
    /// Of a request, in bytes.
    int request_size;
    /// Begins MPI; one thread at a time may call.
    int (*start)(kalsae_mpi_position *position);
    /// The name and version of MPI; may be asked for before it begins.
    void (*library)(char *text, int capacity);
    /// The name of this host.
    int (*host)(char *text, int capacity);
    /// Collects `count` bytes of each rank, ordered by rank; blocks.
    int (*collect)(const void *own, int count, void *all);
    int (*send)(const void *bytes, int count, int to, int tag, void *request);
    int (*receive)(void *bytes, int capacity, int from, int tag, void *request);
    /// Moves messages on; a request that is done is gone, and of a receipt `count` is its length.
    int (*test)(void *request, int *done, int *count);
    /// Looks for a message, from any rank where `from` is -1, and tells its sender and length.
    int (*probe)(int *from, int tag, int *found, int *count);
    int (*finish)(void);
    int (*abort)(int code);
    void (*describe)(int error, char *text, int capacity);
} kalsae_mpi_v1;

/// The name of the one function of the library; a later form of the table has another name.
typedef const kalsae_mpi_v1 *kalsae_mpi_open_v1_function(void);

#endif
