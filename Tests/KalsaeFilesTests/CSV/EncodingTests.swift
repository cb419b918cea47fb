import Glibc
import KalsaeFiles
import Testing

/// Encodings without a mark are recognized by their letters; what each text is comes from glibc's
/// own iconv, which wrote it.
@Suite struct EncodingTests {
    /// `text` in an encoding, by iconv.
    private func encoded(_ text: String, _ name: String) throws -> [UInt8] {
        let state = try #require(iconv_open(name, "UTF-8"))
        defer { iconv_close(state) }
        var input = Array(text.utf8).map { CChar(bitPattern: $0) }
        var output = [CChar](repeating: 0, count: input.count * 4 + 16)
        var (left, free) = (input.count, output.count)
        input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                var (from, to) = (source.baseAddress, target.baseAddress)
                _ = iconv(state, &from, &left, &to, &free)
            }
        }
        #expect(left == 0)
        return output[..<(output.count - free)].map { UInt8(bitPattern: $0) }
    }

    static let german = "Straße;Größe;Überschuß\nMüllerstraße;30,5;Köln\nAm Ölberg;12;Würzburg\n"
    static let french = "ville;élèves;coût\nOrléans;120;3 €\nBesançon;98;à côté\nNîmes;7;été\n"
    static let korean = "지역,면적,값\n서울,30.5,높음\n부산,22.1,낮음\n대구,19,보통\n"
    static let japanese = "都市,人口,メモ\n東京,13.9,おおきい\n大阪,8.8,ふつう\nコウベ,1.5,ミナト\n"
    static let chinese = "城市,人口,说明\n北京,21.5,首都\n上海,24.8,港口城市\n广州,18.6,南方\n"
    static let russian = "город;население\nМосква;13,1\nКазань;1,3\nСамара;1,1\n"

    @Test(arguments: [
        (german, "CP1252", "Windows-1252"), (french, "CP1252", "Windows-1252"),
        (german, "CP850", "CP850"), (german, "MACINTOSH", "Macintosh"),
        (korean, "CP949", "CP949"), (korean, "EUC-KR", "CP949"), (japanese, "CP932", "CP932"),
        (japanese, "EUC-JP", "EUC-JP"), (chinese, "GBK", "GB18030"),
        (chinese, "GB18030", "GB18030"),
        (russian, "CP1251", "Windows-1251"), (german, "UTF-16LE", "UTF-16LE"),
        (korean, "UTF-16LE", "UTF-16LE"), (japanese, "UTF-16BE", "UTF-16BE"),
        (korean, "UTF-16BE", "UTF-16BE"), (german, "UTF-32LE", "UTF-32LE"),
        (german, "UTF-16", "UTF-16LE"), (korean, "UTF-8", "UTF-8"),
    ])
    func areRecognized(_ text: String, _ written: String, _ name: String) throws {
        let csv = try CSV(encoded(text, written), subject: "a.csv")
        #expect(csv.guesses.encoding == name)
        #expect(csv.texts == (try CSV(text: text)).texts)
        #expect(csv.header == (try CSV(text: text)).header)
    }

    @Test func marksAreTakenOffAndTold() throws {
        let utf8 = try CSV([0xef, 0xbb, 0xbf] + Array("x,y\n1,2\n".utf8))
        #expect(utf8.header == ["x", "y"])
        #expect(utf8.guess("--encoding") == "UTF-8, as its first bytes say")
        let big = try CSV([0xfe, 0xff] + encoded("é,y\n1,2\n", "UTF-16BE"))
        #expect(big.header == ["é", "y"])
        #expect(big.guesses.hasEncodingMark)
    }

    @Test func whatIsToldOverrulesTheGuess() throws {
        let bytes = try encoded("name,n\né,1\nü,2\n", "CP1252")
        let told = try CSV(bytes, options: CSVOptions(encoding: TextEncoding(named: "cp850")))
        #expect(told.text(row: 0, column: 0) == "Ú")
        #expect(told.guesses.encoding == "CP850")
        #expect(try TextEncoding(named: "euc-kr") == TextEncoding(named: "CP949"))
        #expect(try TextEncoding(named: "latin1").name == "Windows-1252")
        #expect(try TextEncoding(named: "ISO-8859-2").name == "ISO-8859-2")
        #expect(
            message { _ = try TextEncoding(named: "klingon") }
                == "--encoding: expected the name of an encoding, got \"klingon\"; UTF-8, UTF-16, "
                + "Windows-1252, CP949, Shift-JIS and GBK are some; iconv -l lists all")
    }

    @Test func bytesThatAreNoTextAreNamedWithTheirLine() throws {
        let korean = try encoded("a,b\n서울,1\n", "CP949") + [0xff, 0xff, 0x0a]
        let told = CSVOptions(encoding: try TextEncoding(named: "cp949"))
        #expect(
            message { _ = try CSV(korean, subject: "a.csv", options: told) }
                == "a.csv: expected CP949 text, got bytes that are none on line 3; "
                + "name the encoding with --encoding")
        let utf8 = CSVOptions(encoding: .utf8)
        #expect(
            message { _ = try CSV([0x61, 0x0a, 0xe9, 0x0a], subject: "a.csv", options: utf8) }
                == "a.csv: expected UTF-8 text, got the byte e9 on line 2; "
                + "correct it there, or name the encoding with --encoding")
    }

    /// As an Excel in German, French and Korean settings writes a sheet.
    @Test func exportsOfExcel() throws {
        let german = try CSV(
            encoded("Straße;Miete;Anteil\r\nÖlweg;1.234,50 €;5,5%\r\nAllee;#NV;12%\r\n", "CP1252"))
        #expect(german.cells(1) == [1234.5, nil])
        #expect(german.cells(2) == [5.5, 12])
        #expect(german.columns.map(\.unit) == [nil, "€", "%"])
        let french = try CSV(
            encoded("ville;loyer\r\nNîmes;1\u{a0}234,50\r\nOrléans;98,00\r\n", "CP1252"))
        #expect(french.cells(1) == [1234.5, 98])
        let korean = try CSV(encoded("지역,가격\r\n서울,\"₩1,200\"\r\n부산,\"₩900\"\r\n", "UTF-16LE"))
        #expect(korean.cells(1) == [1200, 900])
        let cp949 = try CSV(encoded("지역,가격\r\n서울,\"1,200원\"\r\n부산,900원\r\n", "CP949"))
        #expect(cp949.cells(1) == [1200, 900])
        #expect(cp949.columns[1].unit == "원")
    }
}
