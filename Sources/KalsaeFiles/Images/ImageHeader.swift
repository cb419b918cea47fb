/// What a PNG or JPEG file says of its image, before anything is decoded.
public struct ImageHeader: Sendable, Equatable {
    /// A format, known by its first bytes.
    public enum Format: String, Sendable, CaseIterable {
        /// Portable Network Graphics.
        case png = "PNG"
        /// JPEG, baseline or progressive.
        case jpeg = "JPEG"

        /// The format of a file by its first bytes; nil for others.
        public init?(_ bytes: [UInt8]) {
            if bytes.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) {
                self = .png
            } else if bytes.starts(with: [0xff, 0xd8, 0xff]) {
                self = .jpeg
            } else {
                return nil
            }
        }
    }

    /// The format.
    public let format: Format
    /// Pixels in a row, as the image is to be seen.
    public let width: Int
    /// Rows, as the image is to be seen.
    public let height: Int
    /// Numbers a pixel: 1 gray, 2 gray and alpha, 3 RGB, 4 RGB and alpha.
    public let channels: Int
    /// Bits of a number, or of an index into the palette, in the file.
    public let bits: Int
    /// Whether pixels are indices into a palette.
    public let hasPalette: Bool
    /// EXIF's orientation: 1 as stored, 2 to 8 flipped or rotated.
    public let orientation: Int

    /// Whether pixels have an alpha.
    public var hasAlpha: Bool { channels == 2 || channels == 4 }

    /// Whether pixels have colors.
    public var isColor: Bool { channels >= 3 }
}
