import Glibc
import Synchronization

/// A small HTTP server on 127.0.0.1, which can do what servers do to those who fetch: break off, give
/// other bytes, send elsewhere, know no ranges.
package final class LoopbackServer: Sendable {
    /// What a path has, and how it is given.
    package struct Answer: Sendable {
        package var body: [UInt8]
        package var status: Int
        /// Where a redirect leads.
        package var location: String?
        package var knowsRanges: Bool
        /// Bytes behind which the connection breaks, for each of the next requests.
        package var breaks: [Int]

        package init(
            body: [UInt8] = [], status: Int = 200, location: String? = nil,
            knowsRanges: Bool = true, breaks: [Int] = []
        ) {
            (self.body, self.status, self.location) = (body, status, location)
            (self.knowsRanges, self.breaks) = (knowsRanges, breaks)
        }
    }

    /// A request, as it came.
    package struct Request: Sendable, Equatable {
        package var path: String
        package var range: String?

        package init(path: String, range: String?) { (self.path, self.range) = (path, range) }
    }

    private struct State {
        var answers: [String: Answer] = [:]
        var requests: [Request] = []
    }

    package let port: UInt16
    private let socket: Int32
    private let state = Mutex(State())

    /// Begins to listen; the process asks it without any proxy.
    package init() {
        setenv("no_proxy", "127.0.0.1", 1)
        let own = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        socket = own
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        port = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = bind(own, address, size)
                _ = getsockname(own, address, &size)
            }
            return UInt16(bigEndian: pointer.pointee.sin_port)
        }
        listen(own, 16)
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self).toOpaque()
        pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<LoopbackServer>.fromOpaque(context).takeRetainedValue().serve()
                return nil
            }, context)
        pthread_detach(thread)
    }

    /// Its address.
    package var url: String { "http://127.0.0.1:\(port)" }

    /// The requests so far.
    package var requests: [Request] { state.withLock { $0.requests } }

    /// Sets what a path has.
    package func answer(_ path: String, _ answer: Answer) {
        state.withLock { $0.answers[path] = answer }
    }

    /// Ends it.
    package func stop() { shutdown(socket, Int32(SHUT_RDWR)) }

    private func serve() {
        while true {
            let peer = accept(socket, nil, nil)
            guard peer >= 0 else { break }
            reply(to: peer)
            shutdown(peer, Int32(SHUT_RDWR))
            close(peer)
        }
        close(socket)
    }

    private func reply(to peer: Int32) {
        var head: [UInt8] = []
        var byte: UInt8 = 0
        while !head.suffix(4).elementsEqual([13, 10, 13, 10]), recv(peer, &byte, 1, 0) == 1 {
            head.append(byte)
        }
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count > 1 else { return }
        let path = String(words[1])
        let range = lines.first { $0.lowercased().hasPrefix("range: ") }.map {
            String($0.dropFirst(7))
        }
        var cut: Int?
        let answer = state.withLock { state -> Answer in
            state.requests.append(Request(path: path, range: range))
            guard var answer = state.answers[path] else { return Answer(status: 404) }
            let own = answer
            if !answer.breaks.isEmpty { cut = answer.breaks.removeFirst() }
            state.answers[path] = answer
            return own
        }
        var (status, body) = (answer.status, answer.body[...])
        if status == 200, answer.knowsRanges, let range,
            let start = Int(range.dropFirst("bytes=".count).prefix { $0 != "-" })
        {
            (status, body) = start < body.count ? (206, body[start...]) : (416, [])
        }
        var text =
            "HTTP/1.1 \(status) Said\r\nContent-Length: \(body.count)\r\nConnection: close\r\n"
        if let location = answer.location { text += "Location: \(location)\r\n" }
        send(Array("\(text)\r\n".utf8)[...], to: peer)
        send(cut.map { body.prefix($0) } ?? body, to: peer)
    }

    private func send(_ bytes: ArraySlice<UInt8>, to peer: Int32) {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(peer, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
