import Foundation
import KalsaeFiles
import KalsaeRuns
import Testing

@Suite struct DashboardAnswerTests {
    @Test func listsRunsInOrderWithTheirLastValues() throws {
        let server = try TestDashboard()
        defer { server.stop() }
        let list = try server.json("/api/runs?sort=metric:loss&order=desc")
        #expect(list["total"] == 3)
        let runs = try #require(list["runs"]?.array)
        // The pinned run comes first, whatever its loss.
        #expect(runs.map { $0["name"]?.string } == ["run-0", "run-2", "run-1"])
        #expect(runs[1]["metrics"]?["loss"]?.number == 297.0)
        #expect(runs[1]["step"] == 99)
        #expect(runs[1]["epoch"] == 9)
        #expect(try server.json("/api/runs?search=run-1")["total"] == 1)
        #expect(try server.json("/api/runs?tag=first")["total"] == 1)
        #expect(try server.json("/api/runs?state=finished")["total"] == 0)
        let page = try server.json("/api/runs?sort=name&limit=1&offset=1")
        #expect(page["total"] == 3)
        #expect(page["runs"]?.array?.map { $0["name"]?.string } == ["run-1"])
    }

    /// Runs for the page of digits: those with a model of so many numbers.
    @Test func listsRunsByWhatTheirModelsRead() throws {
        let server = try TestDashboard(runs: 0)
        defer { server.stop() }
        for (name, data, model) in [
            ("digits", "70 + 15 + 15 rows of 784 numbers, 0a1b", "digits.safetensors"),
            ("no model", "70 + 15 + 15 rows of 784 numbers, 0a1b", ""),
            ("iris", "150 rows of 4 numbers, 0a1b", "iris.safetensors"),
            ("text", "1 rows of", "text.safetensors"),
        ] {
            var description = RunDescription(name: name)
            (description.dataFingerprint, description.modelPath) = (data, model)
            _ = try server.store.createRun(description)
        }
        let found = try server.json("/api/runs?reads=784")["runs"]?.array
        #expect(found?.map { $0["name"]?.string } == ["digits"])
    }

    @Test func tellsOfARunWhatTheStoreHas() throws {
        let server = try TestDashboard()
        defer { server.stop() }
        let run = server.runs[1]
        try server.store.record([RunEvent("change", step: 5)], of: run)
        let details = try server.json("/api/runs/\(run.id)")
        #expect(details["key"]?.string == run.id)
        #expect(details["configuration"] == ["epochs": 1])
        #expect(details["pid"]?.integer == run.process.pid)
        let metric = try #require(details["metrics"]?.array?.first)
        #expect(metric["count"] == 100)
        #expect(metric["high"]?.number == 198)
        #expect(metric["highStep"] == 99)
        let events = try server.json("/api/runs/\(run.id)/events")
        #expect(events["events"]?.array?.count == 1)
        #expect(events["events"]?.array?.first?["kind"] == "change")
        let use = try server.json("/api/runs/\(run.id)/system")
        #expect((use["memory"]?.integer ?? 0) > 1 << 20)
    }

    @Test func pointsHaveAbsoluteTimesAndKeepTheirPeaks() throws {
        let server = try TestDashboard()
        defer { server.stop() }
        let run = server.runs[0]
        try server.store.append(
            [MetricPoint(step: 100, time: 100, value: 1e6), MetricPoint(step: 101, value: .nan)],
            to: "loss", of: run)
        let all = try server.json("/api/points?run=\(run.id)&metric=loss")
        #expect(all["count"] == 102)
        #expect(all["value"]?.array?.count == 102)
        #expect(all["value"]?.array?.last == .null)
        #expect(all["time"]?.array?[100].integer == run.created + 100)
        let thin = try server.json("/api/points?run=\(run.id)&metric=loss&limit=10")
        let values = try #require(thin["value"]?.array)
        #expect(values.count <= 10)
        #expect(values.contains { $0.number == 1e6 })
        let part = try server.json("/api/points?run=\(run.id)&metric=loss&from=10&to=12")
        #expect(part["step"] == [10, 11, 12])
    }

    @Test func changesWhatAPersonSaysOfARun() throws {
        let server = try TestDashboard()
        defer { server.stop() }
        let run = server.runs[1]
        let changed = try server.ask(
            "PATCH", "/api/runs/\(run.id)", #"{"name":"새 이름","note":"a","tags":["x","y"]}"#)
        #expect(changed.status == 200)
        let now = try server.store.run(run.id)
        #expect(now.name == "새 이름")
        #expect(now.note == "a")
        #expect(now.tags == ["x", "y"])
        let sent = try server.ask(
            "POST", "/api/runs/\(run.id)/commands", #"{"verb":"set","data":{"learningRate":0.1}}"#)
        #expect(sent.status == 200)
        let command = try #require(try server.store.commands(of: run).first)
        #expect(command.verb == "set")
        #expect(command.data == ["learningRate": 0.1])
        #expect(try server.ask("DELETE", "/api/runs/\(run.id)").status == 422)
        try server.store.finish(run, .finished)
        #expect(try server.ask("DELETE", "/api/runs/\(run.id)?files=1").status == 200)
        #expect(try server.json("/api/runs")["total"] == 2)
        #expect(try server.ask("GET", "/api/runs/\(run.id)").status == 404)
    }

    @Test func keepsAConnectionForSeveralRequests() throws {
        let server = try TestDashboard()
        defer { server.stop() }
        let client = try RawClient(port: server.port)
        let request = "GET /api/info HTTP/1.1\r\nHost: localhost:\(server.port)\r\n\r\n"
        client.send(request + request + request)
        let text = client.receive { $0.components(separatedBy: "HTTP/1.1 200").count > 3 }
        #expect(text.components(separatedBy: "HTTP/1.1 200 OK").count - 1 == 3)
    }

    /// A store in a folder whose name takes more bytes than characters.
    @Test func uploadsAreFoundAgainWhateverTheFolderIsCalled() throws {
        let program = try TestProgram("echo '{\"rows\": 1}'")
        defer { program.remove() }
        let server = try TestDashboard {
            $0.folder += "/실험 기록"
            $0.program = program.path
        }
        defer { server.stop() }
        let client = try RawClient(port: server.port)
        client.send(
            "POST /api/uploads?name=a.csv HTTP/1.1\r\nHost: localhost:\(server.port)\r\n"
                + "Content-Type: application/octet-stream\r\nX-Kalsae: 1\r\nContent-Length: 4\r\n"
                + "Connection: close\r\n\r\na\n1\n")
        let answer = RawAnswer(client.receive { _ in false })
        #expect(answer.status == 200)
        let name = try #require(JSONValue(parsing: answer.body)["upload"]?.string)
        #expect(name.count == 16)
        let kept = "\(server.folder)/runs/실험 기록/uploads/\(name)/a.csv"
        #expect(FileManager.default.fileExists(atPath: kept))
    }

    @Test func answersWithoutAStore() throws {
        let server = try TestDashboard { $0.folder += "/none" }
        defer { server.stop() }
        #expect(try server.json("/api/runs")["total"] == 0)
        #expect(try server.json("/api/studies")["studies"] == [])
        #expect(try server.ask("GET", "/api/runs/0123456789").status == 404)
    }
}
