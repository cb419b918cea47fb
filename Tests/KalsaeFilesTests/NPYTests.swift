import KalsaeFiles
import KalsaeSupport
import Testing

/// Files that NumPy wrote (`Scripts/parity/numpy_files.py`), and what NumPy would write.
@Suite struct NPYTests {
    private typealias Kind = NPY.ElementType

    /// Element `k` of the stored arrays, as the script says.
    private func expected(_ type: NPY.ElementType, _ count: Int) -> [Double] {
        (0..<count).map { k in
            switch type {
            case .bool: Double(k % 2)
            case .uint8, .uint16, .uint32, .uint64: Double(7 * k)
            case .int8, .int16, .int32, .int64: Double(7 * k - 9)
            case .float16, .float32, .float64: Double(7 * k - 9) / 4
            }
        }
    }

    private func check(
        _ array: NPY, _ type: NPY.ElementType, _ shape: [Int],
        at location: SourceLocation = #_sourceLocation
    ) {
        #expect(array.type == type, sourceLocation: location)
        #expect(array.shape == shape, sourceLocation: location)
        let values = expected(type, shape.reduce(1, *))
        #expect(array.count == values.count, sourceLocation: location)
        #expect(array.doubles == values, sourceLocation: location)
        #expect(array.floats == values.map { Float($0) }, sourceLocation: location)
        let isWhole = ![.float16, .float32, .float64].contains(type)
        #expect(
            array.integers == (isWhole ? values.map { Int($0) } : nil), sourceLocation: location)
    }

    @Test(arguments: ["types.npz", "deflated.npz"])
    func everyTypeAndOrderOfNumPy(file: String) throws {
        let archive = try NPZ(path: vector(file))
        #expect(archive.names.count == Kind.allCases.count + 14 + (file == "types.npz" ? 0 : 1))
        for type in Kind.allCases {
            check(try archive.array(named: type.rawValue), type, [2, 3])
            guard type.size > 1 else { continue }
            check(try archive.array(named: "big-\(type.rawValue)"), type, [2, 3])
        }
        check(try archive.array(named: "fortran"), .int32, [2, 3, 4])
        check(try archive.array(named: "big-fortran"), .float64, [5, 1, 3])
        check(try archive.array(named: "scalar"), .float32, [])
        check(try archive.array(named: "empty"), .int64, [0, 5])
        check(try archive.array(named: "row"), .int64, [7])
    }

    @Test func everyVersion() throws {
        for version in 1...3 {
            check(try NPY(path: vector("version\(version).npy")), .float32, [2, 3])
        }
        let zip64 = try NPZ(path: vector("zip64.npz"))
        #expect(zip64.names == ["f4", "i8"])
        check(try zip64.array(named: "f4"), .float32, [2, 3])
        check(try zip64.array(named: "i8"), .int64, [2, 3])
    }

    @Test func writtenBytesAreThoseOfNumPy() throws {
        let values = expected(.float32, 6).map { Float($0) }
        let file = try FileBytes.read(vector("version1.npy"))
        #expect(try NPY(values, shape: [2, 3]).encode() == file)
        #expect(try NPY(path: vector("version1.npy")).encode() == file)
        // The longest header for its padding: NumPy adds 64 bytes where 0 would do.
        let wide = try NPY(type: .uint8, shape: [Int](repeating: 1, count: 64), bytes: [7])
        #expect((wide.encode().count - 1) % 64 == 0)
        #expect(try NPY(wide.encode()) == wide)
    }

    @Test func typesThatAreNoNumbersAreRefusedByName() {
        func text(_ file: String) -> String {
            let path = vector(file)
            let text = message { _ = try NPY(path: path) }
            #expect(text.hasPrefix(path))
            return String(text.dropFirst(path.count))
        }
        let types = "b1 i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8"
        #expect(
            text("objects.npy")
                == ": expected elements of one type, of \(types), got Python objects ('|O'), a pickle, "
                + "which may run programs; write numbers: array.astype(float)")
        #expect(text("text.npy") == ": expected elements of one type, of \(types), got '<U2'")
        #expect(text("complex.npy") == ": expected elements of one type, of \(types), got '<c8'")
        #expect(
            text("fields.npy")
                == ": expected elements of one type, got a structured array, of named fields; "
                + "write each field as an array of its own")
    }

    private func file(_ header: String, _ data: [UInt8] = []) -> [UInt8] {
        let text = Array((header + "\n").utf8)
        return [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, UInt8(text.count), 0] + text + data
    }

    @Test func headersOfOtherWriters() throws {
        let python2 = "{ \"shape\" :( 2L,),'fortran_order':True,'descr':'|i1'}"
        let array = try NPY(file(python2, [1, 255]))
        #expect(array.shape == [2])
        #expect(array.integers == [1, -1])
        let bool = "{'descr': '?', 'fortran_order': False, 'shape': ()}"
        #expect(try NPY(file(bool, [1])).integers == [1])
    }

    @Test func eachFaultHasItsMessage() {
        func text(_ bytes: [UInt8]) -> String { message { _ = try NPY(bytes, subject: "a") } }
        func header(_ header: String, _ data: [UInt8] = []) -> String { text(file(header, data)) }
        let rest = "'fortran_order': False, 'shape': (2,)"
        #expect(
            text([])
                == "a: expected an NPY file, which begins with 93 4e 55 4d 50 59, got an empty file"
        )
        #expect(text([0x50, 0x4b, 3]).hasSuffix("got 50 4b 03"))
        #expect(
            text(Array(file("").prefix(6)) + [4, 0, 0, 0])
                == "a: expected version 1.0, 2.0 or 3.0 of NPY, got 4.0")
        #expect(
            text(Array(file("{}").prefix(11)))
                == "a: expected a header of 3 bytes, got an end after 1; fetch the file again")
        #expect(
            text(Array(file("").prefix(6)) + [2, 0, 0xff, 0xff, 0xff, 0xff])
                == "a: expected a header of at most 65536 bytes, got 4294967295")
        #expect(
            header("{'descr': '<f4', \(rest)}", [0, 0, 0, 0])
                == "a: expected 8 bytes for the sizes [2], got 4; fetch the file again")
        #expect(
            header("{'descr': '<f4', \(rest)}", [UInt8](repeating: 0, count: 9))
                == "a: expected 8 bytes for the sizes [2], got 9")
        #expect(
            header("{'descr': '|b1', \(rest)}", [1, 2]) == "a: expected bools of 0 or 1, got 2")
        #expect(header("{'descr': 'f4', \(rest)}").contains("got 'f4'"))
        let huge = "{'descr': '<f8', 'fortran_order': True, 'shape': (4294967296, 4294967296)}"
        #expect(header(huge).contains("expected sizes whose product fits in 63 bits"))
        let refused: [(String, String)] = [
            ("{'descr': '<f4', \(rest)", "expected the end of the dictionary"),
            ("{\(rest)}", "got none of descr"), ("{'descr': '<f4', \(rest), 'x': 1}", "got 'x'"),
            ("{'descr': '<f4', 'descr': '<f4', \(rest)}", "got 'descr' again"),
            ("{'descr': '<f4', 'fortran_order': 1, 'shape': ()}", "expected True or False"),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (2)}", "a number in parentheses"),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", "sizes of at least 0"),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (1 2)}", "expected a comma"),
            ("{'descr': '<f4', \(rest)} x", "nothing after the dictionary"),
            ("{'descr': '<f4\\'', \(rest)}", "a type in quotes"), ("[1]", "expected a dictionary"),
        ]
        for (text, part) in refused { #expect(header(text, [0]).contains(part), "\(text)") }
        #expect(
            message { _ = try NPY([1, 2], shape: [3]) }
                == "NPY data: expected the bytes of i8 [3], got 16")
    }
}

/// The path of a stored file.
func vector(_ name: String) -> String {
    "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/") + "/Vectors/" + name
}
