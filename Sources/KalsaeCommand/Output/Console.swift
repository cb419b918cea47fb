import Glibc
import KalsaeFiles
import KalsaeSupport

/// Where the command writes: data on standard output, everything else on standard error.
enum Console {
    /// Writes a line of data.
    static func print(_ line: String) throws(KalsaeError) { try write(line + "\n") }

    /// Writes one JSON object on one line.
    static func print(_ json: JSONValue) throws(KalsaeError) { try print(json.text) }

    /// Writes bytes of data as they are.
    static func write(_ text: String) throws(KalsaeError) {
        var bytes = Array(text.utf8)[...]
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

    /// Writes a line about what is going on.
    static func tell(_ line: String) { writeError(line + "\n") }

    /// Writes text to standard error as it is.
    static func writeError(_ text: String) {
        _ = text.withCString { Glibc.write(2, $0, strlen($0)) }
    }

    /// Writes an error and ends the process with code 1.
    static func fail(_ message: String) -> Never {
        tell("error: " + message.replacing("\n", with: " "))
        exit(1)
    }

    /// Whether standard error is a terminal that can redraw a line.
    static var hasTerminal: Bool {
        let kind = getenv("TERM").map { String(cString: $0) } ?? ""
        return isatty(2) != 0 && kind != "dumb"
    }
}
