import KalsaeFiles
import KalsaeSupport

/// Some images of each class in one: a row a class, in the classes' order.
public struct ImageSheet: Sendable {
    /// The classes of the rows.
    public let classNames: [String]
    /// The image.
    public let image: ImagePixels

    /// White lines between images, in pixels.
    private static let gap = 2
    /// Small images are enlarged to so many pixels, large ones made smaller.
    private static let sides = 48...128

    /// Draws the first images of each class.
    ///
    /// - Parameters:
    ///   - columns: images of a class.
    ///   - rows: the most classes.
    /// - Throws: a `KalsaeError` where the rows are no images of classes, and for files that cannot be
    ///   decoded.
    public init(_ data: LabeledData, columns: Int = 10, rows: Int = 24) throws(KalsaeError) {
        guard case .classes(let classes, let names) = data.targets, data.featureShape.count == 3,
            columns > 0, rows > 0, columns <= 64, rows <= 64
        else {
            throw KalsaeError(
                "sheet", expected: "images of classes", got: "rows of \(data.featureShape)")
        }
        var samples = [[Int]](repeating: [], count: min(names.count, rows))
        for (row, label) in classes.enumerated()
        where Int(label) < samples.count && samples[Int(label)].count < columns {
            samples[Int(label)].append(row)
        }
        let longest = max(data.featureShape[0], data.featureShape[1], 1)
        let scale = min(
            max(1, Double(Self.sides.lowerBound) / Double(longest)).rounded(.up),
            Double(Self.sides.upperBound) / Double(longest))
        let width = max(1, Int(Double(data.featureShape[1]) * scale))
        let height = max(1, Int(Double(data.featureShape[0]) * scale))
        let stride = columns * (width + Self.gap) + Self.gap
        let total = samples.count * (height + Self.gap) + Self.gap
        var bytes = [UInt8](repeating: 255, count: stride * total * 3)
        for (row, list) in samples.enumerated() {
            for (column, sample) in list.enumerated() {
                guard let own = try data.image(at: sample) else { continue }
                let cell = own.converted(channels: 3).scaled(width: width, height: height)
                let left = Self.gap + column * (width + Self.gap)
                let top = Self.gap + row * (height + Self.gap)
                for y in 0..<height {
                    let to = ((top + y) * stride + left) * 3
                    let from = y * width * 3
                    bytes.replaceSubrange(
                        to..<(to + width * 3), with: cell.bytes[from..<(from + width * 3)])
                }
            }
        }
        classNames = Array(names.prefix(samples.count))
        image = try ImagePixels(width: stride, height: total, channels: 3, bytes: bytes)
    }
}

extension ImagePixels {
    /// Whole multiples keep the pixels to be seen.
    fileprivate func scaled(width newWidth: Int, height newHeight: Int) -> ImagePixels {
        guard newWidth > width, newWidth % width == 0 else {
            return fitted(width: newWidth, height: newHeight)
        }
        let factor = newWidth / width
        var result: [UInt8] = []
        for y in 0..<newHeight {
            for x in 0..<newWidth {
                let start = (min(y / factor, height - 1) * width + x / factor) * channels
                result += bytes[start..<(start + channels)]
            }
        }
        let image = try? ImagePixels(
            width: newWidth, height: newHeight, channels: channels, bytes: result)
        return image ?? self
    }
}
