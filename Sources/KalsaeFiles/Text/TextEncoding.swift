import Glibc
import KalsaeSupport

/// How characters are written as bytes, by a name that iconv knows.
public struct TextEncoding: Sendable, Hashable {
    /// The name, as in `UTF-8`, `UTF-16LE`, `CP949`, `Windows-1252`.
    public let name: String

    private init(_ name: String) { self.name = name }

    /// UTF-8.
    public static let utf8 = TextEncoding("UTF-8")
    static let utf16LittleEndian = TextEncoding("UTF-16LE")
    static let utf16BigEndian = TextEncoding("UTF-16BE")
    static let utf32LittleEndian = TextEncoding("UTF-32LE")
    static let utf32BigEndian = TextEncoding("UTF-32BE")
    static let windows1252 = TextEncoding("Windows-1252")
    static let windows1251 = TextEncoding("Windows-1251")
    static let latin1 = TextEncoding("ISO-8859-1")
    static let codePage850 = TextEncoding("CP850")
    static let macRoman = TextEncoding("Macintosh")
    static let korean = TextEncoding("CP949")
    static let japanese = TextEncoding("CP932")
    static let japaneseUnix = TextEncoding("EUC-JP")
    static let chinese = TextEncoding("GB18030")
    static let taiwanese = TextEncoding("Big5")

    /// The names people use for encodings that are parts of larger ones, or that iconv lacks.
    private static let aliases: [String: TextEncoding] = [
        "utf8": .utf8, "utf8sig": .utf8, "ascii": .utf8, "usascii": .utf8,
        "utf16": .utf16LittleEndian, "utf16le": .utf16LittleEndian, "unicode": .utf16LittleEndian,
        "utf16be": .utf16BigEndian, "utf32": .utf32LittleEndian, "utf32le": .utf32LittleEndian,
        "utf32be": .utf32BigEndian, "euckr": .korean, "ksc5601": .korean, "uhc": .korean,
        "cp949": .korean, "ms949": .korean, "windows949": .korean, "shiftjis": .japanese,
        "sjis": .japanese, "cp932": .japanese, "windows31j": .japanese, "ms932": .japanese,
        "gbk": .chinese, "gb2312": .chinese, "cp936": .chinese, "gb18030": .chinese,
        "big5": .taiwanese, "cp950": .taiwanese, "eucjp": .japaneseUnix, "ansi": .windows1252,
        "cp1252": .windows1252, "windows1252": .windows1252, "latin1": .windows1252,
        "iso88591": .windows1252, "windows1251": .windows1251, "cp1251": .windows1251,
        "macroman": .macRoman, "mac": .macRoman, "cp850": .codePage850,
    ]

    /// The encoding of that name, capitals and dashes not counted; `euc-kr`, `latin1` and the like
    /// stand for the larger sets that files really use. Throws when iconv has no such encoding.
    public init(named name: String) throws(KalsaeError) {
        let plain = name.lowercased().filter { $0 != "-" && $0 != "_" && $0 != " " }
        if let known = Self.aliases[plain] {
            self = known
            return
        }
        let isPlain = name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x2f }
        guard isPlain, !name.isEmpty, TextConverter.knows(name) else {
            throw KalsaeError(
                "--encoding", expected: "the name of an encoding", got: "\"\(name)\"",
                advice: "UTF-8, UTF-16, Windows-1252, CP949, Shift-JIS and GBK are some; "
                    + "iconv -l lists all")
        }
        self.name = name.uppercased()
    }

    /// Bytes at the beginning that name an encoding, and are no text.
    static let marks: [(bytes: [UInt8], encoding: TextEncoding)] = [
        ([0xef, 0xbb, 0xbf], .utf8), ([0xff, 0xfe, 0, 0], .utf32LittleEndian),
        ([0, 0, 0xfe, 0xff], .utf32BigEndian), ([0xff, 0xfe], .utf16LittleEndian),
        ([0xfe, 0xff], .utf16BigEndian),
    ]
}
