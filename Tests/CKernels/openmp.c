// The part of an OpenMP runtime that the kernels look for at run time, with plain threads.
#include <pthread.h>

#include "harness.h"

int openmp_threads = 1, openmp_regions, openmp_most;
static _Thread_local int number, size = 1;

int omp_get_max_threads(void);
int omp_in_parallel(void);
int omp_get_thread_num(void);
int omp_get_num_threads(void);
void GOMP_parallel(void (*body)(void *), void *data, unsigned threads, unsigned flags);

int omp_get_max_threads(void) { return openmp_threads; }
int omp_in_parallel(void) { return size > 1; }
int omp_get_thread_num(void) { return number; }
int omp_get_num_threads(void) { return size; }

typedef struct {
    void (*body)(void *);
    void *data;
    int number, size;
} member;

static void *run(void *argument) {
    const member *m = argument;
    number = m->number;
    size = m->size;
    m->body(m->data);
    return NULL;
}

void GOMP_parallel(void (*body)(void *), void *data, unsigned threads, unsigned flags) {
    enum { MOST = 16 };
    (void)flags;
    openmp_regions++;
    if ((int)threads > openmp_most) openmp_most = (int)threads;
    pthread_t started[MOST];
    member members[MOST];
    const int all = threads > MOST ? MOST : (int)threads;
    for (int i = 0; i < all; i++) {
        members[i] = (member){body, data, i, all};
        if (i > 0 && pthread_create(&started[i], NULL, run, &members[i]) != 0)
            give_up("expected a thread, got none");
    }
    run(&members[0]);
    for (int i = 1; i < all; i++) pthread_join(started[i], NULL);
    number = 0;
    size = 1;
}
