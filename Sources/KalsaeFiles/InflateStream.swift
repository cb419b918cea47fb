import CZlib

/// zlib's state of inflating data, on the heap because zlib remembers its address.
struct InflateStream: ~Copyable {
    let stream: UnsafeMutablePointer<z_stream>
    /// Whether zlib had the memory that it needs.
    let isReady: Bool

    /// The `windowBits` of zlib for gzip data, and for deflate data without a header.
    static let (gzip, raw) = (Int32(31), Int32(-15))

    init(windowBits: Int32 = InflateStream.gzip) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let size = Int32(MemoryLayout<z_stream>.size)
        isReady = inflateInit2_(stream, windowBits, ZLIB_VERSION, size) == Z_OK
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }
}
