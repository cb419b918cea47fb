import Glibc
import KalsaeFiles
import KalsaeSupport

/// One file on its way: what is there already stays, and goes on where the server can.
///
/// The bytes wait in a hidden file beside the destination, which takes its name once its checksum is
/// right. Processes that fetch the same file wait for none: the second one is refused.
struct Download {
    /// What came of it.
    struct Result: Equatable {
        /// The mirror that it came from; nil where it was there.
        var mirror: String?
        /// Where it went on; 0 from the beginning.
        var resumedFrom = 0
    }

    let file: RemoteFile
    let folder: String
    let mirrors: [String]
    /// How often a mirror is tried that breaks off.
    var attempts = 4
    /// Milliseconds before a mirror is tried again, the first time; then twice as many.
    var pause = 500
    /// Called with how many bytes are there; throws to end it.
    let onBytes: (Int) throws -> Void

    private var path: String { "\(folder)/\(file.name)" }
    private var partial: String { "\(folder)/.\(file.name).part" }

    /// Fetches the file.
    ///
    /// - Throws: a `KalsaeError` where no mirror has it, the disc is full, or another file of that name
    ///   is there; what `onBytes` throws.
    func run() throws -> Result {
        if try isThere() { return Result() }
        let own = open(partial, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard own >= 0 else {
            throw KalsaeError.system(partial, expected: "to write", code: errno)
        }
        defer { close(own) }
        guard flock(own, LOCK_EX | LOCK_NB) == 0 else {
            throw KalsaeError(
                path, expected: "no other process that fetches it", got: "one",
                advice: "wait until it is done")
        }
        var faults: [String] = []
        for mirror in mirrors {
            let url = mirror.hasSuffix("/") ? mirror + file.name : "\(mirror)/\(file.name)"
            var transfer = Transfer(file: own, url: url, whole: file.bytes, onBytes: onBytes)
            guard let start = try fetch(&transfer, &faults) else { continue }
            guard fsync(own) == 0, rename(partial, path) == 0 else {
                throw KalsaeError.system(path, expected: "to write", code: errno)
            }
            return Result(mirror: mirror, resumedFrom: start)
        }
        if lseek(own, 0, SEEK_END) == 0 { unlink(partial) }
        throw KalsaeError(
            file.name, expected: "a mirror that has it", got: faults.joined(separator: "; "),
            advice: "look at the network, or name another with --mirror")
    }

    /// Fetches from one mirror; nil where that has failed, else the byte where it went on.
    private func fetch(_ transfer: inout Transfer, _ faults: inout [String]) throws -> Int? {
        let start = transfer.count
        var isWholeTried = start == 0
        for attempt in 0..<attempts {
            if attempt > 0 { usleep(UInt32(pause << (attempt - 1)) * 1000) }
            let before = transfer.count
            let fault = try transfer.run()
            if fault == nil, transfer.count == file.bytes, try checksum(transfer.file) {
                return transfer.hasRestarted ? 0 : start
            }
            if let fault {
                let text = "\(transfer.url): \(fault.text)"
                if faults.last != text { faults.append(text) }
                // Another answer would be the same; a connection may come back.
                guard fault.isPassing else { return nil }
                if transfer.count == before, attempt > 0 { return nil }
                continue
            }
            faults.append("\(transfer.url): another file than that of the checksum")
            try transfer.clear()
            // What was there before may have been wrong.
            guard !isWholeTried else { return nil }
            isWholeTried = true
        }
        return nil
    }

    /// Whether the file is there as it must be; throws for another of its name.
    private func isThere() throws -> Bool {
        guard access(path, F_OK) == 0 else { return false }
        let other = KalsaeError(
            path, expected: "no file, or that with the set's checksum", got: "another file",
            advice: "move it away, or choose another folder with --to")
        guard FolderListing.size(ofFile: path) == file.bytes else { throw other }
        let own = try FileBytes.descriptor(of: path)
        defer { close(own) }
        guard try checksum(own) else { throw other }
        return true
    }

    private func checksum(_ own: Int32) throws -> Bool {
        lseek(own, 0, SEEK_SET)
        var sum = SHA256()
        while true {
            let bytes = try FileBytes.chunk(path, file: own, capacity: 1 << 20)
            if bytes.isEmpty { break }
            bytes.withUnsafeBytes { sum.add($0) }
        }
        return sum.text() == file.checksum
    }
}

/// Requests of one address that fill a file from where it ends.
private struct Transfer {
    /// Why a request did not bring the rest.
    struct Fault {
        var text: String
        var isPassing: Bool
    }

    let file: Int32
    let url: String
    let whole: Int
    let onBytes: (Int) throws -> Void
    /// Whether the server gave the beginning although the rest was asked for.
    private(set) var hasRestarted = false

    init(file: Int32, url: String, whole: Int, onBytes: @escaping (Int) throws -> Void) {
        (self.file, self.url, self.whole, self.onBytes) = (file, url, whole, onBytes)
        // What is longer than the file is none of its beginnings.
        if count > whole { ftruncate(file, 0) }
    }

    /// Bytes that are there.
    var count: Int { max(0, Int(lseek(file, 0, SEEK_END))) }

    func clear() throws(KalsaeError) {
        guard ftruncate(file, 0) == 0 else {
            throw .system(url, expected: "to begin again", code: errno)
        }
    }

    /// One request for what is missing; nil where all is there.
    mutating func run() throws -> Fault? {
        let offset = count
        guard offset < whole else { return nil }
        var (position, hasRestarted) = (offset, false)
        var error: (any Error)?
        var wrong: Fault?
        let (file, whole, onBytes) = (file, whole, onBytes)
        let outcome = try HTTPRequest(url: url, offset: offset).run { part in
            switch part.status {
            case 206: break
            case 200:
                // No ranges: the body is the whole file.
                if offset > 0, !hasRestarted {
                    (position, hasRestarted) = (0, true)
                    guard ftruncate(file, 0) == 0 else { return false }
                }
            default: return true
            }
            guard position + part.bytes.count <= whole else {
                wrong = Fault(text: "more than \(whole) bytes", isPassing: false)
                return false
            }
            do {
                try Self.write(part.bytes, to: file, at: position)
                position += part.bytes.count
                try onBytes(position)
                return true
            } catch let fault {
                error = fault
                return false
            }
        }
        self.hasRestarted = self.hasRestarted || hasRestarted
        if let error { throw error }
        if let wrong {
            try clear()
            return wrong
        }
        switch outcome {
        case .answered(let status) where [200, 206].contains(status):
            return position == whole
                ? nil : Fault(text: "an end after \(position) of \(whole) bytes", isPassing: true)
        case .answered(416):
            try clear()
            return Fault(text: "status 416", isPassing: true)
        case .answered(let status):
            return Fault(text: "status \(status)", isPassing: status >= 500)
        case .failed(let text): return Fault(text: text, isPassing: true)
        case .stopped: return Fault(text: "the file cannot be begun again", isPassing: false)
        }
    }

    private static func write(
        _ bytes: UnsafeRawBufferPointer, to file: Int32, at position: Int
    ) throws(KalsaeError) {
        var done = 0
        while done < bytes.count, let base = bytes.baseAddress {
            let wrote = pwrite(file, base + done, bytes.count - done, off_t(position + done))
            if wrote < 0, errno == EINTR { continue }
            guard wrote > 0 else {
                throw .system("data fetch", expected: "to write", code: wrote < 0 ? errno : EIO)
            }
            done += wrote
        }
    }
}
