import KalsaeFiles
import KalsaeSupport
import KalsaeTesting
import Testing

/// Every reader on files that were good once: whatever it meets, it returns or throws, and what it
/// accepts keeps its promises. `KALSAE_FUZZ` sets the number of files a reader.
@Suite struct FuzzTests {
    @Test func idx() throws {
        let plain: [UInt8] = [0, 0, 0x0b, 2, 0, 0, 0, 3, 0, 0, 0, 4] + [UInt8](0..<24)
        let byte: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 40] + [UInt8](0..<40)
        try checkReader([plain, byte, Gzip.compress(plain)], seed: 1) { bytes in
            let array = try IDX(bytes, limit: 1 << 24)
            let elements = array.shape.reduce(1, *)
            #expect(array.bytes.count == elements * array.type.size)
        }
    }

    @Test func idxInsideGzip() throws {
        let plain: [UInt8] = [0, 0, 0x0d, 2, 0, 0, 0, 2, 0, 0, 0, 4] + [UInt8](0..<32)
        try checkReader([plain], seed: 2) { bytes in
            let direct = try? IDX(bytes, limit: 1 << 24)
            let zipped = try? IDX(Gzip.compress(bytes, level: 1), limit: 1 << 24)
            #expect(direct == zipped || Gzip.isGzip(bytes))
            if direct == nil { throw KalsaeError("a", expected: "b", got: "c") }
        }
    }

    @Test func gzip() throws {
        var generator = TestGenerator(3)
        let noise = (0..<2_000).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        let text = Array(String(repeating: "all work and no play ", count: 300).utf8)
        let seeds = try [GzipTests.hello, Gzip.compress(text), Gzip.compress(noise)]
        try checkReader(seeds + [seeds[0] + seeds[1]], seed: 4) { bytes in
            let inflated = try Gzip.decompress(bytes, limit: 1 << 22)
            #expect(inflated.count <= 1 << 22)
        }
    }

    @Test func csv() throws {
        let seeds = [
            "a,b,c\n1,2,3\n4,,6\n\"x, \"\"y\"\"\",nan,1e5\n", "1;2\r\n3;4\r\n5;6\r\n",
            "name\tsize\nü\t1\n\"two\nlines\"\t2\n",
            "1.5,inf,-2e-308\n?,0.1,99999999999999999999\n",
            "# note\nsep=;\narea;rent\n30,5;1.234,50 €\n-;5%\n007;(1'000)\n",
            "18.0   8 \"x y\"\n15.0   9 \"z\"\n", "x\n1\n\n3\n",
        ]
        let latin = [UInt8]("M|x\nM".utf8) + [0xfc] + Array("ller|1 234\n".utf8)
        var wide: [UInt8] = [0xff, 0xfe]
        for unit in "ä,b\n1,2\n".utf16 { wide += [UInt8(unit & 255), UInt8(unit >> 8)] }
        try checkReader(seeds.map { Array($0.utf8) } + [latin, wide], seed: 5) { bytes in
            let csv = try CSV(bytes)
            #expect(!csv.guesses.lines.isEmpty && csv.columns.count == csv.columnCount)
            #expect(csv.columns.allSatisfy { $0.missingCount <= csv.rowCount })
            #expect(csv.rowCount > 0)
            for row in 0..<csv.rowCount {
                for column in 0..<csv.columnCount {
                    if case .number(let value) = csv.cell(row: row, column: column) {
                        #expect(value.isFinite)
                    }
                    _ = csv.text(row: row, column: column)
                }
                #expect(csv.line(ofRow: row) > 0)
            }
        }
    }

    @Test func json() throws {
        let seeds = [
            #"{"a":[1,2.5e-3,-0,true,null],"b":{"c":"\u00e9\ud83d\ude00\n"},"d":1e30}"#,
            #"[[[[[[]]]]],{"":[{}]},"ü€",1e308,0.1]"#,
        ]
        try checkReader(seeds.map { Array($0.utf8) }, seed: 6) { bytes in
            let value = try JSONValue(parsing: bytes)
            #expect(try JSONValue(parsing: value.bytes) == value)
        }
    }

    @Test func safetensors() throws {
        let tensors = [
            Safetensors.Tensor(
                name: "w", type: .float32, shape: [2, 3], bytes: [UInt8](repeating: 1, count: 24)),
            Safetensors.Tensor(name: "s", type: .int64, shape: [], bytes: [UInt8](0..<8)),
            Safetensors.Tensor(name: "e", type: .bool, shape: [0, 5], bytes: []),
        ]
        let seeds = try [
            Safetensors.encode(tensors, metadata: ["format": "kalsae"]),
            Safetensors.encode(Array(tensors.prefix(1))), Safetensors.encode([]),
        ]
        try checkReader(seeds, seed: 7) { bytes in
            let file = try SafetensorsFile(bytes)
            let end = file.entries.last?.range.upperBound
            #expect(end == nil || end == bytes.count)
            for entry in file.entries {
                let elements = entry.shape.reduce(1, *)
                #expect(file.withBytes(of: entry) { $0.count } == elements * entry.type.size)
            }
        }
    }

    @Test func npy() throws {
        let names = ["version1", "version2", "version3"].map { "\($0).npy" }
        let archive = try NPZ(path: vector("types.npz"))
        let arrays = try ["b1", "fortran", "scalar", "empty"].map { try archive.array(named: $0) }
        let seeds = try names.map { try FileBytes.read(vector($0)) }
        try checkReader(seeds + arrays.map { $0.encode() }, seed: 8) { bytes in
            let array = try NPY(bytes)
            #expect(array.bytes.count == array.shape.reduce(1, *) * array.type.size)
            #expect(array.floats.count == array.count && array.doubles.count == array.count)
            #expect(try NPY(array.encode()) == array)
        }
    }

    @Test func npz() throws {
        let array = try NPY((0..<64).map { Float($0 / 8) }, shape: [8, 8])
        let members = [NPZ.Member("x", array), NPZ.Member("y", try NPY([1, 2], shape: [2]))]
        let seeds = try [
            NPZ.encode(members), NPZ.encode(members, isCompressed: true),
            NPZ.encode(members, isCompressed: false, wideFrom: 50),
            FileBytes.read(vector("zip64.npz")),
        ]
        try checkReader(seeds, seed: 9) { bytes in
            let archive = try NPZ(bytes, limit: 1 << 22)
            for name in archive.names {
                let array = try archive.array(named: name)
                #expect(array.bytes.count == array.shape.reduce(1, *) * array.type.size)
            }
        }
    }
}
