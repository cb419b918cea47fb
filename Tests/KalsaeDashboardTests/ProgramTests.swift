import Foundation
import KalsaeFiles
import KalsaeRuns
import Testing

/// Other processes of the server: what they say, and what becomes of them when it ends.
@Suite struct ProgramTests {
    private func upload(_ name: String, to server: TestDashboard) throws -> RawAnswer {
        let client = try RawClient(port: server.port)
        client.send(
            "POST /api/uploads?name=\(name) HTTP/1.1\r\nHost: localhost:\(server.port)\r\n"
                + "Content-Type: application/octet-stream\r\nX-Kalsae: 1\r\nContent-Length: 4\r\n"
                + "Connection: close\r\n\r\na\n1\n")
        return RawAnswer(client.receive { _ in false })
    }

    private static let byName = """
        case "$1$4" in
        data*) case "$3" in
            *bad.csv) echo "error: $3: expected rows, got none; see $3" >&2; exit 1;;
            *) echo "{\\"file\\": \\"$3\\"}";;
            esac;;
        *) echo "error: $2: expected a column" >&2; exit 1;;
        esac
        """

    @Test func errorsNameUploadsAsThePageDoes() throws {
        let program = try TestProgram(Self.byName)
        defer { program.remove() }
        let server = try TestDashboard(runs: 1) { $0.program = program.path }
        defer { server.stop() }
        let refused = try upload("bad.csv", to: server)
        #expect(refused.status == 422)
        #expect(refused.body == #"{"error":"bad.csv: expected rows, got none; see bad.csv"}"#)
        let taken = try JSONValue(parsing: try upload("a.csv", to: server).body)
        #expect(taken["info"] == ["file": "a.csv"])
        let number = try #require(taken["upload"]?.string)
        let answer = try server.ask("POST", "/api/train", #"{"upload":"\#(number)"}"#)
        #expect(answer.status == 422)
        #expect(answer.body == #"{"error":"a.csv: expected a column"}"#)
    }

    /// Files of programs that have answered are closed.
    @Test func answersLeaveNoFilesOpen() throws {
        let program = try TestProgram("echo '{}'")
        defer { program.remove() }
        let server = try TestDashboard(runs: 1) { $0.program = program.path }
        defer { server.stop() }
        func removedFiles() throws -> Int {
            let folder = "/proc/self/fd"
            return try FileManager.default.contentsOfDirectory(atPath: folder).count { name in
                let path = try? FileManager.default.destinationOfSymbolicLink(
                    atPath: "\(folder)/\(name)")
                return path?.contains("kalsae-serve-") == true
            }
        }
        for _ in 0..<40 { _ = try server.json("/api/lessons/xor") }
        // Other tests may have some open for a moment: two for each answer under way.
        #expect(try removedFiles() < 40)
    }

    /// A run is measured on its data, read as then.
    @Test func evaluationsAreOfTheRunsData() throws {
        let program = try TestProgram("echo \"\\\"$*\\\"\"")
        defer { program.remove() }
        let server = try TestDashboard(runs: 1) {
            $0.program = program.path
            $0.sets = ["iris"]
        }
        defer { server.stop() }
        let (model, table) = ("\(server.folder)/m.safetensors", "\(server.folder)/t.csv")
        for file in [model, table] {
            try "x".write(toFile: file, atomically: false, encoding: .utf8)
        }
        func asked(_ configuration: JSONValue, model: String) throws -> JSONValue {
            var description = RunDescription(name: "run")
            (description.modelPath, description.configuration) = (model, configuration)
            let run = try server.store.createRun(description)
            return try server.json("/api/runs/\(run.id)/evaluation")
        }
        let read = try asked(
            [
                "data": .string(table), "separator": ";", "header": false, "skip-lines": 2,
                "seed": 1,
            ],
            model: model)
        #expect(
            read["report"]?.string == "evaluate \(model) \(table) --separator=; --no-header "
                + "--skip-lines=2 --worst=24 --json")
        // An upload has the name that it was given.
        let upload = "\(server.folder)/runs/uploads/0123456789abcdef/a.csv"
        #expect(try asked(["data": .string(upload)], model: model)["data"] == "a.csv")
        let set = try asked(["data": "iris"], model: model)
        #expect(set["report"]?.string == "evaluate \(model) iris --worst=24 --json")
        #expect(try asked(["data": "-"], model: model)["report"] == nil)
        #expect(try asked(["data": "iris"], model: "")["report"] == nil)
    }

    /// A model that a later run has replaced is not measured under the first one's name.
    @Test func aModelOfALaterRunIsRefused() throws {
        let program = try TestProgram("echo '{}'")
        defer { program.remove() }
        let server = try TestDashboard(runs: 0) {
            $0.program = program.path
            $0.sets = ["iris"]
        }
        defer { server.stop() }
        let model = "\(server.folder)/m.safetensors"
        func add(_ text: String) throws -> Run {
            try text.write(toFile: model, atomically: true, encoding: .utf8)
            var description = RunDescription(name: "churn")
            (description.modelPath, description.configuration) = (model, ["data": "iris"])
            let run = try server.store.createRun(description)
            try server.store.record(
                RunArtifact(
                    name: "m", kind: "model", path: model,
                    fingerprint: Store.fingerprint(ofFile: model)), of: run)
            return run
        }
        let (first, second) = (try add("one"), try add("two"))
        for path in ["evaluation", "summary"] {
            let refused = try server.ask("GET", "/api/runs/\(first.id)/\(path)")
            #expect(refused.status == 422)
            #expect(
                refused.body.contains(
                    "m.safetensors: expected the model of run churn, got that of run churn-2"))
            #expect(try server.ask("GET", "/api/runs/\(second.id)/\(path)").status == 200)
        }
    }

    /// The parser of the arguments writes its usage behind an error.
    @Test func errorsOfTheParserAreTold() throws {
        let program = try TestProgram(
            "echo 'error: Missing value' >&2; echo 'Usage: kalsae' >&2; echo '  See' >&2; exit 64")
        defer { program.remove() }
        let server = try TestDashboard(runs: 1) { $0.program = program.path }
        defer { server.stop() }
        let answer = try server.ask("GET", "/api/lessons/xor")
        #expect(answer.status == 422)
        #expect(answer.body == #"{"error":"Missing value"}"#)
    }

    /// A training that refuses its settings before it begins is a wrong request, and no run.
    @Test func branchesThatAreRefusedAreWrongRequests() throws {
        let program = try TestProgram("echo 'error: --set: expected a setting' >&2; exit 1")
        defer { program.remove() }
        let server = try TestDashboard(runs: 1) { $0.program = program.path }
        defer { server.stop() }
        let body = #"{"verb":"branch","data":{"step":0,"set":{"nope":1}}}"#
        let answer = try server.ask("POST", "/api/runs/\(server.runs[0].id)/commands", body)
        #expect(answer.status == 400)
        #expect(answer.body == #"{"error":"--set: expected a setting"}"#)
        #expect(try server.store.runs().count == 1)
    }

    @Test func findingsAreAskedForInALanguage() throws {
        let program = try TestProgram("echo \"\\\"$*\\\"\"")
        defer { program.remove() }
        let server = try TestDashboard(runs: 1) { $0.program = program.path }
        defer { server.stop() }
        let path = "/api/runs/\(server.runs[0].id)/doctor"
        #expect(try server.json(path + "?language=ko").string?.hasSuffix("--language=ko") == true)
        #expect(try server.json(path).string?.hasSuffix("--language=en") == true)
        #expect(try server.ask("GET", path + "?language=--all").status == 400)
    }

    @Test func theEndOfTheServerEndsAnswersButNoTrainings() throws {
        let program = try TestProgram("echo \"$$ $1\" >> \"$log\"\nexec sleep 60")
        defer { program.remove() }
        let server = try TestDashboard(runs: 1) {
            $0.program = program.path
            $0.sets = ["iris"]
        }
        let host = "HTTP/1.1\r\nHost: localhost:\(server.port)\r\n"
        let body = #"{"set":"iris"}"#
        let clients = try (0..<3).map { index in
            let client = try RawClient(port: server.port)
            client.send(
                index < 2
                    ? "GET /api/lessons/xor \(host)\r\n"
                    : "POST /api/train \(host)Content-Type: application/json\r\nX-Kalsae: 1\r\n"
                        + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
            return client
        }
        #expect(TestProgram.wait { program.lines.count == 2 })
        let begin = ContinuousClock.now
        server.stop()
        #expect(begin.duration(to: .now) < .seconds(20))
        let processes = program.lines.map { $0.split(separator: " ").map(String.init) }
        let lesson = try #require(processes.first { $0[1] == "lesson" })
        let training = try #require(processes.first { $0[1] == "train" })
        #expect(TestProgram.wait { !TestProgram.isThere(lesson[0]) })
        #expect(TestProgram.isThere(training[0]))
        if let pid = pid_t(training[0]) { kill(pid, SIGKILL) }
        // What waited was refused; nothing more was begun.
        #expect(program.lines.count == 2)
        for client in clients { #expect(RawAnswer(client.receive { _ in false }).status == 503) }
    }
}
