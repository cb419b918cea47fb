extension HostileTarget {
    /// Requests whose ends or lengths are in doubt.
    var framing: [HostileRequest] {
        let start = "POST /api/runs/\(run)/commands HTTP/1.1\r\nHost: \(host)\r\n"
        let marked = start + "Content-Type: application/json\r\nX-Kalsae: 1\r\n"
        let smuggled = request(
            "POST", "/api/runs/\(run)/commands", body: #"{"verb":"stop"}"#)
        let lengths = [
            "-1", "+5", "0x10", "5, 5", "5 5", "99999999999999999999", "9223372036854775807",
            "1e3", "abc", "\u{0}",
        ]
        return lengths.map {
            HostileRequest("length \($0)", marked + "Content-Length: \($0)\r\n\r\n{}")
        } + [
            HostileRequest(
                "two lengths",
                marked + "Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}" + smuggled),
            HostileRequest(
                "length and chunks",
                marked + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                    + smuggled),
            HostileRequest(
                "chunks of another kind", marked + "Transfer-Encoding: gzip\r\n\r\n{}"),
            HostileRequest(
                "a chunk that is no number",
                marked + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"),
            HostileRequest(
                "a chunk of 2^64",
                marked + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}"),
            HostileRequest(
                "a chunk that is longer than it says",
                marked + "Transfer-Encoding: chunked\r\n\r\n1\r\n{}{}\r\n0\r\n\r\n"),
            HostileRequest(
                "an extension of a chunk of 100 KB",
                marked + "Transfer-Encoding: chunked\r\n\r\n2;"
                    + String(repeating: "x", count: 100_000) + "\r\n{}\r\n"),
            HostileRequest(
                "a refused body that holds requests",
                start + "Origin: http://evil.example\r\nContent-Length: \(smuggled.utf8.count * 20)"
                    + "\r\n\r\n" + String(repeating: smuggled, count: 20)),
            HostileRequest(
                "a refused request before others",
                request(host: "evil.example") + smuggled + smuggled),
            HostileRequest(
                "a body of GET that holds a request",
                "GET /api/info HTTP/1.1\r\nHost: \(host)\r\nContent-Length: "
                    + "\(smuggled.utf8.count)\r\n\r\n" + smuggled),
            HostileRequest("line ends only", String(repeating: "\r\n", count: 50_000)),
            HostileRequest("bytes of TLS", bytes: [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]),
            HostileRequest(
                "HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + String(repeating: "\0", count: 64)),
            HostileRequest("random bytes", bytes: (0..<10_000).map { UInt8($0 * 7919 % 256) }),
            HostileRequest("zeros", bytes: [UInt8](repeating: 0, count: 10_000)),
            HostileRequest("half a line", "GET /api/in"),
            HostileRequest("half of the headers", "GET /api/info HTTP/1.1\r\nHost: \(host)\r\nX: "),
            HostileRequest(
                "half a body", marked + "Content-Length: 1000\r\n\r\n{\"verb\":\"stop\""),
            HostileRequest("nothing", ""),
            HostileRequest("no version", "GET /api/info\r\nHost: \(host)\r\n\r\n"),
            HostileRequest("version 0.9", "GET /api/info HTTP/0.9\r\nHost: \(host)\r\n\r\n"),
            HostileRequest("version 2.0", "GET /api/info HTTP/2.0\r\nHost: \(host)\r\n\r\n"),
            HostileRequest("version 9.9", "GET /api/info HTTP/9.9\r\nHost: \(host)\r\n\r\n"),
        ]
    }

    /// Headers of odd kinds and sizes.
    var headers: [HostileRequest] {
        let big = String(repeating: "a", count: 40_000)
        let huge = String(repeating: "a", count: 5_000_000)
        return [
            HostileRequest("a header of 40 KB", request(headers: ["X-Big: \(big)"])),
            HostileRequest("a header of 5 MB", request(headers: ["X-Big: \(huge)"])),
            HostileRequest("a header's name of 40 KB", request(headers: ["\(big): 1"])),
            HostileRequest(
                "1,000 headers", request(headers: (0..<1000).map { "X-\($0): 1" })),
            HostileRequest(
                "100,000 headers", request(headers: (0..<100_000).map { "X-\($0): 1" })),
            HostileRequest("a cookie of 40 KB", request(headers: ["Cookie: kalsae=\(big)"])),
            HostileRequest("a space before the colon", request(headers: ["X-Odd : 1"])),
            HostileRequest("no colon", request(headers: ["X-Odd"])),
            HostileRequest("no name", request(headers: [": 1"])),
            HostileRequest("a name with a space", request(headers: ["X Odd: 1"])),
            HostileRequest("a folded header", request(headers: ["X-Odd: 1\r\n  Origin: x"])),
            HostileRequest("a zero in a header", request(headers: ["X-Odd: a\u{0}b"])),
            HostileRequest("a zero in a name", request(headers: ["X\u{0}: 1"])),
            HostileRequest("a lone line end", request(headers: ["X-Odd: 1\rOrigin: x"])),
        ]
    }

    /// Methods that nothing here has.
    var methods: [HostileRequest] {
        [
            "PUT", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "LINK", "PURGE", "get", "G E T", "",
            "GET/", "DELETEX", String(repeating: "A", count: 1000),
        ].map { HostileRequest("method \($0.prefix(20))", request($0, "/api/info")) } + [
            HostileRequest("deletion of all", request("DELETE", "/api/runs", body: "")),
            HostileRequest("change of info", request("POST", "/api/info", body: "{}")),
            HostileRequest("change of the page", request("POST", "/", body: "{}")),
            HostileRequest("change of a file", request("PATCH", "/assets/app.js", body: "{}")),
            HostileRequest("points by POST", request("POST", "/api/points", body: "{}")),
        ]
    }
}
