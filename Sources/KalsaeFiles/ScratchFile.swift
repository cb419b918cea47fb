import Glibc
import KalsaeSupport
import Synchronization

/// Numbers in an ``UnnamedFile``, for what does not fit into memory.
package final class ScratchFile: Sendable {
    /// The folder whose disc it takes.
    package let folder: String
    private let file: Int32
    private let end = Atomic(0)

    /// Makes the file, and the folder where there is none.
    ///
    /// - Parameter bytes: how many will be written.
    /// - Throws: a `KalsaeError` where the disc has not as many, or the folder cannot be written to.
    package init(in folder: String, bytes: Int) throws(KalsaeError) {
        self.folder = folder
        var path = ""
        for name in folder.split(separator: "/") {
            path += "/\(name)"
            guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
                throw .system(folder, expected: "a folder for encoded rows", code: errno)
            }
        }
        var space = statvfs()
        if statvfs(folder, &space) == 0 {
            let free = Double(space.f_bavail) * Double(space.f_frsize)
            guard Double(bytes) <= free else {
                throw KalsaeError(
                    folder, expected: "\(ByteCount.text(bytes)) free for encoded rows",
                    got: ByteCount.text(Int(free)),
                    advice: "free some space, or set XDG_CACHE_HOME to a folder on another disc")
            }
        }
        file = UnnamedFile.open(in: folder)
        guard file >= 0 else {
            throw .system(folder, expected: "a folder for encoded rows", code: errno)
        }
    }

    deinit { close(file) }

    /// Writes numbers behind what is there; gives where they begin, in bytes.
    package func append(_ numbers: [Float]) throws(KalsaeError) -> Int {
        let code = numbers.withUnsafeBytes { bytes -> Int32 in
            var done = 0
            let start = end.load(ordering: .relaxed)
            while done < bytes.count, let base = bytes.baseAddress {
                let wrote = pwrite(file, base + done, bytes.count - done, start + done)
                if wrote < 0, errno == EINTR { continue }
                guard wrote > 0 else { return wrote < 0 ? errno : ENOSPC }
                done += wrote
            }
            return 0
        }
        guard code == 0 else {
            throw .system(folder, expected: "space for encoded rows", code: code)
        }
        return end.add(numbers.count * MemoryLayout<Float>.stride, ordering: .relaxed).oldValue
    }

    /// Appends numbers that were written at `offset`, in bytes.
    package func read(
        _ count: Int, at offset: Int, into numbers: inout [Float]
    ) throws(KalsaeError) {
        var code: Int32 = 0
        let size = count * MemoryLayout<Float>.stride
        numbers += [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            let bytes = UnsafeMutableRawBufferPointer(buffer)
            var done = 0
            while done < size, let base = bytes.baseAddress {
                let got = pread(file, base + done, size - done, offset + done)
                if got < 0, errno == EINTR { continue }
                if got <= 0 {
                    code = got < 0 ? errno : EIO
                    break
                }
                done += got
            }
            initialized = done / MemoryLayout<Float>.stride
        }
        guard code == 0 else {
            throw .system(folder, expected: "encoded rows that can be read again", code: code)
        }
    }

    /// Lets the system begin to read what will be asked for.
    package func willRead(_ bytes: Range<Int>) {
        posix_fadvise(file, bytes.lowerBound, bytes.count, Int32(POSIX_FADV_WILLNEED))
    }
}
