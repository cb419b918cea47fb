import Foundation
import KalsaeFiles
import Testing

/// Lessons are processes: what they are asked for, how many there are, and when they end.
@Suite struct LessonRequestTests {
    private static func ask(_ server: TestDashboard) throws -> RawClient {
        let client = try RawClient(port: server.port, timeout: 1)
        client.send(
            "GET /api/lessons/xor HTTP/1.1\r\nHost: localhost:\(server.port)\r\n\r\n")
        return client
    }

    private static let slow = "echo $$ >> \"$log\"\nexec sleep 60"

    @Test func theQueryBecomesArguments() throws {
        let program = try TestProgram("echo \"\\\"$*\\\"\"")
        defer { program.remove() }
        let server = try TestDashboard(runs: 1) { $0.program = program.path }
        defer { server.stop() }
        for (path, arguments) in [
            ("lessons", "lesson --list --json --language=en"),
            ("lessons/xor", "lesson xor --page --language=en --short"),
            (
                "lessons/xor?hidden=3&theme=dark&language=ko&whole=1&rate=-1e-3",
                "lesson xor --page --language=ko --set=hidden=3 --set=rate=-1e-3 --dark"
            ),
            (
                "lessons/xor?answer=1,%20-2.5",
                "lesson xor --page --language=en --answer=1, -2.5 --short"
            ),
        ] {
            #expect(try server.json("/api/\(path)").string == arguments)
        }
        #expect(try server.json("/api/info")["can"]?["lessons"] == true)
    }

    @Test func nothingElseReachesTheProgram() throws {
        let program = try TestProgram("echo \"$*\" >> \"$log\"; echo 1")
        defer { program.remove() }
        let server = try TestDashboard(runs: 1) { $0.program = program.path }
        defer { server.stop() }
        let paths = [
            "--html=x", "xor?html=x%20y", "xor?-x=1", "xor?rate=1%20--html%20x", "xor?rate=", "x_y",
            "xor?theme=a", "xor?language=--x", "xor?whole=2", "xor?answer=a", "xor?a=b", "%2e",
        ]
        for path in paths {
            let status = try server.ask("GET", "/api/lessons/\(path)").status
            #expect((400..<500).contains(status), "\(path)")
        }
        #expect(program.lines.isEmpty)
    }

    /// A reader who has turned the knob on wants the next one.
    @Test func aLessonEndsWithItsConnection() throws {
        let program = try TestProgram(Self.slow)
        defer { program.remove() }
        let server = try TestDashboard(runs: 1) { $0.program = program.path }
        defer { server.stop() }
        var clients = [try Self.ask(server)]
        #expect(TestProgram.wait { !program.lines.isEmpty })
        let first = try #require(program.lines.first)
        #expect(TestProgram.isThere(first))
        // These wait; two of them are gone before their turn.
        for _ in 0..<3 { clients.append(try Self.ask(server)) }
        usleep(100_000)
        clients.removeSubrange(1...2)
        clients.removeFirst()
        #expect(TestProgram.wait { !TestProgram.isThere(first) })
        #expect(TestProgram.wait { program.lines.count > 1 })
        usleep(100_000)
        #expect(program.lines.count == 2)
        clients = []
        #expect(TestProgram.wait { !TestProgram.isThere(program.lines[1]) })
    }

    @Test func aLessonHoldsUpNobody() throws {
        let program = try TestProgram(Self.slow)
        defer { program.remove() }
        let server = try TestDashboard {
            $0.program = program.path
            $0.limits.lessons = 2
        }
        defer { server.stop() }
        let clients = try (0..<300).map { _ in try Self.ask(server) }
        #expect(TestProgram.wait { !program.lines.isEmpty })
        // Those beyond the limit of lessons are refused, and nobody else is.
        let answers = clients.map { RawAnswer($0.receive { $0.contains("}") }) }
        #expect(answers.count { $0.status == 503 } == 298)
        let run = server.runs[0]
        #expect(try server.ask("GET", "/api/runs").status == 200)
        let sent = try server.ask(
            "POST", "/api/runs/\(run.id)/commands", #"{"verb":"pause","data":{}}"#)
        #expect(sent.status == 200)
        #expect(try server.ask("GET", "/api/runs/\(run.id)/system").status == 200)
        #expect(program.lines.count == 1)
        withExtendedLifetime(clients) {}
    }

    @Test func aProcessThatIsEndedIsAnError() throws {
        let program = try TestProgram("kill -9 $$")
        defer { program.remove() }
        let server = try TestDashboard(runs: 1) { $0.program = program.path }
        defer { server.stop() }
        let answer = try server.ask("GET", "/api/lessons/xor")
        #expect(answer.status == 422)
        #expect(answer.body == #"{"error":"kalsae lesson: ended by signal 9"}"#)
    }
}
