// Kalsae's way to MPI: `mpicc -O2 -shared -fPIC -o libkalsae-mpi.so kalsae_mpi.c`, or
// `kalsae mpi build`. Kalsae opens the library when it is launched by mpirun, mpiexec or srun.
#include "kalsae_mpi.h"

#include <mpi.h>
#include <stdio.h>

#define WORLD MPI_COMM_WORLD
#define TRY(call) do { int error = (call); if (error != MPI_SUCCESS) return error; } while (0)

static int start(kalsae_mpi_position *position) {
    int level;
    TRY(MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &level));
    TRY(MPI_Comm_set_errhandler(WORLD, MPI_ERRORS_RETURN));
    if (level < MPI_THREAD_SERIALIZED) return MPI_ERR_OTHER;
    MPI_Comm local;
    TRY(MPI_Comm_rank(WORLD, &position->rank));
    TRY(MPI_Comm_size(WORLD, &position->size));
    TRY(MPI_Comm_split_type(WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &local));
    TRY(MPI_Comm_rank(local, &position->local_rank));
    TRY(MPI_Comm_size(local, &position->local_size));
    return MPI_Comm_free(&local);
}

static void library(char *text, int capacity) {
    char all[MPI_MAX_LIBRARY_VERSION_STRING] = "";
    int length;
    MPI_Get_library_version(all, &length);
    snprintf(text, capacity, "%s", all);
}

static int host(char *text, int capacity) {
    char all[MPI_MAX_PROCESSOR_NAME] = "";
    int length;
    TRY(MPI_Get_processor_name(all, &length));
    snprintf(text, capacity, "%s", all);
    return MPI_SUCCESS;
}

static int collect(const void *own, int count, void *all) {
    return MPI_Allgather(own, count, MPI_BYTE, all, count, MPI_BYTE, WORLD);
}

static int send(const void *bytes, int count, int to, int tag, void *request) {
    return MPI_Isend(bytes, count, MPI_BYTE, to, tag, WORLD, (MPI_Request *)request);
}

static int receive(void *bytes, int capacity, int from, int tag, void *request) {
    return MPI_Irecv(bytes, capacity, MPI_BYTE, from, tag, WORLD, (MPI_Request *)request);
}

static int test(void *request, int *done, int *count) {
    MPI_Status status;
    TRY(MPI_Test((MPI_Request *)request, done, &status));
    return *done ? MPI_Get_count(&status, MPI_BYTE, count) : MPI_SUCCESS;
}

static int probe(int *from, int tag, int *found, int *count) {
    MPI_Status status;
    TRY(MPI_Iprobe(*from < 0 ? MPI_ANY_SOURCE : *from, tag, WORLD, found, &status));
    if (!*found) return MPI_SUCCESS;
    *from = status.MPI_SOURCE;
    return MPI_Get_count(&status, MPI_BYTE, count);
}

static int finish(void) { return MPI_Finalize(); }

static int abort_all(int code) { return MPI_Abort(WORLD, code); }

static void describe(int error, char *text, int capacity) {
    char all[MPI_MAX_ERROR_STRING] = "an unknown error of MPI";
    int length;
    MPI_Error_string(error, all, &length);
    snprintf(text, capacity, "%s", all);
}

kalsae_mpi_open_v1_function kalsae_mpi_open_v1;

const kalsae_mpi_v1 *kalsae_mpi_open_v1(void) {
    static const kalsae_mpi_v1 table = {
        sizeof(MPI_Request), start, library, host, collect, send, receive, test, probe, finish,
        abort_all, describe,
    };
    return &table;
}
