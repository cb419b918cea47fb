import Foundation
import FoundationNetworking
import KalsaeFiles
import Testing

/// What `kalsae serve` has answered by other processes and by models.
@Suite struct ServeLessonsTests {
    /// The command that serves, and its address.
    private struct Served {
        let process: Process
        let address: String
        let errors: String

        init(in folder: CommandRun.Folder) throws {
            var environment: [String: String] = [:]
            environment["KALSAE_DATA"] = dataFolder
            process = try CommandRun.process(
                ["serve", "--port", "0", "--json"], in: folder, environment: environment)
            errors = "\(folder.path)/.serve"
            _ = FileManager.default.createFile(atPath: errors, contents: nil)
            let output = Pipe()
            process.standardOutput = output
            process.standardError = FileHandle(forWritingAtPath: errors)
            try process.run()
            var line = Data()
            while !line.contains(10) {
                let part = output.fileHandleForReading.availableData
                guard !part.isEmpty else { break }
                line += part
            }
            let json = try JSONValue(parsing: String(decoding: line, as: UTF8.self))
            address = try #require(json["address"]?.string)
        }

        func get(_ path: String) throws -> JSONValue {
            let text = try Data(contentsOf: #require(URL(string: "\(address)\(path)")))
            return try JSONValue(parsing: String(decoding: text, as: UTF8.self))
        }

        func post(_ path: String, _ body: JSONValue) async throws -> JSONValue {
            var request = URLRequest(url: try #require(URL(string: "\(address)\(path)")))
            request.httpMethod = "POST"
            request.httpBody = Data(body.bytes)
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
            request.setValue("1", forHTTPHeaderField: "X-Kalsae")
            let (data, _) = try await URLSession.shared.data(for: request)
            return try JSONValue(parsing: String(decoding: data, as: UTF8.self))
        }
    }

    /// The same lesson as `kalsae lesson` has, in the asked language, with the reader's numbers.
    @Test func aLessonIsCarriedOutForThePage() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let server = try Served(in: folder)
        defer { server.process.terminate() }
        let list = try server.get("api/lessons?language=ko")["lessons"]?.array ?? []
        let known = try CommandRun(["lesson", "--list", "--language", "ko", "--json"], in: folder)
        #expect(try list == known.json["lessons"]?.array)
        let lesson = try server.get("api/lessons/perceptron?language=en&theme=dark")
        #expect(lesson["title"]?.string == "Perceptron and logic gates")
        #expect(lesson["checks"]?.array?.allSatisfy { $0["passed"] == true } ?? false)
        let kinds = Set(lesson["exhibits"]?.array?.compactMap { $0["kind"]?.string } ?? [])
        #expect(kinds == ["table", "figure"])
        // A gate that says 1 at (1, 0) alone, as the exercise asks for: all four answers right.
        let right = try server.get("api/lessons/perceptron?answer=1,-1,-0.5")["verdict"]?.array
        #expect(right?.isEmpty == false && right?.allSatisfy { $0 == true } ?? false)
    }

    /// Ctrl-C ends a lesson that goes on, and says nothing of it.
    @Test func anInterruptEndsItQuietly() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let server = try Served(in: folder)
        let asked = Process()
        asked.executableURL = URL(fileURLWithPath: "/bin/bash")
        let port = server.address.split(separator: ":").last?.prefix { $0.isNumber } ?? ""
        let lesson = "GET /api/lessons/deep-convnet?whole=1 HTTP/1.1\\r\\nHost: 127.0.0.1:\(port)"
        asked.arguments = [
            "-c",
            "exec 3<>/dev/tcp/127.0.0.1/\(port); printf '\(lesson)\\r\\n\\r\\n' >&3; cat <&3",
        ]
        asked.standardOutput = FileHandle.nullDevice
        try asked.run()
        usleep(500_000)
        let begin = ContinuousClock.now
        kill(server.process.processIdentifier, SIGINT)
        server.process.waitUntilExit()
        #expect(begin.duration(to: .now) < .seconds(20))
        #expect(server.process.terminationStatus == 0)
        #expect(server.process.terminationReason == .exit)
        asked.waitUntilExit()
        let said = try String(contentsOfFile: server.errors, encoding: .utf8)
        #expect(said.split(separator: "\n").count == 1, "\(said)")
    }

    /// What answers is gone with a server that is killed.
    @Test(.enabled(if: dataFolder != nil, "needs the public data sets"))
    func aLessonEndsWithItsServer() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let server = try Served(in: folder)
        let lesson = "characters-lstm"
        func isThere() -> Bool {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
            return names.contains { name in
                guard Int(name) != nil,
                    let bytes = FileManager.default.contents(
                        atPath: "/proc/\(name)/cmdline")
                else { return false }
                let words = String(decoding: bytes, as: UTF8.self).split(separator: "\0")
                return words.contains("--page") && words.contains { $0 == lesson }
            }
        }
        func waits(until isDone: () -> Bool) -> Bool {
            for _ in 0..<600 where !isDone() { usleep(20_000) }
            return isDone()
        }
        let address = server.address
        Thread.detachNewThread {
            _ = try? Data(contentsOf: URL(string: "\(address)api/lessons/\(lesson)?whole=1")!)
        }
        #expect(waits { isThere() })
        // It has begun to watch when it computes.
        usleep(500_000)
        kill(server.process.processIdentifier, SIGKILL)
        #expect(waits { !isThere() })
    }

    /// What is wrong with a row is not told of a file that nobody knows.
    @Test func aRowIsCalledTheRow() async throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        try folder.write(
            "a,b\n" + (0..<40).map { "\($0),\($0 % 2)\n" }.joined(), to: "table.csv")
        let trained = try CommandRun(
            ["train", "table.csv", "--target", "b", "--network", "1-4-2", "--epochs", "1"],
            in: folder)
        #expect(trained.status == 0, "\(trained.errors)")
        let server = try Served(in: folder)
        defer { server.process.terminate() }
        let key = try #require(
            server.get("api/runs")["runs"]?.array?.first?["key"]?.string)
        let row: JSONValue = ["row": ["wrong": "1"]]
        let answer = try await server.post("api/runs/\(key)/predict", row)
        let error = try #require(answer["error"]?.string)
        #expect(error.hasPrefix("the row"), "\(error)")
    }
}
