import Glibc
import KalsaeFiles
import KalsaeRuns
import KalsaeSupport

/// What other processes of `kalsae` answer.
extension Router {
    /// `/api/runs/KEY/summary`.
    func runSummary(_ key: String, _ request: DashboardRequest) throws -> JSONValue {
        let run = try stores.read { try $0.knownRun(key) }
        let model = try modelPath(of: run)
        let result = try programs.output(
            ["summary", model, "--json"], seconds: 60, for: request.presence)
        return try JSONValue(parsing: result, subject: "kalsae summary")
    }

    /// `/api/runs/KEY/doctor`.
    func runDoctor(_ key: String, _ request: DashboardRequest) throws -> JSONValue {
        let run = try stores.read { try $0.knownRun(key) }
        let result = try programs.output(
            ["doctor", run.id, "--runs", options.folder, "--json", try Self.language(request)],
            seconds: 300, for: request.presence)
        return try JSONValue(parsing: result, subject: "kalsae doctor")
    }

    /// How a table was read, which an evaluation is to do again.
    private static let readingOptions = [
        "separator", "decimal", "header", "no-header", "encoding", "missing", "quote",
        "skip-lines", "skip-footer",
    ]

    /// `/api/runs/KEY/evaluation`: the model measured on the run's data.
    func runEvaluation(_ key: String, _ request: DashboardRequest) throws -> JSONValue {
        let run = try stores.read { try $0.knownRun(key) }
        guard let data = run.configuration["data"]?.string, !data.isEmpty, !data.hasPrefix("-")
        else { throw HTTPFault(404, "data: expected a file or a set, which the run does not name") }
        var arguments = ["evaluate", try modelPath(of: run), dataPath(data, of: run)]
        for member in run.configuration.members ?? [] {
            guard Self.readingOptions.contains(member.key) else { continue }
            switch member.value {
            case .bool(true): arguments.append("--\(member.key)")
            case .bool(false): arguments.append("--no-\(member.key)")
            default:
                let word = try Self.word(member.value, of: member.key)
                arguments.append("--\(member.key)=\(word)")
            }
        }
        let bytes = try programs.output(
            arguments + ["--worst=24", "--json"], seconds: 300, for: request.presence)
        let report = try JSONValue(parsing: bytes, subject: "kalsae evaluate")
        return ["data": .string(UploadFolder.named(data, in: options.folder)), "report": report]
    }

    /// The path of a run's data, or the name of a set.
    private func dataPath(_ data: String, of run: Run) -> String {
        let path = data.hasPrefix("/") ? data : "\(run.workingFolder)/\(data)"
        return options.sets.contains(data) || access(path, R_OK) != 0 ? data : path
    }

    /// `POST /api/runs/KEY/predict`.
    func predict(_ request: DashboardRequest, with key: String) throws -> JSONValue {
        guard let predict = options.predict else {
            throw HTTPFault(404, "predict: this server predicts nothing")
        }
        let body = try request.json()
        let run = try stores.read { try $0.knownRun(key) }
        return try predict(try modelPath(of: run), body)
    }

    /// `POST /api/uploads`: what the file is taken for.
    func takeUpload(_ request: DashboardRequest) throws -> JSONValue {
        guard let path = request.upload else { throw HTTPFault(400, "upload: expected a file") }
        do {
            let info = try programs.output(
                ["data", "info", path, "--json", try Self.language(request)], seconds: 120,
                for: request.presence)
            let text = UploadFolder.named(String(decoding: info, as: UTF8.self), in: options.folder)
            return [
                "upload": .string(uploads.name(of: path)),
                "info": try JSONValue(parsing: Array(text.utf8), subject: "kalsae data info"),
            ]
        } catch {
            uploads.remove(path)
            throw error
        }
    }

    /// The path of a run's model, which is a file that is still the run's.
    private func modelPath(of run: Run) throws -> String {
        guard !run.modelPath.isEmpty else {
            throw HTTPFault(404, "model: the run has none")
        }
        let path =
            run.modelPath.hasPrefix("/") ? run.modelPath : "\(run.workingFolder)/\(run.modelPath)"
        guard access(path, R_OK) == 0 else {
            throw HTTPFault(404, "model: expected a file at \(path), got none".printable)
        }
        // A later run may have written its model to the same path.
        try stores.read { try $0.checkModel(of: run) }
        return path
    }
}
