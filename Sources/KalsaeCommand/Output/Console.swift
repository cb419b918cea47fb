import Glibc
import KalsaeFiles
import KalsaeSupport
import Synchronization

/// Where the command writes: data on standard output, everything else on standard error.
enum Console {
    /// Writes a line for people; control characters, as the line ends of a class's name, are escapes.
    static func print(_ line: String) throws(KalsaeError) { try write(line.printable + "\n") }

    /// Writes a text of several lines.
    static func print(lines text: String) throws(KalsaeError) {
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            try print(String(line))
        }
    }

    /// Writes one JSON object on one line.
    static func print(_ json: JSONValue) throws(KalsaeError) { try write(json.text + "\n") }

    /// Writes text as it is.
    static func write(_ text: String) throws(KalsaeError) { try write(Array(text.utf8)) }

    /// Writes bytes of data as they are.
    static func write(_ data: [UInt8]) throws(KalsaeError) {
        guard !hasNoResults.load(ordering: .relaxed) else { return }
        var bytes = data[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(1, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw KalsaeError(
                    "standard output", expected: "to write \(bytes.count) bytes",
                    got: String(cString: strerror(errno)))
            }
            bytes = bytes.dropFirst(count)
        }
    }

    private static let hasNoResults = Atomic(false)

    /// Writes nothing to standard output from now on, as ranks above 0 do.
    static func silenceResults() { hasNoResults.store(true, ordering: .relaxed) }

    private static let quiet = Atomic(false)

    /// Leaves out from now on what is told of progress.
    static func silence() { quiet.store(true, ordering: .relaxed) }

    /// Whether nothing is told of progress.
    static var isQuiet: Bool { quiet.load(ordering: .relaxed) }

    /// Writes a line about what is going on.
    static func tell(_ line: String) { writeError(line + "\n") }

    /// Writes text to standard error as it is.
    static func writeError(_ text: String) {
        _ = text.withCString { Glibc.write(2, $0, strlen($0)) }
    }

    /// Writes an error and ends the process, with code 1 by default.
    static func fail(_ message: String, code: Int32 = 1) -> Never {
        tell("error: " + LaunchedProcess.errorPrefix + message.replacing("\n", with: " "))
        end(code)
    }

    /// Ends the process behind its error, and with it the other ranks.
    static func end(_ code: Int32) -> Never {
        LaunchedProcess.abort(code)
        exit(code)
    }

    /// Whether standard error is a terminal that can redraw a line.
    static var hasTerminal: Bool {
        let kind = getenv("TERM").map { String(cString: $0) } ?? ""
        return isatty(2) != 0 && kind != "dumb"
    }
}
