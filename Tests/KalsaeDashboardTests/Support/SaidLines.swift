import Synchronization

/// Lines that a server told.
final class SaidLines: Sendable {
    private let all = Mutex<[String]>([])

    var lines: [String] { all.withLock { $0 } }

    func say(_ line: String) { all.withLock { $0.append(line) } }
}
