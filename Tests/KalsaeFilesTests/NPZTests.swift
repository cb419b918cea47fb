import Foundation
import KalsaeFiles
import KalsaeSupport
import Testing

@Suite struct NPZTests {
    private static func arrays() throws -> [NPZ.Member] {
        [
            NPZ.Member("x", try NPY((0..<300).map { Float($0 / 7) }, shape: [100, 3])),
            NPZ.Member("größe", try NPY([1, -2, 3], shape: [3])),
            NPZ.Member("flag", try NPY(type: .bool, shape: [], bytes: [1])),
            NPZ.Member("none", try NPY(type: .float16, shape: [0, 2], bytes: [])),
        ]
    }

    private func check(_ file: [UInt8]) throws {
        let read = try NPZ(file)
        let arrays = try Self.arrays()
        #expect(read.names == arrays.map(\.name))
        for member in arrays { #expect(try read.array(named: member.name) == member.array) }
    }

    @Test func whatIsWrittenIsRead() throws {
        let plain = try NPZ.encode(Self.arrays())
        let deflated = try NPZ.encode(Self.arrays(), isCompressed: true)
        try check(plain)
        try check(deflated)
        #expect(deflated.count < plain.count - 500)
        for isCompressed in [false, true] {
            try check(NPZ.encode(Self.arrays(), isCompressed: isCompressed, wideFrom: 100))
        }
        try check(NPZ.encode(Self.arrays()) + [])
        #expect(try NPZ(NPZ.encode([])).names.isEmpty)
        try withFolder { folder in
            try NPZ.write(Self.arrays(), to: "\(folder)/a.npz")
            #expect(try FileBytes.read("\(folder)/a.npz") == plain)
        }
    }

    /// NumPy, where this machine has it, on files of every form that is written.
    @Test(.enabled(if: NumPy.isThere, "needs python3 with NumPy"))
    func numPyOpensWhatIsWritten() throws {
        try withFolder { folder in
            for isCompressed in [false, true] {
                for wide in [100, 0xffff_ffff] {
                    let name = "\(isCompressed)-\(wide).npz"
                    let file = try NPZ.encode(
                        Self.arrays(), isCompressed: isCompressed, wideFrom: wide)
                    try AtomicFile.write(file, to: "\(folder)/\(name)")
                }
            }
            try NPY([1, 2, 3, 4, 5, 6], shape: [2, 3]).write(to: "\(folder)/a.npy")
            let program = """
                import glob, numpy, zipfile
                for path in glob.glob("*.npz"):
                    assert zipfile.ZipFile(path).testzip() is None
                    z = numpy.load(path)
                    assert z.files == ["x", "größe", "flag", "none"]
                    assert z["x"].dtype == "<f4" and z["x"].shape == (100, 3)
                    assert (z["x"].ravel() == numpy.arange(300) // 7).all()
                    assert z["größe"].tolist() == [1, -2, 3] and z["größe"].dtype == "<i8"
                    assert z["flag"].shape == () and z["flag"].dtype == bool and z["flag"]
                    assert z["none"].shape == (0, 2) and z["none"].dtype == "<f2"
                assert len(glob.glob("*.npz")) == 4
                a = numpy.load("a.npy", mmap_mode="r")
                assert a.offset % 64 == 0 and a.tolist() == [[1, 2, 3], [4, 5, 6]]
                """
            #expect(try NumPy.run(program, in: folder) == 0)
        }
    }

    @Test func eachFaultHasItsMessage() throws {
        let file = try NPZ.encode(Self.arrays())
        func text(_ file: [UInt8], _ name: String = "x") -> String {
            message { _ = try NPZ(file, subject: "a").array(named: name) }
        }
        #expect(
            text(file, "y")
                == "a: expected an array \"y\", got \"x\", \"größe\", \"flag\", \"none\"")
        #expect(
            text(Array(file.dropLast()))
                == "a: expected a zip archive with its end record, got none; "
                + "fetch the file again")
        var flipped = file
        flipped[200] ^= 1
        let sum = text(flipped)
        #expect(sum.hasPrefix("a, x.npy: expected the checksum "))
        #expect(sum.hasSuffix(", got another; fetch the file again"))
        #expect(text(try twice("x", "x")) == "a: expected each member once, got \"x.npy\" again")
        #expect(
            message { _ = try NPZ.encode([Self.arrays()[0], Self.arrays()[0]]) }.contains("got x"))
        let member = NPZ.Member("x", try NPY([Float](repeating: 0, count: 9_999), shape: [9_999]))
        let zeros = try NPZ.encode([member], isCompressed: true)
        #expect(
            message { _ = try NPZ(zeros, subject: "a", limit: 1_000).array(named: "x") }
                == "a, x.npy: expected at most 1000 bytes, got 40124")
        // Encrypted; by another method; two members over the same bytes.
        #expect(text(changed(file, 8, 1)).hasPrefix("a, x.npy: expected a member that is not"))
        #expect(text(changed(file, 10, 12)).contains("stored or deflated, got the method 12"))
        #expect(text(try twice("x", "y", isOverlap: true)).contains("got an overlap at "))
    }

    /// Memory is bounded by the file: sizes that it claims are not believed.
    @Test func aBombIsRefusedBeforeItIsInflated() throws {
        let member = NPZ.Member("x", try NPY([Float](repeating: 0, count: 9_999), shape: [9_999]))
        var zeros = try NPZ.encode([member], isCompressed: true)
        let at = try directory(zeros)
        for (k, byte) in [UInt8(0), 0, 0, 0x60].enumerated() { zeros[at + 24 + k] = byte }
        #expect(
            message { _ = try NPZ(zeros, subject: "a").array(named: "x") }.hasPrefix(
                "a, x.npy: expected data that inflates to at most 250 times its size"))
        for (k, byte) in [UInt8(100), 0, 0, 0].enumerated() { zeros[at + 24 + k] = byte }
        #expect(
            message { _ = try NPZ(zeros, subject: "a").array(named: "x") }
                == "a, x.npy: expected deflate data of 100 bytes, got more")
    }

    private func directory(_ file: [UInt8]) throws -> Int {
        let mark: [UInt8] = [0x50, 0x4b, 1, 2]
        return try #require(file.indices.first { file[$0...].starts(with: mark) })
    }

    private func changed(_ file: [UInt8], _ field: Int, _ value: UInt8) -> [UInt8] {
        var file = file
        if let at = try? directory(file) { file[at + field] = value }
        return file
    }

    /// An archive of two members of one length, the second with another name put in.
    private func twice(
        _ first: String, _ second: String, isOverlap: Bool = false
    ) throws -> [UInt8] {
        let array = try NPY([1, 2], shape: [2])
        var file = try NPZ.encode([NPZ.Member(first, array), NPZ.Member("z", array)])
        let old = Array("z.npy".utf8)
        for k in file.indices where file[k...].starts(with: old) {
            file[k] = Array(second.utf8)[0]
        }
        guard isOverlap else { return file }
        // The first member is said to hold all up to the middle of the second.
        let at = try directory(file)
        for field in [20, 24] { file[at + field] &+= 40 }
        return file
    }
}

/// Python with NumPy, as a second opinion where a machine has it.
enum NumPy {
    static let isThere = (try? run("import numpy", in: "/tmp")) == 0

    static func run(_ program: String, in folder: String) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", program]
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.standardInput = FileHandle.nullDevice
        process.standardError = isQuiet(program) ? FileHandle.nullDevice : FileHandle.standardError
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    private static func isQuiet(_ program: String) -> Bool { program == "import numpy" }
}
