import KalsaeSupport

/// An array in NumPy's NPY format, versions 1 to 3.
///
/// Layout: `\x93NUMPY`, two bytes of version, the header's length (`UInt16`, from version 2 on
/// `UInt32`, little-endian), the header as a Python dictionary of `descr`, `fortran_order` and
/// `shape`, then the elements. Source: `numpy.lib.format`.
public struct NPY: Sendable, Equatable {
    /// An element type, by its code in the header without the byte order.
    public enum ElementType: String, Sendable, CaseIterable {
        /// One byte, 0 or 1.
        case bool = "b1"
        /// Signed bytes.
        case int8 = "i1"
        /// 16-bit integers.
        case int16 = "i2"
        /// 32-bit integers.
        case int32 = "i4"
        /// 64-bit integers.
        case int64 = "i8"
        /// Unsigned bytes.
        case uint8 = "u1"
        /// Unsigned 16-bit integers.
        case uint16 = "u2"
        /// Unsigned 32-bit integers.
        case uint32 = "u4"
        /// Unsigned 64-bit integers.
        case uint64 = "u8"
        /// IEEE half precision.
        case float16 = "f2"
        /// Single precision.
        case float32 = "f4"
        /// Double precision.
        case float64 = "f8"

        /// Bytes an element.
        public var size: Int {
            switch self {
            case .bool, .int8, .uint8: 1
            case .int16, .uint16, .float16: 2
            case .int32, .uint32, .float32: 4
            case .int64, .uint64, .float64: 8
            }
        }
    }

    /// What each element is.
    public let type: ElementType
    /// The sizes, outermost first; empty for a scalar.
    public let shape: [Int]
    /// The elements, row-major, little-endian, whatever order the file has.
    public let bytes: [UInt8]

    /// An array to write.
    ///
    /// - Throws: a `KalsaeError` where `bytes` are not those of the shape, or a bool is neither 0 nor 1.
    public init(type: ElementType, shape: [Int], bytes: [UInt8]) throws(KalsaeError) {
        guard shape.count <= NPYHeader.mostSizes, NPY.byteCount(type, shape) == bytes.count else {
            throw KalsaeError(
                "NPY data", expected: "the bytes of \(type.rawValue) \(shape)",
                got: "\(bytes.count)")
        }
        try NPY.checkBools(type, bytes, subject: "NPY data")
        self.type = type
        self.shape = shape
        self.bytes = bytes
    }

    /// The array in a file.
    public init(path: String) throws(KalsaeError) {
        try self.init(FileBytes.read(path), subject: path)
    }

    /// The array in the bytes of a file; `subject` names it in errors.
    ///
    /// Throws on other formats, on types that are no numbers (objects are a pickle, which may run
    /// programs), and where the elements do not fill the file exactly.
    public init(_ file: [UInt8], subject: String = "NPY data") throws(KalsaeError) {
        let header = try NPYHeader(file, subject: subject)
        let (length, overflow) = header.byteCount.addingReportingOverflow(header.length)
        guard !overflow, file.count == length else {
            throw KalsaeError(
                subject, expected: "\(header.byteCount) bytes for the sizes \(header.shape)",
                got: "\(file.count - header.length)",
                advice: file.count < length ? "fetch the file again" : "")
        }
        type = header.type
        shape = header.shape
        let data = file[header.length...]
        try NPY.checkBools(header.type, data, subject: subject)
        let size = header.type.size
        let isColumnMajor = header.isFortran && header.shape.count { $0 > 1 } > 1
        var bytes = isColumnMajor ? NPY.rowMajor(data, header.shape, size: size) : Array(data)
        if header.isBigEndian { NPY.swapBytes(&bytes, size: size) }
        self.bytes = bytes
    }

    /// How many elements there are.
    public var count: Int { bytes.count / type.size }

    /// Bytes of an array; nil where they do not fit in an `Int`.
    static func byteCount(_ type: ElementType, _ shape: [Int]) -> Int? {
        var count = type.size
        var isTooLarge = false
        for size in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            isTooLarge = isTooLarge || overflow || size < 0
            count = product
        }
        return isTooLarge ? nil : count
    }

    private static func checkBools(
        _ type: ElementType, _ bytes: some Sequence<UInt8>, subject: String
    ) throws(KalsaeError) {
        guard type == .bool, let strange = bytes.first(where: { $0 > 1 }) else { return }
        throw KalsaeError(subject, expected: "bools of 0 or 1", got: "\(strange)")
    }
}
