import KalsaeDashboard
import Testing

@Suite struct RequestTargetTests {
    @Test func decodesPathsAndQueries() throws {
        let target = try #require(RequestTarget("/api/studies/a%20b%2Fc/reports?x=1%2B2+3&y&z="))
        #expect(target.path == ["api", "studies", "a b/c", "reports"])
        #expect(target.query == ["x": "1+2 3", "y": "", "z": ""])
        #expect(try #require(RequestTarget("/")).path == [])
        #expect(try #require(RequestTarget("/?a=b")).path == [])
        #expect(try #require(RequestTarget("/%ED%95%9C")).path == ["한"])
    }

    @Test(arguments: [
        "", "api", "*", "http://127.0.0.1/", "//", "/a//b", "/a/", "/../x", "/a/../b", "/a/./b",
        "/%2e%2e/x", "/a/%2E%2e", "/a%00b", "/a%0ab", "/%", "/%2", "/%zz", "/%ff", "/a\\b",
        "/%5c", "/a#b", "/?a=1&a=2", "/?a=%0d", "/?%ff=1",
    ])
    func refusesWhatNoPageAsksFor(_ text: String) {
        #expect(RequestTarget(text) == nil)
    }
}
