import Foundation

/// A connection that sends whatever bytes it is told, as no browser would.
final class RawClient {
    let file: Int32

    /// Connects to a port of this machine.
    ///
    /// - Parameter buffer: bytes that the system keeps for this side; its own choice without it.
    init(port: Int, timeout: Int = 10, buffer: Int? = nil) throws {
        file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var size = buffer.map(Int32.init) {
            setsockopt(file, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        var limit = timeval(tv_sec: timeout, tv_usec: 0)
        setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(file, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(file, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw POSIXError(.ECONNREFUSED) }
    }

    deinit { close(file) }

    /// Sends bytes; false where the other side takes no more.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(file, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Sends text.
    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// Some bytes; none at the end, nil where none came in time.
    func receive(atMost count: Int = 65_536) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        let got = recv(file, &bytes, count, 0)
        // A connection that was reset has ended as well.
        guard got >= 0 else { return errno == EAGAIN ? nil : [] }
        return Array(bytes.prefix(got))
    }

    /// All bytes until the end, or until `isWhole`.
    func receive(until isWhole: (String) -> Bool) -> String {
        var bytes: [UInt8] = []
        while let part = receive(), !part.isEmpty {
            bytes += part
            if isWhole(String(decoding: bytes, as: UTF8.self)) { break }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether the connection ends within the client's timeout.
    func ends() -> Bool {
        while let part = receive() {
            if part.isEmpty { return true }
        }
        return false
    }
}

/// An answer: its status, headers in lower case, and body.
struct RawAnswer {
    var status: Int
    var headers: [String: String]
    var body: String

    /// Parses what a connection gave until its end; status 0 where that is no answer.
    init(_ text: String) {
        let parts = text.split(
            separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        let lines = (parts.first ?? "").split(separator: "\r\n")
        let first = (lines.first ?? "").split(separator: " ")
        status = first.count > 1 ? Int(first[1]) ?? 0 : 0
        headers = [:]
        for line in lines.dropFirst() {
            let sides = line.split(separator: ":", maxSplits: 1)
            guard sides.count == 2 else { continue }
            headers[sides[0].lowercased()] = sides[1].trimmingCharacters(in: .whitespaces)
        }
        body = parts.count == 2 ? String(parts[1]) : ""
    }
}
