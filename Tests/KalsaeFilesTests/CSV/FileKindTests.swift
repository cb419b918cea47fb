import KalsaeFiles
import KalsaeSupport
import Testing

/// What is given as a table by mistake is named, with what to do about it.
@Suite struct FileKindTests {
    /// The first bytes of a file, a scalar a byte, with its name and a part of the advice.
    private static let others: [(String, String, String)] = [
        ("PK\u{3}\u{4}....[Content_Types].xml", "an Excel workbook (xlsx)", "CSV UTF-8"),
        ("PK\u{3}\u{4}..data.csv", "a zip archive", "unzip"),
        ("PK\u{3}\u{4}application/vnd.oasis.opendocument", "an OpenDocument file", "CSV"),
        ("BZh91AY&SY\u{80}", "a bzip2 file", "bunzip2"),
        ("\u{fd}7zXZ\0\0", "an xz file", "unxz"),
        ("\u{28}\u{b5}\u{2f}\u{fd}\u{4}", "a Zstandard file", "unzstd"),
        ("PAR1\u{15}\0", "a Parquet file", "to_csv"),
        ("\u{89}PNG\r\n", "a PNG image", "IDX"),
        ("\u{ff}\u{d8}\u{ff}\u{e0}", "a JPEG image", "IDX"),
        ("\0\0\u{8}\u{3}\0\0\u{ea}\u{60}", "an IDX file", "by its name"),
        ("@\0\0\0\0\0\0\0{\"w\":{}}", "a safetensors file", "the model"),
        ("\u{d0}\u{cf}\u{11}\u{e0}\u{a1}", "an old Excel workbook (xls)", "CSV UTF-8"),
        ("SQLite format 3\0", "an SQLite database", "sqlite3"),
        ("\u{89}HDF\r\n", "an HDF5 file", "pandas"),
        ("\u{93}NUMPY\u{1}\0", "a NumPy array", "savetxt"),
        ("<!DOCTYPE html>\n<html>", "a web page", "download"),
        ("{\"a\": 1}\n{\"a\": 2}\n", "JSON", "line"),
        ("@relation iris\n@attribute a numeric\n", "an ARFF file", "CSV"),
        ("version https://git-lfs.github.com/spec/v1\n", "a pointer of Git LFS", "lfs"),
        ("%PDF-1.7\n", "a PDF document", "CSV"),
    ]

    @Test func othersAreNamed() throws {
        for (text, name, advice) in Self.others {
            let bytes = text.unicodeScalars.map { UInt8($0.value) }
            for file in try [bytes, Gzip.compress(bytes)] {
                let fault = message { _ = try CSV(file, subject: "a.csv") }
                let begin = "a.csv: expected a table as text, got \(name); "
                #expect(fault.hasPrefix(begin), "\(fault)")
                #expect(fault.contains(advice), "\(fault)")
            }
        }
    }

    @Test func tablesThatBeginAlikeAreRead() throws {
        let texts = [
            "BM,PAR1\n1,2\n", "PAR1,b\n1,2\n", "RIFF;x\n1;2\n", "ORC\n1\n", "GIF8,y\n1,2\n",
        ]
        for text in texts { #expect(try CSV(text: text).rowCount == 1, "\(text)") }
    }

    @Test func controlCharactersAreEscaped() throws {
        let text = message {
            _ = try CSV(text: "a\0b,\u{1b}[31mc\n1,2\n3\n")
        }
        #expect(text.hasPrefix("a.csv: expected 2 cells"))
        let csv = try CSV(text: "a\0b,\u{1b}[31mc\n1,2\n")
        #expect(csv.header == ["a\0b", "\u{1b}[31mc"])
        let error = KalsaeError("a.csv", expected: "b", got: csv.header?.joined() ?? "")
        #expect(error.description == "a.csv: expected b, got a\\0b\\u{1B}[31mc")
    }
}
