import Foundation
import KalsaeData
import KalsaeFiles
import KalsaeSupport
import KalsaeTesting
import KalsaeTraining
import Testing

@Suite struct ImageFolderTests {
    private func image(_ width: Int, _ height: Int, _ channels: Int) throws -> ImagePixels {
        let count = width * height * channels
        return try ImagePixels(
            width: width, height: height, channels: channels,
            bytes: (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7) })
    }

    @Test func foldersAreClasses() throws {
        let pictures = try PictureFolder(count: 10)
        defer { pictures.remove() }
        let folder = try ImageFolder(path: pictures.path + "/")
        #expect(folder.classNames == ["blue", "green", "red"])
        // Files of one length, whose CRCs inside cancel in a CRC.
        #expect(folder.copyCount == 0)
        let parts = try folder.load(name: "p", seed: 3)
        #expect([parts.train, parts.validation, parts.test].map(\.count) == [20, 5, 5])
        #expect(parts.train.featureShape == [8, 8, 3])
        #expect(parts.train.targets.classNames == folder.classNames)
        // Each file is in one part, with its own pixels and class.
        var seen: Set<String> = []
        for part in [parts.train, parts.validation, parts.test] {
            let rows = try #require(part.images)
            let bytes = try rows.bytes(of: 0..<part.count)
            for (row, source) in rows.sources.enumerated() {
                #expect(seen.insert(source.path).inserted)
                #expect(source.path.contains("/\(folder.classNames[Int(part.classes[row])])/"))
                let pixels = try ImageFile.pixels(path: source.path)
                #expect(Array(bytes[(row * 192)..<((row + 1) * 192)]) == pixels.bytes)
            }
        }
        #expect(seen.count == 30)
    }

    /// é as one code point and as two: one class to a reader, two folders to the file system.
    @Test func namesThatLookTheSameAreRefused() throws {
        let pictures = try PictureFolder(count: 2)
        defer { pictures.remove() }
        for name in ["caf\u{e9}", "cafe\u{301}"] {
            try FileManager.default.createDirectory(
                atPath: "\(pictures.path)/\(name)", withIntermediateDirectories: true)
            try pictures.write(image(4, 4, 3), to: "\(name)/a.png")
        }
        do {
            _ = try ImageFolder(path: pictures.path)
            Issue.record("expected an error")
        } catch {
            #expect("\(error)".contains("folders whose names look different"), "\(error)")
        }
    }

    @Test func partsOfTheFolderStay() throws {
        let pictures = try PictureFolder(count: 8, in: "train")
        defer { pictures.remove() }
        try pictures.add(count: 2, in: "test")
        let folder = try ImageFolder(path: pictures.path)
        let parts = try folder.load(name: "p", seed: 1)
        #expect([parts.train, parts.validation, parts.test].map(\.count) == [20, 4, 6])
        #expect(parts.test.images?.sources.allSatisfy { $0.path.contains("/test/") } == true)
        try pictures.add(count: 3, in: "val")
        let three = try ImageFolder(path: pictures.path).load(name: "p", seed: 1)
        #expect([three.train, three.validation, three.test].map(\.count) == [24, 9, 6])
    }

    @Test func oneSizeIsMadeOfSeveral() throws {
        let pictures = try PictureFolder(count: 4)
        defer { pictures.remove() }
        try pictures.write(image(20, 10, 4), to: "red/a.png")
        try pictures.write(image(8, 8, 1), to: "red/b.PNG")
        let folder = try ImageFolder(path: pictures.path)
        let sources = try #require(folder.parts[.train]).sources
        let layout = try folder.layout()
        #expect(layout == ImageLayout(width: 8, height: 8, channels: 3))
        #expect(
            layout.lines(for: sources) == [
                "1 of 14 of other sizes: scaled to cover 8 x 8, cropped  [--image-size]",
                "1 of 14 with alpha: laid over white  [--channels]",
                "1 of 14 in gray: made RGB  [--channels]",
            ])
        var options = ImageLayout.Options()
        options.size = try ImageLayout.Options.size(parsing: "6x4")
        options.channels = 1
        let asked = try folder.load(
            name: "p", options: .with(options), fractions: .init(validation: 0.2, test: 0), seed: 1)
        #expect(asked.train.featureShape == [4, 6, 1])
        let row = try #require(
            asked.train.images?.sources.firstIndex { $0.path.hasSuffix("a.png") })
        let expected = try image(20, 10, 4).converted(channels: 1).fitted(width: 6, height: 4)
        #expect(try asked.train.images?.bytes(of: [row]) == expected.bytes)
        #expect(throws: KalsaeError.self) { try ImageLayout.Options.size(parsing: "0x4") }
        options.channels = 5
        #expect(message { _ = try folder.layout(options) }.hasPrefix("--channels: expected 1"))
    }

    @Test func largePicturesAreMadeSmaller() throws {
        let pictures = try PictureFolder(count: 1, side: 4)
        defer { pictures.remove() }
        for name in ["red/x.png", "blue/y.png", "green/z.png", "red/w.png"] {
            try pictures.write(image(600, 300, 1), to: name)
        }
        #expect(try ImageFolder(path: pictures.path).layout().shape == [128, 256, 3])
    }

    @Test func copiesStayOnOneSide() throws {
        let pictures = try PictureFolder(count: 6)
        defer { pictures.remove() }
        for number in 0..<6 {
            try FileManager.default.copyItem(
                atPath: "\(pictures.path)/red/\(1000 + number).png",
                toPath: "\(pictures.path)/red/copy-\(number).png")
        }
        let folder = try ImageFolder(path: pictures.path)
        #expect(folder.copyCount == 6)
        for seed in 0..<20 as Range<UInt64> {
            let parts = try folder.load(name: "p", seed: seed)
            let all = [parts.train, parts.validation, parts.test].map { part in
                Set(part.images?.sources.compactMap { try? FileBytes.read($0.path) } ?? [])
            }
            #expect(all[0].isDisjoint(with: all[1]) && all[0].isDisjoint(with: all[2]))
            #expect(all[1].isDisjoint(with: all[2]))
        }
    }

    @Test func whatIsNoFolderOfClassesIsRefused() throws {
        let pictures = try PictureFolder(count: 2)
        defer { pictures.remove() }
        let path = pictures.path
        #expect(
            message { _ = try ImageFolder(path: "\(path)/red") }.contains(
                "a folder for each class, with PNG or JPEG files, got 2 images beside each other"))
        try FileManager.default.createDirectory(
            atPath: "\(path)/empty", withIntermediateDirectories: true)
        #expect(message { _ = try ImageFolder(path: path) }.hasPrefix("\(path)/empty: expected"))
        try FileManager.default.removeItem(atPath: "\(path)/empty")
        try AtomicFile.write(Array("GIF89a".utf8), to: "\(path)/blue/a.png")
        try AtomicFile.write(Array("GIF89a".utf8), to: "\(path)/red/b.jpg")
        #expect(
            message { _ = try ImageFolder(path: path) }
                == "\(path)/blue/a.png: expected a PNG or JPEG image, got another format; so is 1 of the "
                + "7 others; remove it, or fetch it again")
    }
}

extension ImageFolder.Options {
    static func with(_ layout: ImageLayout.Options) -> Self {
        var options = Self()
        options.layout = layout
        return options
    }
}
