import Glibc
import KalsaeFiles
import KalsaeSupport
import Testing

/// A stream gives the rows of the file, however its parts are cut.
@Suite struct CSVStreamTests {
    private func stream(
        _ bytes: [UInt8], _ partSize: Int, _ options: CSVOptions = CSVOptions()
    ) throws -> (rows: [[String]], lines: [Int], cells: [[CSV.Cell]]) {
        var result: (rows: [[String]], lines: [Int], cells: [[CSV.Cell]]) = ([], [], [])
        try withFolder { folder in
            let path = "\(folder)/a.csv"
            try AtomicFile.write(bytes, to: path)
            let stream = try CSVStream(path: path, options: options, partSize: partSize)
            while let part = try stream.next() {
                #expect(part.rowCount > 0)
                #expect(part.header == stream.header)
                result.rows += part.texts
                result.lines += (0..<part.rowCount).map { part.line(ofRow: $0) }
                result.cells += (0..<part.rowCount).map { row in
                    (0..<part.columnCount).map { part.cell(row: row, column: $0) }
                }
            }
        }
        return result
    }

    @Test(arguments: [16, 17, 23, 64, 1_000, 1 << 20])
    func partsGiveTheWhole(_ partSize: Int) throws {
        let texts = [
            "# note\nid;name;size\r\n"
                + (1...60).map {
                    $0 % 7 == 0
                        ? "\r\n\($0);\"a;\r\nü\"\"\($0)\";\($0),5\r\n"
                        : "\($0);ö;1.\($0 + 100),5\r\n"
                }.joined(),
            "x\n1\n\n\n2\n\n3\n4\n\n5\n\n",
            "a,b\n1,2\n3,4",
            "a,b\r1,2\r\r3,4\r",
        ]
        for text in texts {
            let whole = try CSV(text: text)
            for bytes in try [Array(text.utf8), Gzip.compress(Array(text.utf8))] {
                // The first part must show what the file is like: here a full row or two.
                let parts = try stream(
                    bytes, partSize,
                    CSVOptions(
                        separator: whole.separator, decimal: whole.guesses.decimal, header: .present
                    ))
                #expect(parts.rows == whole.texts)
                #expect(parts.lines == (0..<whole.rowCount).map { whole.line(ofRow: $0) })
            }
        }
    }

    @Test func whatTheFirstPartShowsHolds() throws {
        var text = "zip;rent;region\n"
        for row in 0..<2_000 { text += "0\(1000 + row);\(row),5;\"NA\"\n" }
        text += "7;1.234;NA\n"
        let parts = try stream(Array(text.utf8), 4_096)
        #expect(parts.cells.count == 2_001)
        #expect(parts.cells.last == [7, 1234, nil])
        #expect(parts.cells[1_999][2] == .text)
    }

    @Test func encodingsMayShowUpLate() throws {
        var bytes = Array("name,n\n".utf8)
        for row in 0..<500 { bytes += Array("a,\(row)\n".utf8) }
        bytes += Array("M".utf8) + [0xfc] + Array("ller,1\n".utf8)
        #expect(try stream(bytes, 1_024).rows.last == ["Müller", "1"])
        var wide: [UInt8] = [0xff, 0xfe]
        for unit in "ä,b\n1,2\n3,4\n".utf16 { wide += [UInt8(unit & 255), UInt8(unit >> 8)] }
        #expect(try stream(wide, 17).rows == [["1", "2"], ["3", "4"]])
    }

    @Test func faultsHaveTheLineOfTheFile() throws {
        let text = "a,b\n" + String(repeating: "1,2\n", count: 1_000) + "3\n"
        let fault = message { _ = try stream(Array(text.utf8), 512) }
        #expect(fault.contains("expected 2 cells") && fault.hasSuffix("got 1 on line 1002"))
    }

    @Test func memoryIsThatOfAPart() throws {
        try withFolder { folder in
            let path = "\(folder)/a.csv"
            let block = Array(String(repeating: "1.25,some text,3\n", count: 4_000).utf8)
            var bytes = Array("x,y,z\n".utf8)
            for _ in 0..<40 { bytes += block }
            try AtomicFile.write(bytes, to: path)
            let stream = try CSVStream(path: path, partSize: 1 << 16)
            var (rows, most) = (0, 0)
            while let part = try stream.next() {
                rows += part.rowCount
                most = max(most, part.rowCount)
            }
            #expect(rows == 160_000)
            // 64 KiB of rows of 17 bytes are 3,855; a cut row adds one.
            #expect(most <= 3_860)
        }
    }
}
