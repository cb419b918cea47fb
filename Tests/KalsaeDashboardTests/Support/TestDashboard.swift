import Foundation
import KalsaeDashboard
import KalsaeFiles
import KalsaeRuns

/// A dashboard of a store with some runs, in a folder that goes with it.
final class TestDashboard: Sendable {
    let folder: String
    let store: Store
    let runs: [Run]
    let dashboard: Dashboard

    var port: Int { dashboard.port }

    init(runs count: Int = 3, change: (inout DashboardOptions) -> Void = { _ in }) throws {
        folder =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("kalsae-dashboard-\(UUID().uuidString)").path
        store = try Store(folder: "\(folder)/runs")
        var runs: [Run] = []
        for index in 0..<count {
            var description = RunDescription(name: "run-\(index)")
            description.tags = index == 0 ? ["pinned", "first"] : []
            description.configuration = ["epochs": .integer(index)]
            let run = try store.createRun(description)
            try store.append(
                (0..<100).map {
                    MetricPoint(step: $0, epoch: $0 / 10, time: $0, value: Double($0 * (index + 1)))
                }, to: "loss", of: run)
            runs.append(run)
        }
        self.runs = runs
        try Data("canary-5f1e".utf8).write(to: URL(fileURLWithPath: "\(folder)/secret.txt"))
        var options = DashboardOptions(folder: "\(folder)/runs")
        options.port = 0
        change(&options)
        dashboard = try Dashboard(options)
        try dashboard.start()
    }

    func stop() {
        dashboard.stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// The answer to a request with the headers that a page's script sends.
    func ask(
        _ method: String = "GET", _ path: String, _ body: String = "", headers: [String] = []
    ) throws -> RawAnswer {
        let client = try RawClient(port: port)
        var lines = ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Connection: close"]
        if method != "GET", method != "HEAD" {
            lines += ["Content-Type: application/json", "X-Kalsae: 1"]
            lines.append("Content-Length: \(body.utf8.count)")
        }
        client.send((lines + headers).joined(separator: "\r\n") + "\r\n\r\n" + body)
        return RawAnswer(client.receive { _ in false })
    }

    /// The JSON of an answer.
    func json(_ path: String) throws -> JSONValue {
        try JSONValue(parsing: try ask("GET", path).body)
    }
}
