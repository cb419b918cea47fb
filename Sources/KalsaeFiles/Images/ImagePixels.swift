import CKalsaeImages
import KalsaeSupport

/// An image of 8 bits a channel.
public struct ImagePixels: Sendable, Equatable {
    /// Pixels in a row.
    public let width: Int
    /// Rows.
    public let height: Int
    /// Numbers a pixel: 1 gray, 2 gray and alpha, 3 RGB, 4 RGB and alpha.
    public let channels: Int
    /// The numbers, row by row, the channels of a pixel beside each other.
    public let bytes: [UInt8]

    /// An image.
    ///
    /// - Throws: a `KalsaeError` where the bytes are not as many as the sizes ask for.
    public init(width: Int, height: Int, channels: Int, bytes: [UInt8]) throws(KalsaeError) {
        let area = width.multipliedReportingOverflow(by: height)
        let count = area.partialValue.multipliedReportingOverflow(by: channels)
        guard width > 0, height > 0, (1...4).contains(channels), !area.overflow, !count.overflow,
            count.partialValue == bytes.count
        else {
            throw KalsaeError(
                "image", expected: "the bytes of \(width) x \(height) x \(channels)",
                got: "\(bytes.count)")
        }
        self.init(width: width, height: height, channels: channels, bytes)
    }

    init(width: Int, height: Int, channels: Int, _ bytes: [UInt8]) {
        (self.width, self.height, self.channels, self.bytes) = (width, height, channels, bytes)
    }

    /// The image with another number of channels.
    ///
    /// Gray is .299 R + .587 G + .114 B (BT.601); an alpha that goes leaves the image laid over white,
    /// one that comes is opaque.
    public func converted(channels target: Int) -> ImagePixels {
        guard target != channels, (1...4).contains(target) else { return self }
        let (hasAlpha, isColor) = (channels % 2 == 0, channels >= 3)
        let result = [UInt8](unsafeUninitializedCapacity: width * height * target) { to, made in
            var (from, at) = (0, 0)
            while from < bytes.count {
                var (red, green, blue) = (bytes[from], bytes[from], bytes[from])
                if isColor { (green, blue) = (bytes[from + 1], bytes[from + 2]) }
                let alpha = hasAlpha ? bytes[from + channels - 1] : 255
                if target % 2 == 1, alpha < 255 {
                    (red, green, blue) = (
                        Self.overWhite(red, alpha), Self.overWhite(green, alpha),
                        Self.overWhite(blue, alpha)
                    )
                }
                if target >= 3 {
                    (to[at], to[at + 1], to[at + 2]) = (red, green, blue)
                } else {
                    to[at] = isColor ? Self.gray(red, green, blue) : red
                }
                if target % 2 == 0 { to[at + target - 1] = alpha }
                from += channels
                at += target
            }
            made = at
        }
        return ImagePixels(width: width, height: height, channels: target, result)
    }

    private static func overWhite(_ value: UInt8, _ alpha: UInt8) -> UInt8 {
        let shares = UInt32(value) * UInt32(alpha) + 255 * UInt32(255 - alpha)
        return UInt8((shares + 127) / 255)
    }

    private static func gray(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
        var sum: UInt32 = 0x8000
        sum += UInt32(red) * 19_595
        sum += UInt32(green) * 38_470
        sum += UInt32(blue) * 7_471
        return UInt8(sum >> 16)
    }

    /// The image as EXIF's orientation says that it is to be seen: 2 mirrored, 3 upside down, 4 both,
    /// 5 to 8 on its side.
    public func oriented(_ orientation: Int) -> ImagePixels {
        guard (2...8).contains(orientation) else { return self }
        let isOnItsSide = orientation > 4
        let (newWidth, newHeight) = isOnItsSide ? (height, width) : (width, height)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        for y in 0..<newHeight {
            for x in 0..<newWidth {
                let (a, b) = isOnItsSide ? (y, x) : (x, y)
                let isMirrored = [2, 3, 7, 8].contains(orientation)
                let isReversed = [3, 4, 6, 7].contains(orientation)
                let column = isMirrored ? width - 1 - a : a
                let row = isReversed ? height - 1 - b : b
                let start = (row * width + column) * channels
                result += bytes[start..<(start + channels)]
            }
        }
        return ImagePixels(width: newWidth, height: newHeight, channels: channels, result)
    }

    /// The bytes of a PNG file with the image.
    public func encodePNG() throws(KalsaeError) -> [UInt8] {
        var count = 0
        let file = bytes.withUnsafeBufferPointer {
            kalsae_png_write(
                $0.baseAddress, UInt32(clamping: width), UInt32(clamping: height), UInt8(channels),
                &count)
        }
        guard let file else {
            throw KalsaeError(
                "PNG", expected: "to write \(width) x \(height) pixels",
                got: "too many, or no memory")
        }
        defer { kalsae_image_free(file) }
        return Array(UnsafeBufferPointer(start: file, count: count))
    }
}
