import Glibc

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
