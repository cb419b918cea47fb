// What this machine can do at best, for profiles to compare with.
#ifndef KLS_PEAK_H
#define KLS_PEAK_H

#include <stdint.h>

// float32 operations per second of `threads` threads that do nothing but multiply and add in
// registers: two operations for each element of a multiply-add. Takes some 50 ms.
double kls_measure_peak(int threads);

// Bytes per second of a[i] = b[i] + s * c[i] on `threads` threads over three arrays of `bytes`
// each, twelve bytes an element as in STREAM; 0 where there is no memory for them.
double kls_measure_bandwidth(int threads, int64_t bytes);

#endif
