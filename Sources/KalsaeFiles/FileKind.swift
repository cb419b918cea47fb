import KalsaeSupport

/// Formats that are given as a table by mistake, by their first bytes.
enum FileKind {
    private struct Signature {
        let bytes: [UInt8]
        var offset = 0
        let name: String
        let advice: String

        init(_ text: String, offset: Int = 0, _ name: String, _ advice: String) {
            self.init(Array(text.utf8), offset: offset, name, advice)
        }

        init(_ bytes: [UInt8], offset: Int = 0, _ name: String, _ advice: String) {
            self.bytes = bytes
            self.offset = offset
            self.name = name
            self.advice = advice
        }

        func matches(_ file: [UInt8]) -> Bool {
            file.count >= offset + bytes.count && file[offset...].starts(with: bytes)
        }
    }

    private static let image = "a table is text; a set of images is given as IDX files or by name"
    private static let export = "save it as CSV in the program that wrote it"
    private static let pandas = "read it in pandas and write it with to_csv"

    private static let signatures: [Signature] = [
        Signature("BZh", "a bzip2 file", "unpack it with bunzip2"),
        Signature([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], "an xz file", "unpack it with unxz"),
        Signature([0x28, 0xb5, 0x2f, 0xfd], "a Zstandard file", "unpack it with unzstd"),
        Signature([0x04, 0x22, 0x4d, 0x18], "an LZ4 file", "unpack it with unlz4"),
        Signature([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], "a 7z archive", "unpack it with 7z x"),
        Signature("Rar!", "a RAR archive", "unpack it with unrar"),
        Signature("ustar", offset: 257, "a tar archive", "unpack it with tar -xf"),
        Signature(
            [0xd0, 0xcf, 0x11, 0xe0], "an old Excel workbook (xls)",
            "save the sheet as \"CSV UTF-8\" in Excel or LibreOffice"),
        Signature("PAR1", "a Parquet file", pandas), Signature("ORC", "an ORC file", pandas),
        Signature("ARROW1", "an Arrow file", pandas), Signature("FEA1", "a Feather file", pandas),
        Signature("Obj\u{1}", "an Avro file", pandas),
        Signature([0x89, 0x48, 0x44, 0x46], "an HDF5 file", pandas),
        Signature([0x80, 0x04, 0x95], "a Python pickle", pandas),
        Signature("$FL2", "an SPSS file", export), Signature("<stata_dta>", "a Stata file", export),
        Signature("RDX", "an R data file", export),
        Signature("SQLite format 3\0", "an SQLite database", "export a table with sqlite3 -csv"),
        Signature([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59], "a NumPy array", "write it with savetxt"),
        Signature([0x89, 0x50, 0x4e, 0x47], "a PNG image", image),
        Signature([0xff, 0xd8, 0xff], "a JPEG image", image),
        Signature("GIF8", "a GIF image", image), Signature("BM", "a BMP image", image),
        Signature("RIFF", "a RIFF file", image), Signature("%PDF-", "a PDF document", export),
        Signature("GGUF", "a GGUF model", "give the table, not the model"),
        Signature([0x7f, 0x45, 0x4c, 0x46], "a program", "give the table"),
        Signature(
            "version https://git-lfs", "a pointer of Git LFS", "fetch the file with git lfs pull"),
        Signature("<!DOCTYPE", "a web page", "download the file itself"),
        Signature("<!doctype", "a web page", "download the file itself"),
        Signature("<html", "a web page", "download the file itself"),
        Signature("<?xml", "XML", export), Signature("@relation", "an ARFF file", export),
        Signature("@RELATION", "an ARFF file", export),
        Signature("{\"", "JSON", "write a line a record, with cells between commas"),
        Signature("[{", "JSON", "write a line a record, with cells between commas"),
    ]

    /// Throws when the bytes begin as another format does.
    static func check(_ file: [UInt8], subject: String) throws(KalsaeError) {
        guard let (name, advice) = other(file) else { return }
        throw KalsaeError(subject, expected: "a table as text", got: name, advice: advice)
    }

    private static func other(_ file: [UInt8]) -> (name: String, advice: String)? {
        if file.starts(with: [0x50, 0x4b, 0x03, 0x04]) || file.starts(with: [0x50, 0x4b, 5, 6]) {
            return zip(file)
        }
        if let found = signatures.first(where: { $0.matches(file) }), isCertain(found.bytes, file) {
            return (found.name, found.advice)
        }
        if file.count >= 4, file[0] == 0, file[1] == 0, 0x08...0x0e ~= file[2], file[3] < 8 {
            return ("an IDX file", "a table is text; a set of images is given by its name")
        }
        // Eight bytes of a length, then the header as JSON.
        if file.count > 9, file[8] == 0x7b, file[5] == 0, file[6] == 0, file[7] == 0 {
            return ("a safetensors file", "give the table first, the model where it is asked for")
        }
        return nil
    }

    /// Two letters may begin a table too; then zero bytes must follow, which text has none of.
    private static func isCertain(_ signature: [UInt8], _ file: [UInt8]) -> Bool {
        let isText = signature.allSatisfy { 0x20..<0x7f ~= $0 }
        return signature.count > 4 || !isText || signature.contains(0x7b)
            || file.prefix(512).contains { $0 < 0x09 || $0 >= 0x80 }
    }

    private static func zip(_ file: [UInt8]) -> (name: String, advice: String) {
        let head = file.prefix(4_096)
        func holds(_ text: String) -> Bool {
            head.indices.contains { head[$0...].starts(with: text.utf8) }
        }
        if holds("opendocument") {
            return ("an OpenDocument file", "save the sheet as CSV in UTF-8")
        }
        if holds("[Content_Types].xml") || holds("xl/") {
            return (
                "an Excel workbook (xlsx)",
                "save the sheet as \"CSV UTF-8\" in Excel or LibreOffice"
            )
        }
        return ("a zip archive", "unpack it with unzip and give the table inside")
    }
}
