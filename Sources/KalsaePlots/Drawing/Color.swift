extension Drawing {
    /// A color of sRGB.
    public struct Color: Hashable, Sendable {
        /// Red, 0 to 255.
        public var red: UInt8
        /// Green, 0 to 255.
        public var green: UInt8
        /// Blue, 0 to 255.
        public var blue: UInt8
        /// 255 covers what is behind, 0 nothing of it.
        public var alpha: UInt8

        /// Makes a color.
        public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8, alpha: UInt8 = 255) {
            (self.red, self.green, self.blue, self.alpha) = (red, green, blue, alpha)
        }

        package static let white = Color(255, 255, 255)
        package static let black = Color(0, 0, 0)
        package static let clear = Color(0, 0, 0, alpha: 0)

        package func with(alpha: UInt8) -> Color { Color(red, green, blue, alpha: alpha) }

        /// The color between two, `share` of the way to the other.
        package func mixed(with other: Color, share: Double) -> Color {
            func mix(_ a: UInt8, _ b: UInt8) -> UInt8 {
                UInt8(min(255, max(0, (Double(a) + (Double(b) - Double(a)) * share).rounded())))
            }
            return Color(
                mix(red, other.red), mix(green, other.green), mix(blue, other.blue),
                alpha: mix(alpha, other.alpha))
        }

        /// The relative luminance of WCAG 2, 0 for black and 1 for white.
        package var luminance: Double {
            func linear(_ value: UInt8) -> Double {
                let share = Double(value) / 255
                return share <= 0.03928 ? share / 12.92 : power((share + 0.055) / 1.055, 2.4)
            }
            return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
        }

        /// The contrast ratio of WCAG 2, 1 to 21.
        package func contrast(with other: Color) -> Double {
            let (a, b) = (luminance, other.luminance)
            return (max(a, b) + 0.05) / (min(a, b) + 0.05)
        }

        /// Black or white, whichever is easier to read on this color.
        package var readableInk: Color {
            contrast(with: .white) >= contrast(with: .black) ? .white : .black
        }
    }

    /// An image of 8 bits a channel.
    public struct Pixels: Equatable, Sendable {
        /// In pixels.
        public var width: Int
        /// In pixels.
        public var height: Int
        /// Red, green, blue and alpha of each pixel, row by row from the top.
        public var bytes: [UInt8]

        /// Makes an image; missing bytes are transparent.
        public init(width: Int, height: Int, bytes: [UInt8]) {
            (self.width, self.height) = (max(0, width), max(0, height))
            let count = self.width * self.height * 4
            self.bytes = Array(bytes.prefix(count))
            if bytes.count < count {
                self.bytes += [UInt8](repeating: 0, count: count - bytes.count)
            }
        }

        /// Makes an image of one color.
        package init(width: Int, height: Int, color: Color) {
            let pixel = [color.red, color.green, color.blue, color.alpha]
            var bytes = [UInt8](repeating: 0, count: max(0, width) * max(0, height) * 4)
            for index in bytes.indices { bytes[index] = pixel[index & 3] }
            self.init(width: width, height: height, bytes: bytes)
        }

        /// The color of a pixel inside of the image.
        public subscript(x: Int, y: Int) -> Color {
            get {
                let at = (y * width + x) * 4
                return Color(bytes[at], bytes[at + 1], bytes[at + 2], alpha: bytes[at + 3])
            }
            set {
                let at = (y * width + x) * 4
                bytes[at] = newValue.red
                bytes[at + 1] = newValue.green
                bytes[at + 2] = newValue.blue
                bytes[at + 3] = newValue.alpha
            }
        }
    }
}
