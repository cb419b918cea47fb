import Foundation
import KalsaeFiles
import KalsaeRuns
import Testing

@Suite struct HostileTests {
    /// Names and sizes of all files of a folder, without what SQLite keeps beside its file.
    private func files(_ folder: String) -> [String] {
        var names: [String] = []
        let all = FileManager.default.enumerator(atPath: folder)
        while let name = all?.nextObject() as? String {
            if !name.hasSuffix("-shm"), !name.hasSuffix("-wal") { names.append(name) }
        }
        return names.sorted()
    }

    @Test func hostileRequestsAreRefusedAndChangeNothing() throws {
        let server = try TestDashboard {
            $0.limits.uploadBytes = 2_000_000
            $0.limits.headerSeconds = 1
            $0.limits.bodySeconds = 1
            $0.sets = ["iris"]
        }
        defer { server.stop() }
        let target = HostileTarget(port: server.port, run: server.runs[0].id)
        let cases = target.all
        #expect(cases.count >= 200)
        let before = files(server.folder)
        let runs = try server.store.runs()
        for hostile in cases {
            let client = try RawClient(port: server.port)
            client.send(hostile.bytes)
            let text = client.receive { _ in false }
            #expect(!text.contains("canary-5f1e"), "\(hostile.name)")
            // Each answer is a refusal, or there is none.
            let answers = text.components(separatedBy: "HTTP/1.1 ").dropFirst()
            for answer in answers {
                let status = Int(answer.prefix(3)) ?? 0
                #expect((400..<600).contains(status), "\(hostile.name): \(answer.prefix(200))")
            }
            #expect(answers.count <= 1, "\(hostile.name)")
        }
        #expect(try server.ask("GET", "/api/info").status == 200)
        #expect(try server.store.runs() == runs)
        for run in runs { #expect(try server.store.commands(of: run).isEmpty) }
        // Nothing is left of uploads that were refused.
        #expect(files(server.folder).filter { $0 != "runs/uploads" } == before)
    }

    @Test func halfOpenConnectionsEnd() throws {
        let server = try TestDashboard(runs: 1) { $0.limits.headerSeconds = 1 }
        defer { server.stop() }
        let texts = ["", "GET", "GET /api/info HTTP/1.1\r\n", "GET /api/info HTTP/1.1\r\nHost: x"]
        let clients = try (0..<100).map { index in
            let client = try RawClient(port: server.port, timeout: 15)
            client.send(texts[index % texts.count])
            return client
        }
        #expect(try server.ask("GET", "/api/info").status == 200)
        for client in clients { #expect(client.ends()) }
        #expect(try server.ask("GET", "/api/info").status == 200)
    }

    /// A byte now and then keeps no connection open.
    @Test func slowBodiesEnd() throws {
        let server = try TestDashboard(runs: 1) { $0.limits.bodySeconds = 1 }
        defer { server.stop() }
        let client = try RawClient(port: server.port, timeout: 15)
        let target = HostileTarget(port: server.port, run: server.runs[0].id)
        let path = "/api/runs/\(server.runs[0].id)/commands"
        client.send(
            target.request("POST", path, body: String(repeating: " ", count: 1000)).dropLast(900)
                .description)
        var sent = 0
        while sent < 150, client.send(" ") {
            usleep(100_000)
            sent += 1
        }
        #expect(sent < 150)
        #expect(try server.store.commands(of: server.runs[0]).isEmpty)
    }

    /// Those who ask for nothing give their place up, the oldest first; streams keep theirs.
    @Test func connectionsBeyondTheLimitAreClosed() throws {
        let server = try TestDashboard(runs: 1) { $0.limits.connections = 20 }
        defer { server.stop() }
        let rest = " HTTP/1.1\r\nHost: localhost:\(server.port)\r\n\r\n"
        func streams(_ count: Int) throws -> [RawClient] {
            try (0..<count).map { _ in
                let client = try RawClient(port: server.port)
                client.send("GET /api/stream?list=1" + rest)
                #expect(client.receive { $0.contains("ready") }.hasPrefix("HTTP/1.1 200"))
                return client
            }
        }
        let first = try streams(10)
        let silent = try (0..<10).map { index in
            let client = try RawClient(port: server.port)
            if index % 2 == 0 { client.send("GET") }
            usleep(20_000)
            return client
        }
        for index in 0..<10 {
            let late = try RawClient(port: server.port)
            late.send("GET /api/info" + rest)
            #expect(late.receive { $0.contains("version") }.hasPrefix("HTTP/1.1 200"), "\(index)")
        }
        #expect(silent[0].ends())
        // Nobody is left who could give a place up.
        let more = try streams(10)
        #expect(try RawClient(port: server.port).ends())
        withExtendedLifetime((first, silent, more)) {}
    }

    @Test func refusalsAreTold() throws {
        let said = SaidLines()
        let server = try TestDashboard(runs: 1) { $0.say = { said.say($0) } }
        defer { server.stop() }
        #expect(try server.ask("PUT", "/api/info").status == 405)
        #expect(said.lines.contains { $0.contains("refused: 405") })
    }
}
