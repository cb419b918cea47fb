/// Something that no page would send, and that must be refused.
struct HostileRequest: Sendable {
    var name: String
    var bytes: [UInt8]

    init(_ name: String, _ text: String) { (self.name, bytes) = (name, Array(text.utf8)) }

    init(_ name: String, bytes: [UInt8]) { (self.name, self.bytes) = (name, bytes) }
}

/// What the requests are about.
struct HostileTarget: Sendable {
    var port: Int
    var run: String

    var host: String { "127.0.0.1:\(port)" }

    /// A request as the page sends it, but for what is given.
    func request(
        _ method: String = "GET", _ path: String = "/api/info", host: String? = nil,
        headers: [String] = [], body: String? = nil, isMarked: Bool = true
    ) -> String {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: \(host ?? self.host)"]
        if let body {
            lines.append("Content-Length: \(body.utf8.count)")
            if isMarked { lines += ["Content-Type: application/json", "X-Kalsae: 1"] }
        }
        return (lines + headers).joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")
    }

    /// All of them.
    var all: [HostileRequest] {
        paths + hosts + origins + framing + headers + methods + bodies + values + uploads
    }

    private var paths: [HostileRequest] {
        let climbs = [
            "/../secret.txt", "/../../secret.txt", "/assets/../secret.txt",
            "/assets/../../secret.txt", "/assets/../../../../../../etc/passwd",
            "/assets/%2e%2e/%2e%2e/secret.txt", "/assets/%2e%2e%2f%2e%2e%2fsecret.txt",
            "/assets/..%2f..%2fsecret.txt", "/assets/..%5c..%5csecret.txt",
            "/assets/..\\..\\secret.txt", "/assets/%252e%252e/secret.txt",
            "/assets/....//....//secret.txt", "/assets/.%2e/secret.txt", "/assets//etc/passwd",
            "//etc/passwd", "/etc/passwd", "/assets/%00", "/assets/index.html%00.js",
            "/assets/%c0%ae%c0%ae/secret.txt", "/assets/%ff", "/assets/%", "/assets/%2",
            "/assets/%zz", "/assets/", "/assets", "/index.html", "/assets/pages.c",
            "/assets/.git/config", "/runs.sqlite", "/assets/runs.sqlite", "/api", "/api/",
            "/api/none", "/api/info/more", "/api/runs/", "/api/runs/../info", "/api/runs/last",
            "/api/runs/run-0", "/api/runs/%2e%2e", "/api/runs/..%2f..%2fsecret.txt",
            "/api/runs/x%27%20OR%20%271%27=%271", "/api/runs/\(run)/none",
            "/api/runs/\(run)/events/1", "/api/runs/\(run.uppercased())x", "/api/studies/none",
            "/api/studies/..%2f..%2f", "/api/studies/%27;DROP%20TABLE%20runs",
            "/api/runs/\(run)%00",
            "/api/lessons/../../secret.txt", "http://127.0.0.1/api/info",
            "http://evil.example/api/info", "file:///etc/passwd", "*", "api/info", "?a", "#",
            "/api/info#x", "/api/runs?a=1&a=2", "/api/runs?a=%", "/~root", "/api/info;x=1",
        ]
        return climbs.map { HostileRequest("path \($0)", request(path: $0)) } + [
            HostileRequest(
                "path of 100 KB", request("GET", "/" + String(repeating: "a", count: 100_000))),
            HostileRequest(
                "path of 20,000 steps",
                request("GET", String(repeating: "/a", count: 10_000))),
        ]
    }

    private func request(path: String) -> String { request("GET", path) }

    private var hosts: [HostileRequest] {
        let names = [
            "evil.example", "evil.example:\(port)", "127.0.0.1", "127.0.0.1:1", "localhost",
            "localhost.evil.example:\(port)", "127.0.0.1.evil.example:\(port)", "0.0.0.0:\(port)",
            "10.0.0.1:\(port)", "[::2]:\(port)", "127.0.0.1:\(port)@evil.example",
            "evil.example#127.0.0.1:\(port)", "127.0.0.1:\(port), evil.example", "",
            ":\(port)", "127.0.0.1:\(port):\(port)", "0x7f000001:\(port)", "2130706433:\(port)",
            "127.1:\(port)", "ⓛocalhost:\(port)", "localhost\u{0}:\(port)",
        ]
        return names.map { HostileRequest("host \($0.debugDescription)", request(host: $0)) } + [
            HostileRequest("no host", "GET /api/info HTTP/1.1\r\n\r\n"),
            HostileRequest("no host, HTTP/1.0", "GET /api/info HTTP/1.0\r\n\r\n"),
            HostileRequest("two hosts", request(headers: ["Host: evil.example"])),
            HostileRequest("the host twice", request(headers: ["Host: \(host)"])),
            HostileRequest(
                "a host of 20 KB", request(host: String(repeating: "a", count: 20_000))),
        ]
    }

    private var origins: [HostileRequest] {
        let origins = [
            "http://evil.example", "https://evil.example", "null", "http://127.0.0.1",
            "http://localhost:\(port)", "https://\(host)", "http://\(host).evil.example",
            "http://\(host)@evil.example", "file://", "chrome-extension://abc", "http://\(host)/",
            "HTTP://EVIL.EXAMPLE",
        ]
        return origins.flatMap { origin in
            [
                HostileRequest("origin \(origin)", request(headers: ["Origin: \(origin)"])),
                HostileRequest(
                    "command from \(origin)",
                    request(
                        "POST", "/api/runs/\(run)/commands", headers: ["Origin: \(origin)"],
                        body: #"{"verb":"stop"}"#)),
            ]
        } + [
            HostileRequest("cross-site", request(headers: ["Sec-Fetch-Site: cross-site"])),
            HostileRequest("same-site", request(headers: ["Sec-Fetch-Site: same-site"])),
            HostileRequest(
                "a form",
                request(
                    "POST", "/api/runs/\(run)/commands",
                    headers: ["Content-Type: application/x-www-form-urlencoded"], body: "verb=stop",
                    isMarked: false)),
            HostileRequest(
                "a script without the mark",
                request(
                    "POST", "/api/runs/\(run)/commands", headers: ["Content-Type: text/plain"],
                    body: #"{"verb":"stop"}"#, isMarked: false)),
            HostileRequest(
                "deletion without the mark",
                request(
                    "DELETE", "/api/runs/\(run)", headers: ["Content-Type: application/json"],
                    body: "", isMarked: false)),
            HostileRequest(
                "another method by a header",
                request(headers: ["X-HTTP-Method-Override: DELETE", "Origin: null"])),
        ]
    }
}
