import KalsaeFiles
import KalsaeSupport
import Testing

@Suite struct GzipTests {
    /// `printf hello | gzip -n9`, so that the reader is not checked against its own writer alone.
    static let hello: [UInt8] = [
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9,
        0x07,
        0x00, 0x86, 0xa6, 0x10, 0x36, 0x05, 0x00, 0x00, 0x00,
    ]

    @Test func knownBytes() throws {
        #expect(try Gzip.decompress(Self.hello) == Array("hello".utf8))
        #expect(Gzip.isGzip(Self.hello))
        #expect(!Gzip.isGzip([0x1f]))
    }

    @Test(arguments: [0, 1, 1_000, 300_000]) func roundTrip(count: Int) throws {
        var generator = TestGenerator(7)
        let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next() & 15) }
        #expect(try Gzip.decompress(Gzip.compress(bytes)) == bytes)
        #expect(try Gzip.prefix(Gzip.compress(bytes), count: 100) == Array(bytes.prefix(100)))
    }

    @Test func membersAreJoinedAndZerosArePadding() throws {
        let empty = try Gzip.compress([])
        let two = Self.hello + empty + Self.hello
        #expect(try Gzip.decompress(two) == Array("hellohello".utf8))
        #expect(try Gzip.decompress(two + [0, 0, 0]) == Array("hellohello".utf8))
    }

    @Test func eachFaultHasItsMessage() throws {
        let hello = Self.hello
        #expect(
            message { _ = try Gzip.decompress([1, 2, 3], subject: "a.gz") }
                == "a.gz: expected gzip data, got another format")
        #expect(
            message { _ = try Gzip.decompress(Array(hello.dropLast(9)), subject: "a.gz") }
                == "a.gz: expected complete gzip data, got an end after 16 bytes; "
                + "fetch the file again")
        #expect(
            message { _ = try Gzip.decompress(hello + [7, 7], subject: "a.gz") }
                == "a.gz: expected nothing after the gzip data, got 2 more bytes")
        #expect(
            message { _ = try Gzip.decompress(hello, subject: "a.gz", limit: 4) }
                == "a.gz: expected at most 4 bytes when inflated, got more")
        var damaged = hello
        damaged[17] ^= 1
        #expect(
            message { _ = try Gzip.decompress(damaged, subject: "a.gz") }
                == "a.gz: expected intact gzip data, got incorrect data check; fetch the file again"
        )
        for length in 0..<hello.count {
            _ = message { _ = try Gzip.decompress(Array(hello.prefix(length))) }
        }
    }

    @Test func theSizeInTheTrailerIsNotBelieved() throws {
        for claimed in [[0xff, 0xff, 0xff, 0xff], [0, 0, 0, 0]] as [[UInt8]] {
            let text = message { _ = try Gzip.decompress(Self.hello.dropLast(4) + claimed) }
            #expect(text.contains("incorrect length check"))
        }
    }

    @Test func aBombIsRefused() throws {
        let bomb = try Gzip.compress([UInt8](repeating: 0, count: 300 << 20))
        let text = message { _ = try Gzip.decompress(bomb, subject: "bomb.gz") }
        #expect(text.hasPrefix("bomb.gz: expected data that inflates to at most 250 times"))
    }
}
