import Glibc
import KalsaeSupport

/// Compiled programs as files, so that the first step of the next process takes no compiler: one for
/// each text, device and driver, below `kalsae/programs` of the XDG cache folder.
///
/// A file begins with its own key and a checksum of the code, so that what does not fit is no more than a
/// miss. Whatever goes wrong with a file is a miss too.
package struct ProgramFiles: Sendable {
    private let folder: String
    private let device: String

    /// - Parameters:
    ///   - folder: the cache folder; nil for `$XDG_CACHE_HOME`, or `~/.cache` without that.
    ///   - device: name and driver, of which code is no code of others.
    package init?(folder: String? = nil, device: String) {
        func variable(_ name: String) -> String? {
            getenv(name).map { String(cString: $0) }.flatMap { $0.hasPrefix("/") ? $0 : nil }
        }
        let found =
            folder ?? variable("XDG_CACHE_HOME") ?? variable("HOME").map { "\($0)/.cache" }
        guard let found else { return nil }
        self.folder = "\(found)/kalsae/programs"
        self.device = device
    }

    private func key(_ text: String) -> String { "kalsae program 1\n\(device)\n\(text)\n" }

    private func path(_ key: String) -> String {
        "\(folder)/\(String(Self.checksum(Array(key.utf8)[...]), radix: 16)).bin"
    }

    /// FNV-1a in 64 bits.
    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    private static func word(_ number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }

    /// The program of a text, or nil.
    package func read(_ text: String) -> [UInt8]? {
        let key = Array(key(text).utf8)
        guard let file = fopen(path(String(decoding: key, as: UTF8.self)), "re") else { return nil }
        defer { fclose(file) }
        fseek(file, 0, SEEK_END)
        let count = ftell(file)
        guard count > key.count + 8, count < 1 << 30 else { return nil }
        rewind(file)
        var bytes = [UInt8](repeating: 0, count: count)
        guard fread(&bytes, 1, count, file) == count, bytes.starts(with: key) else { return nil }
        let code = bytes[(key.count + 8)...]
        guard bytes[key.count..<(key.count + 8)].elementsEqual(Self.word(Self.checksum(code)))
        else { return nil }
        return Array(code)
    }

    /// Keeps a program; by another name first, so that no reader sees half of it.
    package func write(_ binary: [UInt8], for text: String) {
        let key = key(text)
        let path = path(key)
        var parent = ""
        for part in folder.split(separator: "/") {
            parent += "/\(part)"
            mkdir(parent, 0o777)
        }
        let other = "\(path).\(getpid())"
        guard let file = fopen(other, "wxe") else { return }
        let bytes = Array(key.utf8) + Self.word(Self.checksum(binary[...])) + binary
        let isWritten = fwrite(bytes, 1, bytes.count, file) == bytes.count
        let isClosed = fclose(file) == 0
        if isWritten, isClosed, rename(other, path) == 0 { return }
        unlink(other)
    }
}
