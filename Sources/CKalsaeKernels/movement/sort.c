#include <string.h>

#include "../isa/dispatch.h"
#include "kls_sort.h"

// An element as an unsigned number of the same order, and where it stood.
typedef struct {
    uint64_t key;
    int64_t position;
} entry;

// Up to this many are sorted, or taken, by insertion.
#define INSERTION_MAX 64

// NaN is the largest number: above infinity, whatever its sign and payload.
KLS_INLINE uint64_t key_f32(float value) {
    if (value != value) return UINT32_MAX;
    uint32_t bits;
    value += 0.0f;  // turns -0 into +0
    memcpy(&bits, &value, sizeof bits);
    return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

KLS_INLINE uint64_t key_f64(double value) {
    if (value != value) return UINT64_MAX;
    uint64_t bits;
    value += 0.0;
    memcpy(&bits, &value, sizeof bits);
    return bits >> 63 ? ~bits : bits | 1ull << 63;
}

KLS_INLINE uint64_t key_i32(int32_t value) { return (uint32_t)value ^ 0x80000000u; }
KLS_INLINE uint64_t key_i64(int64_t value) { return (uint64_t)value ^ 1ull << 63; }
KLS_INLINE uint64_t key_u8(uint8_t value) { return value; }

static void insert_sorted(entry *list, int64_t count) {
    for (int64_t i = 1; i < count; i++) {
        const entry moving = list[i];
        int64_t index = i;
        for (; index > 0 && list[index - 1].key > moving.key; index--)
            list[index] = list[index - 1];
        list[index] = moving;
    }
}

// Sorts by the bytes of the key, lowest first; a byte that all keys share costs no pass.
static entry *sort_by_bytes(entry *list, entry *other, int64_t count) {
    uint64_t differing = 0;
    for (int64_t i = 1; i < count; i++) differing |= list[i].key ^ list[0].key;
    for (int shift = 0; shift < 64; shift += 8) {
        if ((differing >> shift & 255) == 0) continue;
        int64_t starts[256] = {0}, sum = 0;
        for (int64_t i = 0; i < count; i++) starts[list[i].key >> shift & 255]++;
        for (int byte = 0; byte < 256; byte++) {
            const int64_t size = starts[byte];
            starts[byte] = sum;
            sum += size;
        }
        for (int64_t i = 0; i < count; i++) other[starts[list[i].key >> shift & 255]++] = list[i];
        entry *swapped = list;
        list = other;
        other = swapped;
    }
    return list;
}

// Moves the first `taken` in order to the front; later ones are lost.
static void select_first(entry *list, int64_t count, int64_t taken) {
    insert_sorted(list, taken);
    for (int64_t i = taken; i < count; i++) {
        const entry moving = list[i];
        if (moving.key >= list[taken - 1].key) continue;
        int64_t index = taken - 1;
        for (; index > 0 && list[index - 1].key > moving.key; index--)
            list[index] = list[index - 1];
        list[index] = moving;
    }
}

size_t kls_order_scratch(const kls_order *order) {
    return 2 * (size_t)order->count * sizeof(entry);
}

static void order_row(const kls_order *order, entry *list, int32_t *positions) {
    const entry *sorted = list;
    if (order->count <= INSERTION_MAX) insert_sorted(list, order->count);
    else if (order->taken <= INSERTION_MAX) select_first(list, order->count, order->taken);
    else sorted = sort_by_bytes(list, list + order->count, order->count);
    for (int64_t i = 0; i < order->taken; i++) positions[i] = (int32_t)sorted[i].position;
}

// Of complemented keys the largest comes first.
#define ORDER(T, SUFFIX)                                                                         \
    void kls_arg_sort_##SUFFIX(                                                                  \
        const kls_order *order, const void *from, int32_t *positions, void *scratch              \
    ) {                                                                                          \
        if (order->count == 0 || order->taken == 0) return;                                      \
        const T *row = from;                                                                     \
        entry *list = scratch;                                                                   \
        for (int64_t r = 0; r < order->rows; r++, row += order->count) {                         \
            for (int64_t i = 0; i < order->count; i++) {                                         \
                const uint64_t key = key_##SUFFIX(row[i]);                                       \
                list[i] = (entry){order->descending ? ~key & LIMIT_##SUFFIX : key, i};           \
            }                                                                                    \
            order_row(order, list, positions + r * order->taken);                                \
        }                                                                                        \
    }

#define LIMIT_f32 0xffffffffull
#define LIMIT_f64 UINT64_MAX
#define LIMIT_i32 0xffffffffull
#define LIMIT_i64 UINT64_MAX
#define LIMIT_u8 0xffull

ORDER(float, f32)
ORDER(double, f64)
ORDER(int32_t, i32)
ORDER(int64_t, i64)
ORDER(uint8_t, u8)
