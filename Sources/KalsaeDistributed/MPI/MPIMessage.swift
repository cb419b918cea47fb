import CKalsaeMPI
import KalsaeSupport

/// A message of MPI: one request for each part of at most `MPIGroup.longestPart` bytes.
final class MPIMessage: Message {
    let peer: Int
    let byteCount: Int
    private let isReceipt: Bool
    private let group: MPIGroup
    /// The handles of the requests, 16 bytes for each.
    private nonisolated(unsafe) let requests: UnsafeMutableRawPointer
    /// How many parts are done; touched within calls of the group only, which are one at a time.
    private nonisolated(unsafe) var doneCount = 0

    init(_ group: MPIGroup, peer: Int, byteCount: Int, isReceipt: Bool) {
        (self.group, self.peer, self.byteCount) = (group, peer, byteCount)
        self.isReceipt = isReceipt
        requests = .allocate(byteCount: 16 * Self.partCount(of: byteCount), alignment: 16)
    }

    // MPI keeps what a handle names, never the place of the handle.
    deinit { requests.deallocate() }

    private static func partCount(of byteCount: Int) -> Int {
        max(1, (byteCount + MPIGroup.longestPart - 1) / MPIGroup.longestPart)
    }

    var partCount: Int { Self.partCount(of: byteCount) }

    /// The bytes of a part.
    func range(of part: Int) -> Range<Int> {
        let start = part * MPIGroup.longestPart
        return start..<min(start + MPIGroup.longestPart, byteCount)
    }

    /// Where the handle of a part's request is.
    func request(_ part: Int) -> UnsafeMutableRawPointer { requests + 16 * part }

    func isDone() throws(KalsaeError) -> Bool {
        var (isDone, wrong): (Bool, Int32?) = (false, nil)
        try group.call(
            "\(isReceipt ? "to receive \(byteCount) bytes from" : "to send \(byteCount) bytes to") "
                + group.name(of: peer)
        ) { table in
            while doneCount < partCount {
                var (done, count): (Int32, Int32) = (0, 0)
                let code = table.test(request(doneCount), &done, &count)
                guard code == 0, done != 0 else { return code }
                if isReceipt, Int(count) != range(of: doneCount).count { wrong = count }
                doneCount += 1
            }
            isDone = true
            return 0
        }
        if let wrong {
            throw KalsaeError(
                "MPI", expected: "\(byteCount) bytes from \(group.name(of: peer))", got: "\(wrong)")
        }
        return isDone
    }
}
