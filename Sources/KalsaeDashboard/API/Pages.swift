import CKalsaePages
import KalsaeFiles
import KalsaeSupport
import Synchronization

/// The page's files, which are part of the program. They are compressed once, when first asked for.
final class Pages: Sendable {
    private struct Page: Sendable {
        var kind: String
        var bytes: [UInt8]
        var tag: String
    }

    private let pages: [String: Page]
    private let compressed = Mutex<[String: [UInt8]]>([:])

    init() {
        var (pages, count) = ([String: Page](), 0)
        let all = kpages_all(&count)
        for page in UnsafeBufferPointer(start: all, count: count) {
            let bytes = Array(UnsafeBufferPointer(start: page.bytes, count: page.count))
            // The tag tells versions of a file apart, no more.
            let hash = bytes.withUnsafeBytes { Checksum.fnv1a($0) }
            pages[String(cString: page.path)] = Page(
                kind: String(cString: page.kind), bytes: bytes,
                tag: "\"\(String(hash, radix: 16))\"")
        }
        self.pages = pages
    }

    /// The paths of all files.
    var paths: [String] { pages.keys.sorted() }

    /// The bytes of all files together.
    var size: Int { pages.values.reduce(0) { $0 + $1.bytes.count } }

    /// A file; nothing else than the files in the program can be reached.
    func answer(_ path: [String], for request: DashboardRequest) throws -> DashboardResponse {
        let name =
            path.isEmpty
            ? "index.html" : path.first == "assets" ? path.dropFirst().joined(separator: "/") : ""
        guard let page = pages[name] else {
            throw HTTPFault(404, "path: expected / or a file of /assets, got another one")
        }
        let known = request.known?.split(separator: ",").contains { tag in
            let bare = tag.drop { $0 == " " }
            return bare == page.tag || bare == "W/\(page.tag)" || bare == "*"
        }
        var response = DashboardResponse([], kind: page.kind)
        // The tag is that of the file, whatever form it is sent in: a weak one.
        response.headers += [
            ("ETag", "W/\(page.tag)"), ("Cache-Control", "no-cache"), ("Vary", "Accept-Encoding"),
        ]
        if known == true {
            response.status = 304
        } else if request.takesGzip, let bytes = compressed(name, page) {
            response.headers.append(("Content-Encoding", "gzip"))
            response.body = .bytes(bytes)
        } else {
            response.body = .bytes(page.bytes)
        }
        return response
    }

    private func compressed(_ name: String, _ page: Page) -> [UInt8]? {
        compressed.withLock { known in
            if let bytes = known[name] { return bytes }
            known[name] = try? Gzip.compress(page.bytes)
            return known[name]
        }
    }

    /// Takes the token out of the address and keeps it as a cookie.
    static func login(cookie: String, token: String) -> DashboardResponse {
        var response = DashboardResponse([], kind: "text/plain", status: 303)
        response.headers += [
            ("Location", "/"), ("Cache-Control", "no-store"),
            ("Set-Cookie", "\(cookie)=\(token); Path=/; HttpOnly; SameSite=Strict"),
        ]
        return response
    }
}
