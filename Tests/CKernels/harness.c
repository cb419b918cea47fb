#include "harness.h"

#include <stdarg.h>
#include <stdlib.h>

#include "gemm/microkernel.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FINDS_OVERRUNS 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define FINDS_OVERRUNS 1
#endif

// Bytes around each task of memory; the sanitizer knows better what is not its own.
#ifdef FINDS_OVERRUNS
enum { GUARD = 0 };
#else
enum { GUARD = 256 };
#endif

enum { MOST_ROOMS = 256, MOST_MESSAGES = 40, MARK = 0xA5 };

extern long checks_passed, checks_failed;
long checks_passed, checks_failed;

static bool count(bool holds, const char *what, const char *format, va_list arguments) {
    if (holds) {
        checks_passed++;
        return true;
    }
    if (checks_failed++ < MOST_MESSAGES) {
        fprintf(stderr, "failed: ");
        vfprintf(stderr, format, arguments);
        fprintf(stderr, "%s\n", what);
    }
    return false;
}

bool check(bool holds, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    count(holds, "", format, arguments);
    va_end(arguments);
    return holds;
}

void give_up(const char *reason) {
    fprintf(stderr, "kalsae: kernel tests: %s\n", reason);
    exit(2);
}

static uint64_t state = 20240607;

uint64_t random_word(void) {
    uint64_t x = state += 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

int64_t between(int64_t least, int64_t most) {
    return least + (int64_t)(random_word() % (uint64_t)(most - least + 1));
}

double uniform(double least, double most) {
    return least + (most - least) * ((double)(random_word() >> 11) * 0x1p-53);
}

bool one_in(int64_t n) { return between(1, n) == 1; }

static struct {
    unsigned char *memory;
    int64_t before, bytes;
} workspaces[MOST_ROOMS];
static int room_count;

static void *make_workspace(int64_t bytes, int64_t offset) {
    if (room_count == MOST_ROOMS) give_up("expected fewer tasks of memory in one case");
    void *memory = NULL;
    const int64_t before = GUARD + offset;
    if (posix_memalign(&memory, 64, (size_t)(before + bytes + GUARD + (GUARD == 0 && bytes == 0))))
        give_up("expected memory, found none");
    unsigned char *const start = memory;
    memset(start, MARK, (size_t)before);
    memset(start + before, 0xFF, (size_t)bytes);
    memset(start + before + bytes, MARK, GUARD);
    workspaces[room_count].memory = start;
    workspaces[room_count].before = before;
    workspaces[room_count++].bytes = bytes;
    return start + before;
}

void *workspace(int64_t bytes) { return make_workspace(bytes, 8); }
void *scratch_room(int64_t bytes) { return make_workspace(bytes, 0); }

void release_all(void) {
    int64_t touched = 0;
    for (int i = 0; i < room_count; i++) {
        const unsigned char *start = workspaces[i].memory;
        const int64_t end = workspaces[i].before + workspaces[i].bytes;
        for (int64_t j = 0; j < workspaces[i].before; j++) touched += start[j] != MARK;
        for (int64_t j = 0; j < GUARD; j++) touched += start[end + j] != MARK;
        free(workspaces[i].memory);
    }
    room_count = 0;
    check(touched == 0, "bytes written outside of the memory handed over: %lld", (long long)touched);
}

void fill_floats(float *to, int64_t n) {
    for (int64_t i = 0; i < n; i++) to[i] = (float)uniform(-2, 2);
}

float *random_floats(int64_t n) {
    float *made = workspace(n * 4);
    fill_floats(made, n);
    return made;
}

double *random_doubles(int64_t n) {
    double *made = workspace(n * 8);
    for (int64_t i = 0; i < n; i++) made[i] = uniform(-2, 2);
    return made;
}

double rounding(int64_t n, double u) { return (double)n * u / (1 - (double)n * u); }

double sum_error(int64_t k, double sizes) {
    return rounding(k, U32) * sizes + (double)k * 0x1p-149;
}

wanted wanted_workspace(int64_t n) {
    wanted want = {workspace(n * 8), workspace(n * 8), n};
    memset(want.value, 0, (size_t)n * 8);
    memset(want.error, 0, (size_t)n * 8);
    return want;
}

static bool agrees(double got, double want, double error) {
    if (isnan(want)) return isnan(got);
    if (isinf(want) || isinf(got)) return got == want;
    return fabs(got - want) <= error;
}

static bool matches(
    const wanted *want, const float *floats, const double *doubles, const char *format,
    va_list arguments
) {
    char text[200] = "";
    for (int64_t i = 0; i < want->count && text[0] == 0; i++) {
        const double got = floats != NULL ? (double)floats[i] : doubles[i];
        if (agrees(got, want->value[i], want->error[i])) continue;
        snprintf(
            text, sizeof text, ": expected %.9g within %.3g at %lld of %lld, got %.9g",
            want->value[i], want->error[i], (long long)i, (long long)want->count, got);
    }
    return count(text[0] == 0, text, format, arguments);
}

bool matches_f32(const wanted *want, const float *got, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const bool holds = matches(want, got, NULL, format, arguments);
    va_end(arguments);
    return holds;
}

bool matches_f64(const wanted *want, const double *got, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const bool holds = matches(want, NULL, got, format, arguments);
    va_end(arguments);
    return holds;
}

bool same_bits(const void *a, const void *b, int64_t bytes, const char *format, ...) {
    char text[100] = "";
    const unsigned char *left = a, *right = b;
    for (int64_t i = 0; i < bytes && text[0] == 0; i++)
        if (left[i] != right[i])
            snprintf(
                text, sizeof text, ": byte %lld of %lld differs", (long long)i, (long long)bytes);
    va_list arguments;
    va_start(arguments, format);
    const bool holds = count(text[0] == 0, text, format, arguments);
    va_end(arguments);
    return holds;
}

int level_lanes(void) { return kls_microkernel()->lanes; }
