import CKalsaeImages
import KalsaeSupport

/// PNG and JPEG files, decoded by libpng and libjpeg to 8 bits a channel.
///
/// Palettes are resolved, fewer bits than 8 are widened, 16 are rounded; what a camera's EXIF says
/// about the way up is done. Memory is bounded by the pixels that are allowed. Damaged and truncated
/// files are refused: no pixel is made up.
public enum ImageFile {
    /// The most pixels of an image unless told otherwise: 67 million.
    public static var mostPixels: Int { 1 << 26 }
    /// The most bytes of a file: 256 MiB.
    public static var mostBytes: Int { 1 << 28 }

    /// Whether a file's name ends as those of images do.
    public static func isNamed(_ path: String) -> Bool {
        let name = path.lowercased()
        return [".png", ".jpg", ".jpeg"].contains { name.hasSuffix($0) }
    }

    /// What a file says of its image; of the file, no more is read than that takes.
    ///
    /// - Throws: a `KalsaeError` for other formats, damage in front of the pixels, and images of more
    ///   than `mostPixels`.
    public static func header(
        path: String, mostPixels: Int = ImageFile.mostPixels
    ) throws(KalsaeError) -> ImageHeader {
        let start = try FileBytes.prefix(of: path, count: 1 << 14)
        if start.count == 1 << 14 {
            // Profiles and previews may be longer than that.
            let (outcome, header) = try decode(start, nil, subject: path, mostPixels: mostPixels)
            if outcome == .read, let header { return header }
        }
        return try header(
            FileBytes.read(path, limit: mostBytes), subject: path, mostPixels: mostPixels)
    }

    /// What the bytes of a file say of its image; `subject` names it in errors.
    public static func header(
        _ file: [UInt8], subject: String = "image", mostPixels: Int = ImageFile.mostPixels
    ) throws(KalsaeError) -> ImageHeader {
        let (outcome, header) = try decode(file, nil, subject: subject, mostPixels: mostPixels)
        guard outcome == .read, let header else { throw outcome.error(subject) }
        return header
    }

    /// The pixels of a file.
    public static func pixels(
        path: String, mostPixels: Int = ImageFile.mostPixels
    ) throws(KalsaeError) -> ImagePixels {
        try pixels(
            FileBytes.read(path, limit: mostBytes), subject: path, mostPixels: mostPixels)
    }

    /// The pixels in the bytes of a file; `subject` names it in errors.
    ///
    /// - Throws: a `KalsaeError` for other formats, damaged and truncated files, and images of more
    ///   than `mostPixels`.
    public static func pixels(
        _ file: [UInt8], subject: String = "image", mostPixels: Int = ImageFile.mostPixels
    ) throws(KalsaeError) -> ImagePixels {
        let header = try header(file, subject: subject, mostPixels: mostPixels)
        let isOnItsSide = header.orientation > 4
        let (width, height) =
            isOnItsSide ? (header.height, header.width) : (header.width, header.height)
        let count = width * height * header.channels
        var outcome = Outcome.cut
        var error: KalsaeError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { memory, made in
            do throws(KalsaeError) {
                outcome = try decode(file, memory, subject: subject, mostPixels: mostPixels).0
            } catch let fault { error = fault }
            made = outcome == .read ? count : 0
        }
        if let error { throw error }
        guard outcome == .read else { throw outcome.error(subject) }
        return ImagePixels(width: width, height: height, channels: header.channels, bytes)
            .oriented(header.orientation)
    }

    private enum Outcome: Equatable {
        case read
        case cut
        case refused(String)

        func error(_ subject: String) -> KalsaeError {
            guard case .refused(let reason) = self else {
                return KalsaeError(
                    subject, expected: "a whole image", got: "an end within it",
                    advice: "fetch the file again")
            }
            return KalsaeError(subject, expected: "an intact image", got: reason)
        }
    }

    /// The header, and the pixels where there is memory for them.
    private static func decode(
        _ file: [UInt8], _ pixels: UnsafeMutableBufferPointer<UInt8>?, subject: String,
        mostPixels: Int
    ) throws(KalsaeError) -> (Outcome, ImageHeader?) {
        guard let format = ImageHeader.Format(file) else {
            throw KalsaeError(
                subject, expected: "a PNG or JPEG image",
                got: file.isEmpty ? "an empty file" : "another format")
        }
        var image = kalsae_image()
        var message = [CChar](repeating: 0, count: Int(KALSAE_IMAGE_MESSAGE))
        let read = format == .png ? kalsae_png_read : kalsae_jpeg_read
        let status = file.withUnsafeBufferPointer { bytes in
            read(
                bytes.baseAddress, bytes.count, UInt64(max(mostPixels, 0)), &image,
                pixels?.baseAddress, pixels?.count ?? 0, &message)
        }
        switch status {
        case KALSAE_IMAGE_READ:
            let isOnItsSide = image.orientation > 4
            return (
                .read,
                ImageHeader(
                    format: format, width: Int(isOnItsSide ? image.height : image.width),
                    height: Int(isOnItsSide ? image.width : image.height),
                    channels: Int(image.channels), bits: Int(image.bits),
                    hasPalette: image.has_palette != 0, orientation: Int(image.orientation))
            )
        case KALSAE_IMAGE_CUT: return (.cut, nil)
        default:
            let end = message.firstIndex(of: 0) ?? message.count
            let text = message[..<end].map { UInt8(bitPattern: $0) }
            return (.refused(String(decoding: text, as: UTF8.self)), nil)
        }
    }
}
