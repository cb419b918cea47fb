import Foundation

/// A shell script in the place of `kalsae`, with a log that it may write.
struct TestProgram {
    let path: String
    let log: String

    /// - Parameter script: lines of a shell; `$log` is the log.
    init(_ script: String) throws {
        path = NSTemporaryDirectory() + "kalsae-program-\(UUID().uuidString).sh"
        log = path + ".log"
        try "#!/bin/sh\nlog='\(log)'\n\(script)\n".write(
            toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }

    func remove() {
        for path in [path, log] { try? FileManager.default.removeItem(atPath: path) }
    }

    /// What was logged so far.
    var lines: [String] {
        let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init)
    }

    /// Waits until something holds; false where it does not in time.
    static func wait(seconds: Int = 20, until isSo: () -> Bool) -> Bool {
        let end = ContinuousClock.now + .seconds(seconds)
        while !isSo() {
            guard ContinuousClock.now < end else { return false }
            usleep(10_000)
        }
        return true
    }

    /// Whether a process of a number is there.
    static func isThere(_ pid: String) -> Bool {
        guard let number = pid_t(pid) else { return false }
        return kill(number, 0) == 0
    }
}
