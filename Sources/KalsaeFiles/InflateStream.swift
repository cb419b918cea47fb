import CZlib

/// zlib's state of inflating gzip data, on the heap because zlib remembers its address.
struct InflateStream: ~Copyable {
    let stream: UnsafeMutablePointer<z_stream>
    /// Whether zlib had the memory that it needs.
    let isReady: Bool

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let size = Int32(MemoryLayout<z_stream>.size)
        isReady = inflateInit2_(stream, 31, ZLIB_VERSION, size) == Z_OK
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }
}
