// Memory of cards and pinned memory of the host, each piece between two fences.
#include <cstdlib>
#include <cstring>
#include <map>

#include "driver.h"

using namespace emulated;

namespace emulated {
namespace {

struct Piece {
    size_t bytes;
    /// -1 for pinned memory of the host.
    int card;
};

constexpr size_t fence = 256;
constexpr unsigned char fence_byte = 0xA5;
/// What nobody has written yet: as floats NaN.
constexpr unsigned char fresh_byte = 0xFF;

std::map<uint64_t, Piece> pieces;
size_t used;

uint64_t make(size_t bytes, int card) {
    const size_t whole = (bytes + 2 * fence + 255) / 256 * 256;
    char *start = static_cast<char *>(aligned_alloc(256, whole));
    if (!start) return 0;
    memset(start, fence_byte, fence);
    memset(start + fence, fresh_byte, bytes);
    memset(start + fence + bytes, fence_byte, fence);
    const uint64_t address = reinterpret_cast<uint64_t>(start + fence);
    pieces[address] = {bytes, card};
    return address;
}

bool is_whole(uint64_t address, size_t bytes) {
    const auto *start = reinterpret_cast<unsigned char *>(address);
    for (size_t i = 1; i <= fence; i++)
        if (start[-long(i)] != fence_byte || start[bytes + i - 1] != fence_byte) return false;
    return true;
}

void check_fence(uint64_t address, const Piece &piece) {
    if (is_whole(address, piece.bytes)) return;
    auto *start = reinterpret_cast<char *>(address);
    memset(start - fence, fence_byte, fence);
    memset(start + piece.bytes, fence_byte, fence);
    fail(illegal_address, "bytes beside " + std::to_string(piece.bytes) + " bytes of memory were written");
}

bool remove(uint64_t address, bool is_host) {
    const auto found = pieces.find(address);
    if (found == pieces.end() || (found->second.card < 0) != is_host) return false;
    check_fence(address, found->second);
    if (!is_host) used -= found->second.bytes;
    free(reinterpret_cast<char *>(address) - fence);
    pieces.erase(found);
    return true;
}

/// The piece that an address lies in.
std::map<uint64_t, Piece>::const_iterator around(uint64_t address) {
    auto found = pieces.upper_bound(address);
    if (found == pieces.begin()) return pieces.end();
    --found;
    return address - found->first < found->second.bytes ? found : pieces.end();
}

}  // namespace

bool is_memory(uint64_t address, size_t bytes, int card) {
    const auto found = around(address);
    return found != pieces.end() && found->second.card == card &&
        address - found->first + bytes <= found->second.bytes;
}

bool is_pinned(const void *address) {
    const auto found = around(reinterpret_cast<uint64_t>(address));
    return found != pieces.end() && found->second.card < 0;
}

void check_fences() {
    for (const auto &[address, piece] : pieces) check_fence(address, piece);
}

}  // namespace emulated

EXPORT int cuMemAlloc_v2(uint64_t *address, size_t bytes) {
    ENTER("cuMemAlloc_v2");
    if (const int wrong = forbidden_in_capture()) return wrong;
    if (bytes == 0) return invalid_value;
    const size_t all = size_t(setting("memory", 8L << 30));
    if (bytes > all || used > all - bytes) return out_of_memory;
    *address = make(bytes, current_card());
    if (!*address) return out_of_memory;
    used += bytes;
    return success;
}

EXPORT int cuMemFree_v2(uint64_t address) {
    ENTER("cuMemFree_v2");
    if (const int wrong = forbidden_in_capture()) return wrong;
    if (address == 0) return success;
    finish();
    return remove(address, false) ? success : invalid_value;
}

EXPORT int cuMemHostAlloc(void **memory, size_t bytes, unsigned) {
    ENTER("cuMemHostAlloc");
    if (const int wrong = forbidden_in_capture()) return wrong;
    if (bytes == 0) return invalid_value;
    *memory = reinterpret_cast<void *>(make(bytes, -1));
    return *memory ? success : out_of_memory;
}

EXPORT int cuMemFreeHost(void *memory) {
    ENTER("cuMemFreeHost");
    finish();
    return remove(reinterpret_cast<uint64_t>(memory), true) ? success : invalid_value;
}

EXPORT int cuMemcpyHtoDAsync_v2(uint64_t to, const void *from, size_t bytes, void *stream) {
    ENTER("cuMemcpyHtoDAsync_v2");
    if (!from || !is_memory(to, bytes, current_card())) return invalid_value;
    auto *target = reinterpret_cast<char *>(to);
    if (is_pinned(from)) return give(stream, [=] { memcpy(target, from, bytes); });
    // Of memory that is not pinned the bytes are taken at once.
    const auto *start = static_cast<const char *>(from);
    const auto staged = std::make_shared<std::vector<char>>(start, start + bytes);
    return give(stream, [=] { memcpy(target, staged->data(), bytes); });
}

EXPORT int cuMemcpyDtoHAsync_v2(void *to, uint64_t from, size_t bytes, void *stream) {
    ENTER("cuMemcpyDtoHAsync_v2");
    if (!to || !is_memory(from, bytes, current_card())) return invalid_value;
    const auto *start = reinterpret_cast<const char *>(from);
    if (const int wrong = give(stream, [=] { memcpy(to, start, bytes); })) return wrong;
    // To memory that is not pinned it is over with the call.
    if (!is_pinned(to)) finish();
    return lost();
}

EXPORT int cuMemcpyDtoDAsync_v2(uint64_t to, uint64_t from, size_t bytes, void *stream) {
    ENTER("cuMemcpyDtoDAsync_v2");
    const int card = current_card();
    if (!is_memory(to, bytes, card) || !is_memory(from, bytes, card)) return invalid_value;
    return give(stream, [=] { memmove(reinterpret_cast<char *>(to), reinterpret_cast<const char *>(from), bytes); });
}
