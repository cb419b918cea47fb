import KalsaeFiles
import KalsaeSupport
import Testing

/// Images that a program by the specification and Pillow wrote (`Scripts/parity/image_files.py`),
/// and what they decode to.
@Suite struct ImageFileTests {
    private static let archive = try? NPZ(path: imageVector("images.npz"))

    private func expected(_ name: String) throws -> NPY {
        try #require(Self.archive).array(named: name)
    }

    /// Largest difference of two images of one size.
    private func distance(_ image: ImagePixels, _ array: NPY) -> Int {
        #expect(array.shape == [image.height, image.width, image.channels])
        guard array.bytes.count == image.bytes.count else { return 256 }
        return zip(image.bytes, array.bytes).map { abs(Int($0) - Int($1)) }.max() ?? 0
    }

    @Test(arguments: [
        "gray1", "gray2", "gray4", "gray8", "gray16", "rgb", "interlaced", "rgba16", "grayalpha",
        "palette", "clear", "photo",
    ])
    func everyKindOfPNG(name: String) throws {
        let array = try expected("\(name).png")
        let header = try ImageFile.header(path: imageVector("\(name).png"))
        #expect([header.height, header.width, header.channels] == array.shape)
        #expect(header.hasPalette == ["palette", "clear"].contains(name))
        #expect(header.hasAlpha == ["clear", "rgba16", "grayalpha"].contains(name))
        #expect(try distance(ImageFile.pixels(path: imageVector("\(name).png")), array) == 0)
    }

    /// Libraries may differ by a step of their inverse cosine transform, and by one of the colors;
    /// Pillow subtracts black where CMYK becomes RGB.
    @Test(arguments: ["full", "half", "progressive", "gray", "upright", "cmyk"])
    func everyKindOfJPEG(name: String) throws {
        let array = try expected("\(name).jpg")
        let header = try ImageFile.header(path: imageVector("\(name).jpg"))
        #expect([header.height, header.width, header.channels] == array.shape)
        #expect(header.orientation == (name == "upright" ? 6 : 1))
        let image = try ImageFile.pixels(path: imageVector("\(name).jpg"))
        #expect(distance(image, array) <= (name == "cmyk" ? 4 : 3))
    }

    @Test(arguments: ["down", "up", "wide", "one"])
    func fittedAsPillowFits(name: String) throws {
        let photo = try ImageFile.pixels(path: imageVector("photo.png"))
        let array = try expected("fitted-\(name)")
        let fitted = photo.fitted(width: array.shape[1], height: array.shape[0])
        // Sums of weights may round to either side.
        #expect(distance(fitted, array) <= 1)
    }

    @Test func channelsComeAndGo() throws {
        let photo = try ImageFile.pixels(path: imageVector("photo.png"))
        #expect(try distance(photo.converted(channels: 1), expected("luma")) == 0)
        let gray = try ImagePixels(width: 2, height: 1, channels: 2, bytes: [0, 255, 100, 0])
        #expect(gray.converted(channels: 1).bytes == [0, 255])
        #expect(gray.converted(channels: 3).bytes == [0, 0, 0, 255, 255, 255])
        #expect(gray.converted(channels: 4).bytes == [0, 0, 0, 255, 100, 100, 100, 0])
        let rgb = try ImagePixels(width: 1, height: 1, channels: 3, bytes: [9, 8, 7])
        #expect(rgb.converted(channels: 4).bytes == [9, 8, 7, 255])
    }

    /// EXIF 2.3, 4.6.4: which row and column of the scene are the 0th of the file.
    @Test func orientations() throws {
        let image = try ImagePixels(width: 3, height: 2, channels: 1, bytes: [1, 2, 3, 4, 5, 6])
        let expected: [[UInt8]] = [
            [1, 2, 3, 4, 5, 6], [3, 2, 1, 6, 5, 4], [6, 5, 4, 3, 2, 1], [4, 5, 6, 1, 2, 3],
            [1, 4, 2, 5, 3, 6], [4, 1, 5, 2, 6, 3], [6, 3, 5, 2, 4, 1], [3, 6, 2, 5, 1, 4],
        ]
        for (index, bytes) in expected.enumerated() {
            let seen = image.oriented(index + 1)
            #expect([seen.width, seen.height] == (index < 4 ? [3, 2] : [2, 3]))
            #expect(seen.bytes == bytes, "orientation \(index + 1)")
        }
    }

    @Test func whatIsWrittenIsReadAgain() throws {
        for channels in 1...4 {
            let bytes = (0..<(6 * 5 * channels)).map { UInt8(truncatingIfNeeded: $0 * 37) }
            let image = try ImagePixels(width: 6, height: 5, channels: channels, bytes: bytes)
            #expect(try ImageFile.pixels(image.encodePNG()) == image)
        }
    }

    @Test func whatIsNoWholeImageIsRefused() throws {
        for name in ["rgb.png", "interlaced.png", "half.jpg", "progressive.jpg"] {
            let file = try FileBytes.read(imageVector(name))
            for length in stride(from: 4, to: file.count - 1, by: 7) {
                let text = message {
                    _ = try ImageFile.pixels(Array(file.prefix(length)), subject: name)
                }
                #expect(text.hasPrefix("\(name): expected"))
            }
        }
        #expect(message { _ = try ImageFile.pixels([]) }.contains("an empty file"))
        #expect(
            message { _ = try ImageFile.pixels(Array("GIF89a".utf8)) }.contains("another format"))
        let photo = imageVector("photo.png")
        #expect(
            message { _ = try ImageFile.pixels(path: photo, mostPixels: 1960) }
                .contains("53 x 37 pixels, more than 1960"))
        #expect(try ImageFile.pixels(path: photo, mostPixels: 1961).width == 53)
        var damaged = try FileBytes.read(photo)
        damaged[damaged.count / 2] ^= 1
        #expect(message { _ = try ImageFile.pixels(damaged) }.contains("an intact image"))
    }
}

/// The path of a stored image.
func imageVector(_ name: String) -> String { vector("images/\(name)") }
