import KalsaeBackend
import KalsaeSupport
import Testing

@Suite struct BufferSizeTests {
    /// More than any machine's addresses reach: an error, and no end of the process.
    @Test(arguments: [1 << 50, Int.max, -1]) func absurdSizesAreErrors(_ byteCount: Int) {
        #expect(throws: KalsaeError.self) { try Buffer(byteCount: byteCount) }
        #expect(throws: KalsaeError.self) { try Buffer.checkMemory(for: byteCount) }
    }

    @Test func ordinarySizesAreNot() throws {
        for byteCount in [0, 1, 64 << 20, 100 << 20] { try Buffer.checkMemory(for: byteCount) }
    }
}
