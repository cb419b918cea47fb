import KalsaeDashboard
import Testing

@Suite struct GatekeeperTests {
    private let page = RequestTarget("/")
    private let list = RequestTarget("/api/runs")

    private func fault(
        _ keeper: Gatekeeper, _ target: RequestTarget?, method: String = "GET",
        host: String = "127.0.0.1:7878", change: (inout Gatekeeper.Headers) -> Void = { _ in }
    ) throws -> Int? {
        var headers = Gatekeeper.Headers()
        headers.hosts = [host]
        if method != "GET" { (headers.mark, headers.contentType) = ("1", "application/json") }
        change(&headers)
        return keeper.fault(method, try #require(target), headers)?.status
    }

    @Test func takesNamesOfThisMachineOnly() throws {
        let keeper = Gatekeeper(host: "127.0.0.1", port: 7878, token: nil, machine: "box")
        for host in ["127.0.0.1:7878", "localhost:7878", "LOCALHOST:7878", "[::1]:7878"] {
            #expect(try fault(keeper, list, host: host) == nil)
        }
        for host in [
            "evil.example:7878", "127.0.0.1", "127.0.0.1:80", "localhost.evil.example:7878",
            "127.0.0.1.evil.example:7878", "box:7878", "192.168.0.2:7878", "", ":7878",
            "localhost:7878:7878", "user@localhost:7878", " localhost:7878",
        ] {
            #expect(try fault(keeper, list, host: host) == 421, "\(host)")
        }
        // Where it listens at all addresses, numbers cannot be names of elsewhere.
        let wide = Gatekeeper(host: "0.0.0.0", port: 7878, token: nil, machine: "box")
        for host in ["box:7878", "192.168.0.2:7878", "[fe80::1]:7878", "localhost:7878"] {
            #expect(try fault(wide, list, host: host) == nil)
        }
        #expect(try fault(wide, list, host: "evil.example:7878") == 421)
        #expect(try fault(wide, list, host: "1.2.3:7878") == 421)
    }

    @Test func takesPagesOfThisServerOnly() throws {
        let keeper = Gatekeeper(host: "127.0.0.1", port: 7878, token: nil, machine: "box")
        #expect(try fault(keeper, list) { $0.origins = ["http://127.0.0.1:7878"] } == nil)
        for origin in [
            "http://evil.example", "null", "http://localhost:7878", "https://127.0.0.1:7878",
            "http://127.0.0.1", "http://127.0.0.1:7878.evil.example", "",
        ] {
            #expect(try fault(keeper, list) { $0.origins = [origin] } == 403, "\(origin)")
        }
        let own = "http://127.0.0.1:7878"
        #expect(try fault(keeper, list) { $0.origins = [own, own] } == 403)
        for site in ["cross-site", "same-site"] {
            #expect(try fault(keeper, list) { $0.site = site } == 403)
            // A link of elsewhere may lead to the page.
            #expect(try fault(keeper, page) { $0.site = site } == nil)
        }
    }

    @Test func changesNeedWhatOnlyOurScriptsSend() throws {
        let keeper = Gatekeeper(host: "127.0.0.1", port: 7878, token: nil, machine: "box")
        for method in ["POST", "PATCH", "DELETE"] {
            #expect(try fault(keeper, list, method: method) == nil)
            #expect(try fault(keeper, list, method: method) { $0.mark = nil } == 403)
            #expect(try fault(keeper, list, method: method) { $0.mark = "0" } == 403)
            for kind in [
                nil, "text/plain", "application/x-www-form-urlencoded", "application/jsonx",
            ] {
                #expect(try fault(keeper, list, method: method) { $0.contentType = kind } == 415)
            }
            let kind = "application/json; charset=utf-8"
            #expect(try fault(keeper, list, method: method) { $0.contentType = kind } == nil)
        }
        let uploads = RequestTarget("/api/uploads?name=a.csv")
        #expect(try fault(keeper, uploads, method: "POST") == 415)
    }

    @Test func tokenIsAskedForEverywhere() throws {
        let keeper = Gatekeeper(host: "0.0.0.0", port: 7878, token: "secret-token", machine: "box")
        #expect(try fault(keeper, page) == 401)
        #expect(try fault(keeper, list) == 401)
        #expect(try fault(keeper, list) { $0.authorization = "Bearer secret-token" } == nil)
        #expect(try fault(keeper, list) { $0.authorization = "Bearer secret-tokem" } == 401)
        #expect(try fault(keeper, list) { $0.authorization = "Bearer secret-token2" } == 401)
        #expect(try fault(keeper, list) { $0.authorization = "Bearer " } == 401)
        #expect(try fault(keeper, list) { $0.cookies = ["a=b; kalsae-7878=secret-token"] } == nil)
        #expect(try fault(keeper, list) { $0.cookies = ["kalsae-7879=secret-token"] } == 401)
        // The token in an address opens the page and nothing else.
        #expect(try fault(keeper, RequestTarget("/?token=secret-token")) == nil)
        #expect(try fault(keeper, RequestTarget("/?token=other")) == 401)
        #expect(try fault(keeper, RequestTarget("/api/runs?token=secret-token")) == 401)
        #expect(keeper.isLogin(try #require(RequestTarget("/?token=secret-token"))))
    }

    @Test func tokenBecomesACookie() throws {
        let server = try TestDashboard(runs: 1) { $0.token = "secret-token" }
        defer { server.stop() }
        #expect(try server.ask("GET", "/api/info").status == 401)
        let answer = try server.ask("GET", "/?token=secret-token")
        #expect(answer.status == 303)
        #expect(answer.headers["location"] == "/")
        let cookie = try #require(answer.headers["set-cookie"])
        #expect(cookie.contains("HttpOnly"))
        #expect(cookie.contains("SameSite=Strict"))
        let pair = try #require(cookie.split(separator: ";").first)
        #expect(try server.ask("GET", "/api/info", headers: ["Cookie: \(pair)"]).status == 200)
    }

    @Test func widerAddressesHaveATokenOfTheirOwn() throws {
        var options = DashboardOptions(folder: "/nowhere")
        options.host = "0.0.0.0"
        let first = try Dashboard(options).options.token
        #expect((first?.count ?? 0) >= 20)
        #expect(try Dashboard(options).options.token != first)
        options.host = "127.0.0.1"
        #expect(try Dashboard(options).options.token == nil)
        options.token = "short"
        #expect(throws: (any Error).self) { try Dashboard(options) }
    }
}
