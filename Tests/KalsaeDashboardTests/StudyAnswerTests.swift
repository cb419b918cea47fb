import Foundation
import KalsaeFiles
import KalsaeRuns
import KalsaeSearch
import Testing

@Suite struct StudyAnswerTests {
    /// A server with a study of twelve trials: x from 0 to 11, whose square is its value.
    private func served(_ body: (TestDashboard) throws -> Void) throws {
        let server = try TestDashboard(runs: 1)
        defer { server.stop() }
        let space = try SearchSpace([
            Parameter("x", .real(low: 0, high: 20, scale: .linear, step: nil)),
            Parameter("n", .integer(low: 1, high: 9, scale: .linear, step: 1)),
        ])
        let study = try Study("s 1", in: server.store, space: space)
        for index in 0..<12 {
            var parameters = Assignment()
            parameters["x"] = .real(Double(index))
            parameters["n"] = .integer(1 + index % 9)
            _ = try study.enqueue(parameters)
            let trial = try study.ask()
            if index == 0 { try study.attach(run: server.runs[0].id, to: trial) }
            _ = try trial.report(Double(index), step: 1)
            try study.tell(trial, Double(index * index))
        }
        try body(server)
    }

    @Test func showsStudiesAndTheirTrials() throws {
        try served { server in
            let list = try #require(try server.json("/api/studies")["studies"]?.array?.first)
            #expect(list["name"] == "s 1")
            #expect(list["trials"] == 12)
            #expect(list["states"] == ["complete": 12])
            #expect(list["best"]?["number"] == 0)
            let study = try server.json("/api/studies/s%201")
            let trials = try #require(study["trials"]?.array)
            #expect(trials.count == 12)
            #expect(trials[3]["parameters"]?["x"]?.number == 3)
            #expect(trials[3]["objectives"]?.array?.first?.number == 9)
            #expect(trials[3]["state"] == "complete")
            #expect(trials[3]["run"] == .null)
            #expect(study["directions"] == ["minimize"])
            let reports = try server.json("/api/studies/s%201/reports")
            #expect(reports["trials"]?.members?.count == 12)
            let importance = try server.json("/api/studies/s%201/importance")
            let shares = try #require(importance["parameters"]?.array).compactMap {
                $0["share"]?.number
            }
            #expect(abs(shares.reduce(0, +) - 1) < 1e-9)
            #expect(try server.ask("GET", "/api/studies/none").status == 404)
        }
    }

    @Test func runsOfStudiesAreLeftOutOfTheList() throws {
        try served { server in
            let all = try server.json("/api/runs")
            let others = try server.json("/api/runs?trials=0")
            #expect(all["total"] == 1 && others["total"] == 0)
        }
    }

    @Test func narrowsAndForks() throws {
        try served { server in
            let path = "/api/studies/s%201/actions"
            let narrowed = try server.ask(
                "POST", path, #"{"action":"narrow","ranges":{"x":[2,5],"n":[2,4]}}"#)
            #expect(narrowed.status == 200)
            let space = try #require(
                try server.json("/api/studies/s%201")["space"]?["parameters"]?.array)
            #expect(space[0]["real"]?.array?.compactMap(\.number) == [2, 5])
            #expect(space[1]["integer"] == [2, 4])
            for bad in [
                #"{"action":"narrow","ranges":{"x":[5,2]}}"#,
                #"{"action":"narrow","ranges":{"y":[1,2]}}"#,
                #"{"action":"narrow","ranges":{"n":[8,1e300]}}"#,
                #"{"action":"narrow","ranges":{"n":[-1e19,3]}}"#,
                #"{"action":"narrow"}"#, #"{"action":"fork"}"#, #"{"action":"extend","trials":0}"#,
            ] {
                #expect(try server.ask("POST", path, bad).status == 400, "\(bad)")
            }
            #expect(try server.ask("POST", path, #"{"action":"stop"}"#).status == 409)
            #expect(try server.ask("POST", path, #"{"action":"kill","trial":3}"#).status == 409)
            let forked = try server.ask("POST", path, #"{"action":"fork","name":"s 2"}"#)
            #expect(forked.status == 200)
            #expect(try server.json("/api/studies")["studies"]?.array?.count == 2)
            #expect(try server.ask("POST", path, #"{"action":"fork","name":"s 2"}"#).status == 409)
        }
    }

    /// A study's name is an argument and a part of addresses.
    @Test(arguments: ["", ".", "..", #"a\\b"#, #"n\u0000x"#, #"a\nb"#])
    func namesThatNoStudyCanHaveAreRefused(_ name: String) throws {
        let program = try TestProgram("exit 0")
        defer { program.remove() }
        let server = try TestDashboard(runs: 0) {
            $0.program = program.path
            $0.sets = ["iris"]
        }
        defer { server.stop() }
        let answer = try server.ask(
            "POST", "/api/search", #"{"set":"iris","name":"\#(name)","trials":1}"#)
        #expect(answer.status == 400 && answer.body.contains("name: expected"), "\(answer.body)")
    }

    /// A search is a process that has begun once its study is there.
    @Test func searchesAreStarted() throws {
        let program = try TestProgram("echo \"$$ $*\" >> \"$log\"\nexec sleep 60")
        defer { program.remove() }
        let server = try TestDashboard(runs: 0) {
            $0.program = program.path
            $0.sets = ["iris"]
        }
        defer { server.stop() }
        let body =
            #"{"set":"iris","name":"a b","trials":30,"minutes":2,"options":{"optimizer":"adam"}}"#
        let client = try RawClient(port: server.port, timeout: 30)
        client.send(
            "POST /api/search HTTP/1.1\r\nHost: localhost:\(server.port)\r\n"
                + "Content-Type: application/json\r\nX-Kalsae: 1\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
        #expect(TestProgram.wait { !program.lines.isEmpty })
        let words = try #require(program.lines.first).split(separator: " ", maxSplits: 1)
        #expect(
            words[1] == "search iris --study=a b --optimizer=adam --trials=30 --time=2min "
                + "--runs=\(server.folder)/runs --quiet")
        let space = try SearchSpace([
            Parameter("x", .real(low: 0, high: 1, scale: .linear, step: nil))
        ])
        _ = try Study("a b", in: server.store, space: space)
        let answer = RawAnswer(client.receive { $0.contains("}") })
        #expect(answer.status == 200 && answer.body == #"{"study":"a b"}"#)
        for (body, status) in [
            (body, 409), (#"{"set":"iris"}"#, 400), (#"{"set":"other","name":"c"}"#, 400),
            (#"{"set":"iris","name":"c","trials":0}"#, 400),
            (#"{"set":"iris","name":"c","minutes":"1"}"#, 400),
            (#"{"set":"iris","name":"c","options":{"output":"x"}}"#, 400),
            (#"{"set":"iris","name":"c","options":{"effort":"best"}}"#, 400),
        ] {
            #expect(try server.ask("POST", "/api/search", body).status == status, "\(body)")
        }
        #expect(program.lines.count == 1)
        if let pid = pid_t(words[0]) { kill(pid, SIGKILL) }
    }

    @Test func trialsThatChangeComeToTheStream() throws {
        try served { server in
            let client = try RawClient(port: server.port, timeout: 20)
            client.send(
                "GET /api/stream?study=s%201 HTTP/1.1\r\nHost: localhost:\(server.port)\r\n\r\n")
            _ = client.receive { $0.contains("event: ready") }
            let study = try Study("s 1", in: server.store)
            let trial = try study.ask()
            let begun = client.receive { $0.contains("event: trial") }
            #expect(begun.contains("\"number\":12"))
            #expect(begun.contains("\"state\":\"running\""))
            try study.tell(trial, 0.5)
            #expect(client.receive { $0.contains("\"complete\"") }.contains("\"objectives\":[0.5]"))
        }
    }
}
