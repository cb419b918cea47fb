extension ImagePixels {
    /// The image scaled until it covers a size, and cropped round its middle.
    ///
    /// Each pixel is the mean of those under it, weighed by a triangle as wide as the scale (bilinear
    /// where the image grows), along rows and then along columns; rounded to bytes after each.
    public func fitted(width newWidth: Int, height newHeight: Int) -> ImagePixels {
        guard newWidth > 0, newHeight > 0, (newWidth, newHeight) != (width, height) else {
            return self
        }
        // The part of the image that is left, in its own pixels.
        let scale = Swift.max(
            Double(newWidth) / Double(width), Double(newHeight) / Double(height))
        let across = Double(newWidth) / scale
        let down = Double(newHeight) / scale
        let columns = PixelWeights(
            from: width, start: (Double(width) - across) / 2, length: across, count: newWidth)
        let rows = PixelWeights(
            from: height, start: (Double(height) - down) / 2, length: down, count: newHeight)
        let first = rows.first
        let kept = rows.end - first
        var narrow = [UInt8](repeating: 0, count: kept * newWidth * channels)
        bytes.withUnsafeBufferPointer { bytes in
            narrow.withUnsafeMutableBufferPointer { narrow in
                for y in 0..<kept {
                    let line = (first + y) * width * channels
                    for x in 0..<newWidth {
                        let start = line + columns.starts[x] * channels
                        let weights = columns.weights[x]
                        for channel in 0..<channels {
                            narrow[(y * newWidth + x) * channels + channel] = weights.sum {
                                bytes[start + $0 * channels + channel]
                            }
                        }
                    }
                }
            }
        }
        let stride = newWidth * channels
        var result = [UInt8](repeating: 0, count: newHeight * stride)
        narrow.withUnsafeBufferPointer { narrow in
            result.withUnsafeMutableBufferPointer { result in
                for y in 0..<newHeight {
                    let start = (rows.starts[y] - first) * stride
                    let weights = rows.weights[y]
                    for x in 0..<stride {
                        result[y * stride + x] = weights.sum { narrow[start + $0 * stride + x] }
                    }
                }
            }
        }
        return ImagePixels(width: newWidth, height: newHeight, channels: channels, result)
    }
}

/// How much pixels of a line count in those of a shorter or longer one, in fixed point.
private struct PixelWeights {
    struct Sum {
        let weights: [Int32]

        @inline(__always)
        func sum(_ value: (Int) -> UInt8) -> UInt8 {
            var sum = Int64(1) << (PixelWeights.bits - 1)
            for index in weights.indices { sum += Int64(weights[index]) * Int64(value(index)) }
            return UInt8(clamping: sum >> PixelWeights.bits)
        }
    }

    static let bits = 22
    /// For each new pixel, the first old one that counts.
    let starts: [Int]
    let weights: [Sum]

    /// The first old pixel that counts for any, and the one behind the last.
    var first: Int { starts.min() ?? 0 }
    var end: Int { zip(starts, weights).map { $0 + $1.weights.count }.max() ?? 0 }

    /// - Parameters:
    ///   - from: old pixels.
    ///   - start: where the part begins that the new ones cover.
    ///   - length: how long it is.
    ///   - count: new pixels.
    init(from: Int, start: Double, length: Double, count: Int) {
        let scale = length / Double(count)
        let reach = Swift.max(scale, 1)
        var starts: [Int] = []
        var sums: [Sum] = []
        for pixel in 0..<count {
            let center = start + (Double(pixel) + 0.5) * scale
            let low = Swift.max(Int(center - reach + 0.5), 0)
            let high = Swift.max(Swift.min(Int(center + reach + 0.5), from), low + 1)
            let shares = (low..<Swift.min(high, from)).map {
                Swift.max(0, 1 - abs((Double($0) - center + 0.5) / reach))
            }
            let whole = shares.reduce(0, +)
            let one = Double(1 << Self.bits)
            starts.append(low)
            sums.append(
                Sum(weights: shares.map { Int32(0.5 + (whole > 0 ? $0 / whole : 0) * one) }))
        }
        self.starts = starts
        weights = sums
    }
}
