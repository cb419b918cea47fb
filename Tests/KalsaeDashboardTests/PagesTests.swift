import Foundation
import Testing

@Suite struct PagesTests {
    @Test func programHoldsAllFilesOfThePage() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Sources/CKalsaePages/pages").standardizedFileURL.path
        let files = try #require(FileManager.default.enumerator(atPath: folder))
        let server = try TestDashboard(runs: 1)
        defer { server.stop() }
        var (size, count) = (0, 0)
        for case let name as String in files where name.contains(".") {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
            let answer = try server.ask("GET", name == "index.html" ? "/" : "/assets/\(name)")
            #expect(answer.status == 200, "\(name); call Scripts/list-pages")
            let isSame = answer.body.utf8.elementsEqual(bytes)
            #expect(isSame, "\(name)")
            (size, count) = (size + bytes.count, count + 1)
        }
        #expect(count > 1)
        // Small enough for a slow line.
        #expect(size <= 300 * 1024)
    }

    @Test func fileThatTheBrowserHasIsNotSentAgain() throws {
        let server = try TestDashboard(runs: 1)
        defer { server.stop() }
        let first = try server.ask("GET", "/")
        #expect(first.status == 200)
        #expect(first.headers["content-type"] == "text/html; charset=utf-8")
        let tag = try #require(first.headers["etag"])
        let again = try server.ask("GET", "/", headers: ["If-None-Match: \(tag)"])
        #expect(again.status == 304)
        #expect(again.body.isEmpty)
        let head = try server.ask("HEAD", "/")
        #expect(head.status == 200)
        #expect(head.body.isEmpty)
        #expect(head.headers["content-length"] == "\(first.body.utf8.count)")
    }

    @Test func whoeverTakesGzipIsSentLess() throws {
        let server = try TestDashboard(runs: 1)
        defer { server.stop() }
        let plain = try server.ask("HEAD", "/assets/app.js")
        #expect(plain.headers["content-encoding"] == nil)
        let whole = try #require(plain.headers["content-length"].flatMap { Int($0) })
        for accepted in ["gzip, deflate, br", "br,gzip", "GZIP"] {
            let answer = try server.ask(
                "HEAD", "/assets/app.js", headers: ["Accept-Encoding: \(accepted)"])
            #expect(answer.headers["content-encoding"] == "gzip", "\(accepted)")
            #expect(answer.headers["vary"] == "Accept-Encoding")
            #expect(answer.headers["etag"] == plain.headers["etag"])
            let size = try #require(answer.headers["content-length"].flatMap { Int($0) })
            #expect(size < whole)
        }
        let refused = try server.ask(
            "HEAD", "/assets/app.js", headers: ["Accept-Encoding: gzip;q=0, br"])
        #expect(refused.headers["content-encoding"] == nil)
    }

    @Test func nothingFromElsewhereRunsInThePage() throws {
        let server = try TestDashboard(runs: 1)
        defer { server.stop() }
        for path in ["/", "/api/info", "/nothing"] {
            let answer = try server.ask("GET", path)
            let policy = try #require(answer.headers["content-security-policy"])
            #expect(policy.contains("default-src 'none'"))
            #expect(policy.contains("script-src 'self'"))
            #expect(!policy.contains("unsafe"))
            #expect(answer.headers["x-content-type-options"] == "nosniff")
            #expect(answer.headers["access-control-allow-origin"] == nil)
        }
    }
}
