import Foundation
import KalsaeFiles
import KalsaeSupport

/// A new folder of small pictures by class, which a learner can tell apart, for tests; removed by
/// ``remove()``.
public struct PictureFolder: Sendable {
    /// Its path.
    public let path: String

    /// Writes pictures of class `red`, `green` or `blue`: noise, with more of that color.
    ///
    /// - Parameters:
    ///   - count: of each class.
    ///   - side: pixels of a side.
    ///   - folder: a folder in the new one, as `train`; without it the new one itself.
    public init(count: Int, side: Int = 8, in folder: String? = nil) throws {
        path = NSTemporaryDirectory() + "kalsae-pictures-" + UUID().uuidString
        try add(count: count, side: side, in: folder)
    }

    /// Writes further pictures.
    public func add(count: Int, side: Int = 8, in folder: String? = nil) throws {
        let root = folder.map { "\(path)/\($0)" } ?? path
        for (color, name) in ["red", "green", "blue"].enumerated() {
            try FileManager.default.createDirectory(
                atPath: "\(root)/\(name)", withIntermediateDirectories: true)
            for number in 0..<count {
                let seed = UInt64(color << 32 | number << 1) | (folder == nil ? 0 : 1)
                var random = Philox(seed: seed, stream: 9)
                let bytes = (0..<(side * side * 3)).map { position -> UInt8 in
                    let value = random.next(below: 160)
                    return UInt8(value + (position % 3 == color ? 90 : 0))
                }
                let image = try ImagePixels(width: side, height: side, channels: 3, bytes: bytes)
                try AtomicFile.write(image.encodePNG(), to: "\(root)/\(name)/\(number + 1000).png")
            }
        }
    }

    /// Writes a picture under a path in the folder.
    public func write(_ image: ImagePixels, to name: String) throws {
        try AtomicFile.write(image.encodePNG(), to: "\(path)/\(name)")
    }

    /// Removes the folder.
    public func remove() { try? FileManager.default.removeItem(atPath: path) }
}
