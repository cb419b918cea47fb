import Glibc
import KalsaeSupport

/// Compiled programs as files, so that the first step of the next process takes no compiler: one for
/// each text, device and driver, below `kalsae/programs` of the XDG cache folder.
///
/// A file begins with its own key, so that what does not fit is no more than a miss. Whatever goes
/// wrong with a file is a miss too.
struct ProgramFiles: Sendable {
    private let folder: String
    private let device: String

    /// - Parameters:
    ///   - folder: the cache folder; nil for `$XDG_CACHE_HOME`, or `~/.cache` without that.
    ///   - device: name and driver, of which code is no code of others.
    init?(folder: String? = nil, device: String) {
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
        var hash = UInt64(0xCBF2_9CE4_8422_2325)
        for byte in key.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return "\(folder)/\(String(hash, radix: 16)).bin"
    }

    /// The program of a text, or nil.
    func read(_ text: String) -> [UInt8]? {
        let key = Array(key(text).utf8)
        guard let file = fopen(path(String(decoding: key, as: UTF8.self)), "re") else { return nil }
        defer { fclose(file) }
        fseek(file, 0, SEEK_END)
        let count = ftell(file)
        guard count > key.count, count < 1 << 30 else { return nil }
        rewind(file)
        var bytes = [UInt8](repeating: 0, count: count)
        guard fread(&bytes, 1, count, file) == count, bytes.starts(with: key) else { return nil }
        return Array(bytes[key.count...])
    }

    /// Keeps a program; by another name first, so that no reader sees half of it.
    func write(_ binary: [UInt8], for text: String) {
        let key = key(text)
        let path = path(key)
        var parent = ""
        for part in folder.split(separator: "/") {
            parent += "/\(part)"
            mkdir(parent, 0o777)
        }
        let other = "\(path).\(getpid())"
        guard let file = fopen(other, "wxe") else { return }
        let bytes = Array(key.utf8) + binary
        let isWritten = fwrite(bytes, 1, bytes.count, file) == bytes.count
        let isClosed = fclose(file) == 0
        if isWritten, isClosed, rename(other, path) == 0 { return }
        unlink(other)
    }
}
