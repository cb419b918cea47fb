import KalsaeFiles
import KalsaeTesting
import Testing

/// Damaged images: refused, or as many pixels as the header says.
@Suite struct ImageFuzzTests {
    @Test func png() throws {
        let names = ["gray1", "gray16", "rgb", "interlaced", "rgba16", "palette", "clear"]
        try check(names.map { "\($0).png" }, seed: 21)
    }

    @Test func jpeg() throws {
        let names = ["full", "half", "progressive", "gray", "upright", "cmyk"]
        try check(names.map { "\($0).jpg" }, seed: 22)
    }

    private func check(_ names: [String], seed: UInt64) throws {
        let files = try names.map { try FileBytes.read(imageVector($0)) }
        try checkReader(files, seed: seed) { bytes in
            let image = try ImageFile.pixels(bytes, mostPixels: 1 << 20)
            #expect(image.bytes.count == image.width * image.height * image.channels)
            let fitted = image.converted(channels: 3).fitted(width: 8, height: 8)
            #expect(fitted.bytes.count == 192)
        }
    }
}
