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
        let result = try programs.output(["summary", model], seconds: 60, for: request.presence)
        return ["text": .string(String(decoding: result, as: UTF8.self))]
    }

    /// `/api/runs/KEY/doctor`.
    func runDoctor(_ key: String, _ request: DashboardRequest) throws -> JSONValue {
        let run = try stores.read { try $0.knownRun(key) }
        let result = try programs.output(
            ["doctor", run.id, "--runs", options.folder, "--json"], seconds: 300,
            for: request.presence)
        return try JSONValue(parsing: result, subject: "kalsae doctor")
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
                ["data", "info", path, "--json"], seconds: 120, for: request.presence)
            return [
                "upload": .string(uploads.name(of: path)),
                "info": try JSONValue(parsing: info, subject: "kalsae data info"),
            ]
        } catch {
            uploads.remove(path)
            throw error
        }
    }

    /// The path of a run's model.
    private func modelPath(of run: Run) throws -> String {
        guard !run.modelPath.isEmpty else {
            throw HTTPFault(404, "model: the run has none")
        }
        let path =
            run.modelPath.hasPrefix("/") ? run.modelPath : "\(run.workingFolder)/\(run.modelPath)"
        guard access(path, R_OK) == 0 else {
            throw HTTPFault(404, "model: expected a file at \(path), got none".printable)
        }
        return path
    }
}
