import Foundation
import KalsaeFiles
import KalsaeRuns
import Testing

@Suite struct StreamTests {
    /// Opens a stream and waits until it is there.
    private func open(
        _ server: TestDashboard, _ query: String, last: String? = nil, buffer: Int? = nil
    ) throws -> (client: RawClient, text: String) {
        let client = try RawClient(port: server.port, timeout: 20, buffer: buffer)
        let header = last.map { "Last-Event-ID: \($0)\r\n" } ?? ""
        client.send(
            "GET /api/stream?\(query) HTTP/1.1\r\nHost: localhost:\(server.port)\r\n\(header)\r\n")
        return (client, client.receive { $0.contains("event: ready") })
    }

    /// The data of the events of a kind.
    private func data(_ text: String, _ kind: String) throws -> [JSONValue] {
        try text.components(separatedBy: "event: \(kind)\ndata: ").dropFirst().compactMap { part in
            let line = part.prefix { $0 != "\n" }
            return try JSONValue(parsing: String(line))
        }
    }

    @Test func whatATrainerRecordsComesToTheStream() throws {
        let server = try TestDashboard()
        defer { server.stop() }
        let run = server.runs[0]
        let (client, head) = try open(server, "runs=\(run.id)&list=1")
        #expect(head.hasPrefix("HTTP/1.1 200"))
        #expect(head.lowercased().contains("content-type: text/event-stream"))
        let recorder = RunRecorder(run, in: server.store)
        let begin = ContinuousClock.now
        recorder.metric("loss", step: 100, epoch: 10, value: 0.5)
        var text = client.receive { $0.contains("event: points") }
        // Usually 150 to 350 ms; the machine of the test may be busy.
        #expect(ContinuousClock.now - begin < .seconds(5))
        let points = try #require(try data(text, "points").first)
        #expect(points["run"]?.string == run.id)
        #expect(points["metric"] == "loss")
        #expect(points["from"] == 100)
        #expect(points["step"] == [100])
        #expect(points["value"] == [0.5])
        recorder.event("change", step: 101, data: ["rate": 0.1])
        text += client.receive { $0.contains("event: event") }
        #expect(try data(text, "event").first?["kind"] == "change")
        let sent = try server.store.send("pause", author: "a", to: run)
        text += client.receive { $0.contains("event: command") }
        #expect(try data(text, "command").first?["id"]?.integer == sent.id)
        #expect(try data(text, "command").first?["state"] == "pending")
        recorder.answer(sent, .applied, step: 102, "paused")
        text = client.receive { $0.contains("\"applied\"") }
        #expect(text.contains("paused"))
        recorder.finish(state: .finished)
        text = client.receive { $0.contains("\"state\":\"finished\"") }
        #expect(text.contains("event: run"))
    }

    @Test func listTellsOfNewAndDeletedRuns() throws {
        let server = try TestDashboard()
        defer { server.stop() }
        let (client, _) = try open(server, "list=1")
        let run = try server.store.createRun(RunDescription(name: "fresh"))
        var text = client.receive { $0.contains("fresh") }
        #expect(try data(text, "run").contains { $0["key"]?.string == run.id })
        try server.store.finish(run, .finished)
        _ = client.receive { $0.contains("finished") }
        try server.store.delete(run, files: false)
        text = client.receive { $0.contains("event: removed") }
        #expect(try data(text, "removed").first?["run"]?.string == run.id)
    }

    @Test func eachStreamHasOnlyWhatItAskedFor() throws {
        let server = try TestDashboard()
        defer { server.stop() }
        let (one, _) = try open(server, "runs=\(server.runs[1].id)")
        let (other, _) = try open(server, "runs=\(server.runs[2].id)")
        let point = MetricPoint(step: 100, value: 7)
        try server.store.append([point], to: "loss", of: server.runs[1])
        let first = one.receive { $0.contains("event: points") }
        #expect(first.contains(server.runs[1].id))
        try server.store.append([point], to: "loss", of: server.runs[2])
        let second = other.receive { $0.contains("event: points") }
        #expect(second.contains(server.runs[2].id))
        #expect(!second.contains(server.runs[1].id))
    }

    @Test func readerThatComesAgainGetsWhatItMissed() throws {
        let server = try TestDashboard()
        defer { server.stop() }
        let query = "runs=\(server.runs[0].id)"
        let (stays, head) = try open(server, query)
        let (leaves, _) = try open(server, query)
        let id = try #require(head.components(separatedBy: "id: ").last?.prefix { $0 != "\n" })
        _ = consume leaves
        for step in 100..<103 {
            try server.store.append(
                [MetricPoint(step: step, value: 1)], to: "loss", of: server.runs[0])
            _ = stays.receive { $0.contains("\"step\":[\(step)") || $0.contains(",\(step)]") }
        }
        let (_, text) = try open(server, query, last: String(id))
        let missed = try data(text, "points").flatMap { $0["step"]?.array ?? [] }
        #expect(missed == [100, 101, 102])
        let (_, unknown) = try open(server, query, last: "123-4")
        #expect(unknown.contains("event: reset"))
    }

    /// The steps of the points that come, until there are so many.
    private func steps(_ client: RawClient, count: Int) throws -> [Int] {
        var (steps, rest) = ([Int](), [UInt8]())
        while steps.count < count, let part = client.receive(), !part.isEmpty {
            rest += part
            guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else { continue }
            for line in rest[..<end].split(separator: UInt8(ascii: "\n")) {
                let text = String(decoding: line, as: UTF8.self)
                guard text.hasPrefix("data: "), text.contains("\"step\":[") else { continue }
                let json = try JSONValue(parsing: String(text.dropFirst(6)))
                steps += json["step"]?.array?.compactMap(\.integer) ?? []
            }
            rest.removeSubrange(...end)
        }
        return steps
    }

    /// A reader that reads nothing loses its own connection; the others get every point.
    @Test func slowReadersHoldUpNobody() throws {
        let server = try TestDashboard {
            $0.limits.streamBytes = 500_000
            $0.limits.streamSeconds = 600
        }
        defer { server.stop() }
        let run = server.runs[0]
        let (slow, _) = try open(server, "runs=\(run.id)", buffer: 4096)
        let (quick, _) = try open(server, "runs=\(run.id)")
        let count = 50_000
        let writer = Thread { [store = server.store] in
            for first in stride(from: 0, to: count, by: 500) {
                let points = (first..<first + 500).map {
                    MetricPoint(step: 100 + $0, value: Double($0) / 7)
                }
                try? store.append(points, to: "loss", of: run)
            }
        }
        writer.start()
        #expect(try steps(quick, count: count) == Array(100..<100 + count))
        #expect(slow.ends())
    }

    @Test func streamsBeyondTheLimitAreRefused() throws {
        let server = try TestDashboard(runs: 1) { $0.limits.streams = 2 }
        defer { server.stop() }
        let first = try open(server, "list=1")
        let second = try open(server, "list=1")
        #expect(first.text.contains("event: ready") && second.text.contains("event: ready"))
        let third = try RawClient(port: server.port)
        third.send("GET /api/stream?list=1 HTTP/1.1\r\nHost: localhost:\(server.port)\r\n\r\n")
        #expect(third.ends())
    }
}
