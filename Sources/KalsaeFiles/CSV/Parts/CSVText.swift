import Glibc
import KalsaeSupport

/// The text of a table where it can be read again: UTF-8 in a file, or in memory.
final class CSVText: Sendable {
    private enum Storage { case file(Int32), memory([UInt8]) }

    private let storage: Storage
    /// Where the text begins in the file.
    private let offset: Int
    /// Bytes of text.
    let count: Int

    /// The text of an open file from `offset` on; the descriptor is closed at the end.
    init(file: Int32, offset: Int, count: Int) {
        storage = .file(file)
        (self.offset, self.count) = (offset, count)
    }

    /// The text of a regular file that may be UTF-8, and whether its first bytes say so; nil for what
    /// is packed, written in another way, or no regular file.
    static func plain(
        _ path: String, _ encoding: TextEncoding?
    ) throws(KalsaeError) -> (text: CSVText, hasMark: Bool)? {
        var status = stat()
        // A pipe must not be opened, for it would be closed again.
        guard path != FileBytes.standardInput, encoding ?? .utf8 == .utf8,
            stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG
        else { return nil }
        let file = try FileBytes.descriptor(of: path)
        let size = Int(status.st_size)
        let all = CSVText(file: file, offset: 0, count: size)
        let head = all.bytes(0..<min(size, TextDecoder.sampleSize))
        let mark: [UInt8] = [0xef, 0xbb, 0xbf]
        let hasMark = head.starts(with: mark)
        let isOther = TextEncoding.marks.contains { head.starts(with: $0.bytes) } && !hasMark
        guard !isOther, hasMark || TextEncoding.wide(head) == nil, !Gzip.isGzip(head) else {
            return nil
        }
        try FileKind.check(head, subject: FileBytes.subject(of: path))
        guard hasMark else { return (all, false) }
        let copy = dup(file)
        guard copy >= 0 else { return nil }
        return (CSVText(file: copy, offset: mark.count, count: size - mark.count), true)
    }

    init(_ bytes: [UInt8]) {
        storage = .memory(bytes)
        (offset, count) = (0, bytes.count)
    }

    deinit {
        if case .file(let file) = storage { close(file) }
    }

    /// The bytes of a range; less where the file has become shorter or cannot be read.
    func bytes(_ range: Range<Int>) -> [UInt8] {
        switch storage {
        case .memory(let bytes): return Array(bytes[range])
        case .file(let file):
            return [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
                while count < range.count, let base = buffer.baseAddress {
                    let got = pread(
                        file, base + count, range.count - count,
                        offset + range.lowerBound + count)
                    if got < 0, errno == EINTR { continue }
                    if got <= 0 { break }
                    count += got
                }
            }
        }
    }

    /// About how many lines there are, and rather too many: by those of 64 windows.
    func estimatedLineCount() -> Int {
        let (windows, size) = (64, 1 << 13)
        guard count > windows * size * 2 else {
            return bytes(0..<count).withUnsafeBufferPointer { LineFeeds.count(in: $0) } + 1
        }
        var lines = 0
        for window in 0..<windows {
            let start = (count - size) / (windows - 1) * window
            lines += bytes(start..<(start + size)).withUnsafeBufferPointer {
                LineFeeds.count(in: $0)
            }
        }
        return Int(Double(lines) / Double(windows * size) * Double(count) * 1.03) + 1_024
    }

    /// The position behind the first line feed from `position` on; the end where there is none.
    func lineStart(from position: Int) -> Int {
        var position = position
        while position < count {
            let window = bytes(position..<min(count, position + 4_096))
            if let index = window.firstIndex(of: 0x0a) { return position + index + 1 }
            if window.isEmpty { break }
            position += window.count
        }
        return count
    }
}
