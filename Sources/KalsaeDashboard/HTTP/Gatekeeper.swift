import KalsaeSupport

/// Who may ask: by the name of the host that a client believes to talk to, by the page that it comes
/// from, and by the token.
///
/// A page of elsewhere can make a browser send requests here, and can give its own name this
/// machine's address. Such requests carry that page's origin, or that name as host.
package struct Gatekeeper: Sendable {
    /// What of a request's headers counts.
    package struct Headers {
        package var hosts: [String] = []
        package var origins: [String] = []
        package var site: String?
        package var cookies: [String] = []
        package var authorization: String?
        package var contentType: String?
        package var mark: String?

        package init() {}
    }

    /// The port that is listened at.
    let port: Int
    /// The names that a client may know this server by, in lower case.
    let names: Set<String>
    /// Whether addresses may stand for names too, as the server listens at all of them.
    let takesAddresses: Bool
    /// The token; nil where none is needed.
    let token: String?

    package init(host: String, port: Int, token: String?, machine: String) {
        self.port = port
        self.token = token
        takesAddresses = ["0.0.0.0", "::", "[::]"].contains(host)
        names = Set(["localhost", "127.0.0.1", "[::1]", Self.bracketed(host).lowercased()])
            .union(takesAddresses ? [machine.lowercased()] : [])
    }

    /// Whether an address is one of this machine alone.
    static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host == "[::1]"
            || (host.hasPrefix("127.") && isAddress(host))
    }

    /// An address as it stands in a URL.
    static func bracketed(_ host: String) -> String {
        host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
    }

    /// The cookie of the token: by port, since browsers tell no ports apart.
    var cookie: String { "kalsae-\(port)" }

    /// Why a request is refused; nil where it is let in.
    package func fault(_ method: String, _ target: RequestTarget, _ headers: Headers) -> HTTPFault?
    {
        guard headers.hosts.count == 1, let host = headers.hosts.first, isKnown(host) else {
            return HTTPFault(
                421,
                "Host: expected the name of this machine, got "
                    + headers.hosts.joined(separator: ", ").prefix(80).debugDescription)
        }
        let isOwn = headers.origins.allSatisfy { $0.lowercased() == "http://\(host.lowercased())" }
        guard isOwn, headers.origins.count < 2 else {
            return HTTPFault(403, "Origin: expected a page of this server, got another one")
        }
        let isPage = target.path.isEmpty
        if let site = headers.site, site != "same-origin", site != "none", !isPage {
            return HTTPFault(403, "Sec-Fetch-Site: expected same-origin, got another site")
        }
        if let token, !isPage || method != "GET" || !offers(target.query["token"], token) {
            guard holds(token, headers) else {
                return HTTPFault(
                    401, "expected the token; open the address that `kalsae serve` printed")
            }
        }
        return method == "GET" || method == "HEAD" ? nil : changeFault(target, headers)
    }

    /// Whether a request to the page brings the token along, so that it becomes a cookie.
    package func isLogin(_ target: RequestTarget) -> Bool {
        guard let token else { return false }
        return target.path.isEmpty && offers(target.query["token"], token)
    }

    /// What changes something says so in a header that only scripts of our own page can set.
    private func changeFault(_ target: RequestTarget, _ headers: Headers) -> HTTPFault? {
        guard headers.mark == "1" else {
            return HTTPFault(403, "expected the header X-Kalsae: 1")
        }
        let wanted =
            target.path == ["api", "uploads"] ? "application/octet-stream" : "application/json"
        let kind = headers.contentType?.split(separator: ";").first.map {
            $0.lowercased().filter { $0 != " " }
        }
        guard kind == wanted else {
            return HTTPFault(415, "Content-Type: expected \(wanted)")
        }
        return nil
    }

    private func isKnown(_ host: String) -> Bool {
        guard host.utf8.count <= 255 else { return false }
        let lower = host.lowercased()
        let suffix = ":\(port)"
        let name = lower.hasSuffix(suffix) ? String(lower.dropLast(suffix.count)) : lower
        guard lower.hasSuffix(suffix) || port == 80 else { return false }
        return names.contains(name) || takesAddresses && Self.isAddress(name)
    }

    private func holds(_ token: String, _ headers: Headers) -> Bool {
        if let text = headers.authorization, text.hasPrefix("Bearer ") {
            return offers(String(text.dropFirst(7)), token)
        }
        let pairs = headers.cookies.flatMap { $0.split(separator: ";") }
        return pairs.contains { pair in
            let text = pair.drop { $0 == " " }
            return text.hasPrefix("\(cookie)=")
                && offers(String(text.dropFirst(cookie.count + 1)), token)
        }
    }

    /// Whether two texts are equal, in a time that does not tell where they differ.
    private func offers(_ text: String?, _ token: String) -> Bool {
        guard let text, text.utf8.count == token.utf8.count else { return false }
        return zip(text.utf8, token.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// Whether a host is an address in numbers, which no other name can lead to.
    private static func isAddress(_ host: String) -> Bool {
        if host.hasPrefix("["), host.hasSuffix("]") {
            return host.dropFirst().dropLast().utf8.allSatisfy {
                $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "%")
                    || Character(Unicode.Scalar($0)).isHexDigit
            }
        }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }
}
