import Glibc
import KalsaeFiles
import KalsaeSupport

/// A list for a JSON document that grows in bounded memory: what is beyond 1 MiB waits in a file
/// without a name, which goes with the process.
final class JSONList {
    /// The elements so far.
    private(set) var count = 0

    private var pending: [UInt8] = [UInt8(ascii: "[")]
    private var file: Int32 = -1

    /// Bytes that are held, and read, at a time.
    private static let mostBytes = 1 << 20

    deinit { if file >= 0 { close(file) } }

    /// Adds an element.
    func append(_ value: JSONValue) throws(KalsaeError) {
        if count > 0 { pending.append(UInt8(ascii: ",")) }
        pending += value.bytes
        count += 1
        if pending.count >= Self.mostBytes { try spill() }
    }

    /// Hands on the list's text; it may not grow any more.
    func write(_ body: ([UInt8]) throws -> Void) throws {
        pending.append(UInt8(ascii: "]"))
        if file >= 0 {
            guard lseek(file, 0, SEEK_SET) == 0 else { throw Self.fault("to read again") }
            while true {
                let part = try read()
                if part.isEmpty { break }
                try body(part)
            }
        }
        try body(pending)
    }

    private func read() throws(KalsaeError) -> [UInt8] {
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: Self.mostBytes) { buffer, count in
            while true {
                let got = Glibc.read(file, buffer.baseAddress, buffer.count)
                if got < 0, errno == EINTR { continue }
                failed = got < 0
                count = max(got, 0)
                return
            }
        }
        if failed { throw Self.fault("to read again") }
        return bytes
    }

    private func spill() throws(KalsaeError) {
        if file < 0 { file = UnnamedFile.open(in: Self.folder) }
        guard file >= 0 else { throw Self.fault("a temporary file") }
        var bytes = pending[...]
        while !bytes.isEmpty {
            let wrote = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if wrote < 0, errno == EINTR { continue }
            guard wrote > 0 else { throw Self.fault("to write \(bytes.count) bytes") }
            bytes = bytes.dropFirst(wrote)
        }
        pending.removeAll(keepingCapacity: true)
    }

    private static var folder: String {
        let own = getenv("TMPDIR").map { String(cString: $0) } ?? ""
        return own.isEmpty ? "/tmp" : own
    }

    private static func fault(_ expected: String) -> KalsaeError {
        KalsaeError(
            folder, expected: expected, got: String(cString: strerror(errno)),
            advice: "TMPDIR names the folder for what does not fit into memory")
    }
}
