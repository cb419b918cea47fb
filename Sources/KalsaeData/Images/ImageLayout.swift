import KalsaeFiles
import KalsaeSupport

/// The one size that images of a set are brought to.
public struct ImageLayout: Sendable, Equatable {
    /// What overrules the choice.
    public struct Options: Sendable, Equatable {
        /// Width and height.
        public var size: (width: Int, height: Int)?
        /// Numbers a pixel: 1 gray, 2 gray and alpha, 3 RGB, 4 RGB and alpha.
        public var channels: Int?

        /// Nothing is overruled.
        public init() {}

        /// Whether two overrule the same.
        public static func == (left: Options, right: Options) -> Bool {
            left.size?.width == right.size?.width && left.size?.height == right.size?.height
                && left.channels == right.channels
        }

        /// A size as in `32x32`, or `32` for a square.
        ///
        /// - Throws: a `KalsaeError` for anything else.
        public static func size(
            parsing text: String
        ) throws(KalsaeError) -> (width: Int, height: Int) {
            let parts = text.lowercased().split(separator: "x", omittingEmptySubsequences: false)
            let numbers = parts.compactMap { Int($0) }.filter { (1...8192).contains($0) }
            guard numbers.count == parts.count, (1...2).contains(numbers.count) else {
                throw KalsaeError(
                    "--image-size", expected: "pixels from 1 to 8192, as in 32x32 or 32", got: text)
            }
            return (numbers[0], numbers[numbers.count - 1])
        }
    }

    /// Pixels in a row.
    public let width: Int
    /// Rows.
    public let height: Int
    /// Numbers a pixel.
    public let channels: Int

    /// A size.
    public init(width: Int, height: Int, channels: Int) {
        (self.width, self.height, self.channels) = (width, height, channels)
    }

    /// The longest side that images get without being asked for it.
    static let longestSide = 256

    /// The most frequent size of images, at most 256 pixels long; RGB where one of them has colors.
    public init(of sources: [ImageSource], _ options: Options = Options()) throws(KalsaeError) {
        guard (1...4).contains(options.channels ?? 1) else {
            throw KalsaeError(
                "--channels",
                expected: "1 (gray), 2 (gray, alpha), 3 (RGB) or 4 (RGB, alpha)",
                got: "\(options.channels ?? 1)")
        }
        var counts: [[Int]: Int] = [:]
        for source in sources {
            counts[[source.header.width, source.header.height], default: 0] += 1
        }
        // Of sizes as frequent the smaller one.
        let best = counts.max {
            ($0.value, $1.key[0] * $1.key[1], $1.key[0])
                < ($1.value, $0.key[0] * $0.key[1], $0.key[0])
        }
        let (width, height) = (best?.key[0] ?? 1, best?.key[1] ?? 1)
        let shrink = max(Double(max(width, height)) / Double(Self.longestSide), 1)
        func side(_ length: Int) -> Int { max(1, Int((Double(length) / shrink).rounded())) }
        self.width = options.size?.width ?? side(width)
        self.height = options.size?.height ?? side(height)
        channels = options.channels ?? (sources.contains(where: \.header.isColor) ? 3 : 1)
    }

    /// Numbers an image.
    public var count: Int { width * height * channels }

    /// The shape of an image: height, width, channels.
    public var shape: [Int] { [height, width, channels] }

    /// What the channels are.
    public var colors: String {
        ["gray", "gray with alpha", "RGB", "RGB with alpha"][channels - 1]
    }

    /// An image brought to this size.
    func applied(to image: ImagePixels) -> ImagePixels {
        image.converted(channels: channels).fitted(width: width, height: height)
    }

    /// What is done to images so that they have this size, a line each.
    public func lines(for sources: [ImageSource]) -> [String] {
        func count(_ isOne: (ImageHeader) -> Bool) -> Int { sources.count { isOne($0.header) } }
        let hasAlpha = channels % 2 == 0
        let changes: [(Int, String)] = [
            (
                count { $0.width != width || $0.height != height },
                "of other sizes: scaled to cover \(width) x \(height), cropped  [--image-size]"
            ),
            (count { $0.hasAlpha && !hasAlpha }, "with alpha: laid over white  [--channels]"),
            (count { !$0.hasAlpha && hasAlpha }, "without alpha: opaque  [--channels]"),
            (count { $0.isColor && channels < 3 }, "in color: made gray  [--channels]"),
            (count { !$0.isColor && channels >= 3 }, "in gray: made RGB  [--channels]"),
            (count { $0.bits == 16 }, "of 16 bits: rounded to 8"),
            (count { $0.orientation > 1 }, "rotated upright, as their EXIF data say"),
        ]
        return changes.filter { $0.0 > 0 }.map { "\($0.0) of \(sources.count) \($0.1)" }
    }
}
