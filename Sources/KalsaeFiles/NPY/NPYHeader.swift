import KalsaeSupport

/// What stands before the elements of an NPY file.
struct NPYHeader {
    let type: NPY.ElementType
    let isBigEndian: Bool
    let isFortran: Bool
    let shape: [Int]
    /// Bytes before the elements.
    let length: Int
    /// Bytes of the elements.
    let byteCount: Int

    static let magic: [UInt8] = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]
    /// The longest dictionary that is read; NumPy's own bound is 10,000 bytes.
    static let longest = 1 << 16
    /// The most sizes; NumPy 2 allows 64.
    static let mostSizes = 64

    /// Reads it off the beginning of a file, which may be cut after the header.
    init(_ file: [UInt8], subject: String) throws(KalsaeError) {
        guard file.starts(with: Self.magic) else {
            let got = file.prefix(6).map { hexadecimal($0) }.joined(separator: " ")
            throw KalsaeError(
                subject, expected: "an NPY file, which begins with 93 4e 55 4d 50 59",
                got: file.isEmpty ? "an empty file" : got)
        }
        let version = file.count > 6 ? file[6] : 0
        guard (1...3).contains(version), file.count > 7, file[7] == 0 else {
            throw KalsaeError(
                subject, expected: "version 1.0, 2.0 or 3.0 of NPY",
                got: file.count > 7 ? "\(version).\(file[7])" : "an end after \(file.count) bytes")
        }
        let start = version == 1 ? 10 : 12
        guard file.count >= start else {
            throw KalsaeError(
                subject, expected: "a header", got: "an end after \(file.count) bytes",
                advice: "fetch the file again")
        }
        let count = file[8..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard count <= Self.longest else {
            throw KalsaeError(
                subject, expected: "a header of at most \(Self.longest) bytes", got: "\(count)")
        }
        guard file.count >= start + count else {
            throw KalsaeError(
                subject, expected: "a header of \(count) bytes",
                got: "an end after \(file.count - start)", advice: "fetch the file again")
        }
        length = start + count
        var literal = PythonLiteral(file[start..<length], subject: subject)
        let fields = try literal.header()
        (type, isBigEndian) = try Self.type(fields.descr, subject: subject)
        (isFortran, shape) = (fields.isFortran, fields.shape)
        guard shape.count <= Self.mostSizes else {
            throw KalsaeError(
                subject, expected: "at most \(Self.mostSizes) sizes", got: "\(shape.count)")
        }
        guard let bytes = NPY.byteCount(type, shape) else {
            throw KalsaeError(
                subject, expected: "sizes whose product fits in 63 bits", got: "\(shape)")
        }
        byteCount = bytes
    }

    /// The header of an array that is written, as NumPy writes it: version 1, elements at a multiple
    /// of 64 bytes, and spaces for a first size of 21 digits.
    static func bytes(_ type: NPY.ElementType, _ shape: [Int]) -> [UInt8] {
        let sizes = shape.map(\.description).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        let descr = (type.size == 1 ? "|" : "<") + type.rawValue
        let text = "{'descr': '\(descr)', 'fortran_order': False, 'shape': (\(sizes)), }"
        let plain = 10 + text.utf8.count + 1
        let growth = shape.first.map { 21 - $0.description.utf8.count } ?? 0
        let whole = (plain + growth) / 64 * 64 + 64
        let count = whole - 10
        return magic + [1, 0, UInt8(count & 255), UInt8(count >> 8)] + Array(text.utf8)
            + [UInt8](repeating: 0x20, count: whole - plain) + [0x0a]
    }

    private static func type(
        _ descr: String, subject: String
    ) throws(KalsaeError) -> (NPY.ElementType, Bool) {
        let code = descr.drop { "<>=|".contains($0) }
        let order = descr.dropLast(code.count)
        guard let type = NPY.ElementType(rawValue: code == "?" ? "b1" : String(code)),
            order.count <= 1, type.size == 1 || order == "<" || order == ">"
        else {
            let isObject = code.hasPrefix("O")
            throw KalsaeError(
                subject,
                expected: "elements of one type, of "
                    + NPY.ElementType.allCases.map(\.rawValue).joined(separator: " "),
                got: isObject
                    ? "Python objects ('\(descr)'), a pickle, which may run programs"
                    : "'\(descr)'",
                advice: isObject ? "write numbers: array.astype(float)" : "")
        }
        return (type, order == ">" && type.size > 1)
    }
}
