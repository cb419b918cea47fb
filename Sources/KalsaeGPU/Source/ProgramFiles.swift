import Glibc
import KalsaeFiles
import KalsaeSupport

/// Compiled programs as files, so that the first step of the next process takes no compiler: one for
/// each text, device and driver, in `programs` of the cache folder.
///
/// A file begins with its own key and a checksum of the code, so that what does not fit is no more than a
/// miss. Whatever goes wrong with a file is a miss too.
package struct ProgramFiles: Sendable {
    private let folder: String
    private let device: String

    /// - Parameters:
    ///   - folder: the cache folder; nil for ``CacheFolder/path``.
    ///   - device: name and driver, of which code is no code of others.
    package init?(folder: String? = nil, device: String) {
        guard let folder = folder ?? CacheFolder.path else { return nil }
        self.folder = "\(folder)/programs"
        self.device = device
    }

    private func key(_ text: String) -> [UInt8] {
        Array("kalsae program 1\n\(device)\n\(text)\n".utf8)
    }

    private func path(_ key: [UInt8]) -> String {
        "\(folder)/\(String(key.withUnsafeBytes { Checksum.fnv1a($0) }, radix: 16)).bin"
    }

    /// What stands in front of a program's code.
    private func head(_ key: [UInt8], _ code: [UInt8]) -> [UInt8] {
        let sum = code.withUnsafeBytes { Checksum.fnv1a($0) }
        return key + withUnsafeBytes(of: sum.littleEndian) { Array($0) }
    }

    /// The program of a text, or nil.
    package func read(_ text: String) -> [UInt8]? {
        let key = key(text)
        guard let bytes = try? FileBytes.read(path(key)), bytes.count > key.count + 8 else {
            return nil
        }
        let code = Array(bytes[(key.count + 8)...])
        return bytes.starts(with: head(key, code)) ? code : nil
    }

    /// Keeps a program.
    package func write(_ code: [UInt8], for text: String) {
        let key = key(text)
        var parent = ""
        for part in folder.split(separator: "/") {
            parent += "/\(part)"
            mkdir(parent, 0o777)
        }
        try? AtomicFile.write(head(key, code) + code, to: path(key))
    }
}
