import Glibc
import KalsaeFiles
import KalsaeSupport
import Testing

/// Files beyond the length from which they are read in parts.
@Suite struct LargeFileTests {
    private static let rows = 150_000

    private static let text = CSVPartsTests.table(rows: rows)

    /// Each file has the cells that its text has when it is split by hand.
    private func check(_ csv: CSV) throws {
        try #require(csv.rowCount == Self.rows)
        try #require(csv.columnCount == 5)
        let values = try #require(csv.numbers(of: 1))
        let shares = try #require(csv.numbers(of: 2))
        for row in stride(from: 0, to: Self.rows, by: 997) {
            #expect(values[row] == Double((row * 7_919) % 100_003 - 50_000) / 1_000)
            #expect(shares[row].isNaN == (row % 11 == 3 || row % 13 == 5))
            #expect(csv.text(row: row, column: 0) == "\(row)")
            #expect(
                csv.text(row: row, column: 4)
                    == (row % 1_000 == 0
                        ? "word \(row % 40), \"é\""
                        : row % 5 == 0 ? "word \(row % 40), é" : "word \(row % 40)"))
            #expect(csv.line(ofRow: row) == row + 2)
        }
        #expect(
            csv.columns[2].missingCount == (0..<Self.rows).count { $0 % 11 == 3 || $0 % 13 == 5 })
    }

    private func withFile(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
        var name = Array("/tmp/kalsae-large-XXXXXX".utf8CString)
        let file = mkstemp(&name)
        try #require(file >= 0)
        let path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unlink(path) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            try #require(count > 0)
            rest = rest.dropFirst(count)
        }
        close(file)
        try body(path)
    }

    @Test(arguments: ["UTF-8", "mark", "CRLF", "UTF-16", "Latin-1"])
    func everyWriting(_ writing: String) throws {
        let bytes: [UInt8]
        var encoding = "UTF-8"
        switch writing {
        case "mark": bytes = [0xef, 0xbb, 0xbf] + Self.text.utf8
        case "CRLF": bytes = Array(Self.text.replacing("\n", with: "\r\n").utf8)
        case "UTF-16":
            bytes = [0xff, 0xfe] + Self.text.utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
            encoding = "UTF-16"
        case "Latin-1":
            bytes = Self.text.unicodeScalars.map { UInt8($0.value) }
            encoding = "windows-1252"
        default: bytes = Array(Self.text.utf8)
        }
        #expect(bytes.count > 4 << 20)
        try withFile(bytes) { path in
            let csv = try CSV(path: path)
            #expect(csv.guesses.encoding.lowercased().hasPrefix(encoding.lowercased()))
            #expect(csv.guesses.hasEncodingMark == (writing == "mark" || writing == "UTF-16"))
            try check(csv)
        }
    }

    /// The line of a bad row is its own, however many parts are before it.
    @Test(arguments: [
        ("1,2,3\n", "3 on line 140002"), ("\"never closed,2\n", "opens on line 140002"),
    ])
    func faultsHaveTheirLine(line: String, got: String) throws {
        let text = CSVPartsTests.table(rows: Self.rows) { $0 == 140_000 ? line + $1 : $1 }
        try withFile(Array(text.utf8)) { path in
            let fault = #expect(throws: KalsaeError.self) { try CSV(path: path) }
            #expect(fault?.got.contains(got) == true, "\(String(describing: fault))")
        }
    }
}
