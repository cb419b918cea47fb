import KalsaeFiles
import KalsaeSupport
import Testing

@Suite struct IDXTests {
    @Test func allTypesComeInHostOrder() throws {
        let cases: [(UInt8, IDX.ElementType, [UInt8], [UInt8])] = [
            (0x08, .uint8, [1, 255], [1, 255]),
            (0x09, .int8, [1, 255], [1, 255]),
            (0x0b, .int16, [1, 2, 3, 4], [2, 1, 4, 3]),
            (0x0c, .int32, [1, 2, 3, 4, 0, 0, 0, 9], [4, 3, 2, 1, 9, 0, 0, 0]),
            (
                0x0d, .float32, [0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0],
                [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]
            ),
            (
                0x0e, .float64, [0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8],
                [0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 8, 7, 6, 5, 4, 3, 2, 1]
            ),
        ]
        #expect(cases.count == IDX.ElementType.allCases.count)
        for (code, type, data, expected) in cases {
            let file = [0, 0, code, 2, 0, 0, 0, 1, 0, 0, 0, 2] + data
            for bytes in [file, try Gzip.compress(file)] {
                let array = try IDX(bytes)
                #expect(array.type == type)
                #expect(array.shape == [1, 2])
                #expect(array.bytes == expected)
            }
        }
    }

    @Test func aZeroSizeIsAnEmptyArray() throws {
        let array = try IDX([0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0, 5])
        #expect(array.shape == [0, 5])
        #expect(array.bytes.isEmpty)
    }

    @Test func eachFaultHasItsMessage() throws {
        func text(_ bytes: [UInt8]) -> String { message { _ = try IDX(bytes, subject: "a") } }
        #expect(text([]) == "a: expected an IDX file, which begins with 00 00, got an empty file")
        #expect(
            text([0x50, 0x4b, 3, 4, 0])
                == "a: expected an IDX file, which begins with 00 00, got 50 4b 03 04")
        #expect(
            text([0, 0, 0x0a, 1, 0, 0, 0, 0])
                == "a: expected an IDX element type (08, 09, 0b, 0c, 0d or 0e), got 0a")
        #expect(text([0, 0, 8, 0]) == "a: expected at least one size, got none")
        #expect(
            text([0, 0, 8, 2, 0, 0, 0, 1])
                == "a: expected a header of 12 bytes, got an end after 8; fetch the file again")
        #expect(
            text([0, 0, 8, 1, 0, 0, 0, 2, 7])
                == "a: expected 10 bytes for the sizes [2], got 9; fetch the file again")
        #expect(
            text([0, 0, 8, 1, 0, 0, 0, 2, 7, 7, 7])
                == "a: expected 10 bytes for the sizes [2], got 11")
        let huge: [UInt8] = [0, 0, 0x0e, 3] + [UInt8](repeating: 0xff, count: 12)
        #expect(text(huge).contains("expected sizes whose product fits in 63 bits"))
        let large: [UInt8] = [0, 0, 8, 2, 0, 1, 0, 0, 0, 1, 0, 0]
        #expect(
            message { _ = try IDX(large, subject: "a", limit: 1_000) }
                == "a: expected at most 1000 bytes, got 4294967308, by the sizes [65536, 65536] in the "
                + "header")
    }

    @Test func aGzipInflatesToNoMoreThanTheHeaderSays() throws {
        let header: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 3]
        let file = try Gzip.compress(header + [UInt8](repeating: 0, count: 1 << 20))
        let text = message { _ = try IDX(file, subject: "a") }
        #expect(text == "a: expected at most 11 bytes when inflated, got more")
    }

    @Test(.enabled(if: dataFolder != nil, "needs the public data sets"))
    func theMNISTFiles() throws {
        let folder = "\(dataFolder ?? "")/mnist"
        let images = try IDX(path: "\(folder)/t10k-images-idx3-ubyte.gz")
        #expect(images.type == .uint8)
        #expect(images.shape == [10_000, 28, 28])
        #expect(images.bytes.count == 7_840_000)
        let labels = try IDX(path: "\(folder)/t10k-labels-idx1-ubyte.gz")
        #expect(labels.shape == [10_000])
        #expect(Array(labels.bytes.prefix(10)) == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9])
    }
}
