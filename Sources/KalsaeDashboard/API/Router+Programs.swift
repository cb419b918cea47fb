import Glibc
import KalsaeFiles
import KalsaeRuns
import KalsaeSupport

/// What other processes of `kalsae` answer.
extension Router {
    /// Options of `kalsae train` that the page may give, with what their values may hold.
    private static let trainOptions: [String: Set<Character>] = [
        "target": [], "name": [], "column": [], "effort": letters, "epochs": digits,
        "batch": digits,
        "network": letters.union(digits).union("-"), "optimizer": letters.union(digits),
        "learning-rate": digits.union(".e-+"), "seed": digits,
        "checkpoint-every": letters.union(digits),
        "log-gradients": letters, "validation": digits.union("."), "test": digits.union("."),
        "patience": digits, "activation": letters.union(digits).union("-"), "schedule": letters,
    ]
    private static let letters = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    private static let digits = Set("0123456789")

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

    /// `POST /api/train`.
    func train(_ request: DashboardRequest) throws -> JSONValue {
        let body = try request.json()
        var arguments = ["train"]
        if let set = body["set"]?.string {
            guard options.sets.contains(set) else {
                throw HTTPFault(400, "set: expected \(options.sets.joined(separator: ", "))")
            }
            arguments.append(set)
        } else {
            arguments.append(try uploads.path(of: body["upload"]?.string ?? ""))
        }
        for member in body["options"]?.members ?? [] {
            guard let allowed = Self.trainOptions[member.key] else {
                let names = Self.trainOptions.keys.sorted().joined(separator: ", ")
                throw HTTPFault(
                    400, "options: expected \(names), got \(member.key.prefix(40).debugDescription)"
                )
            }
            switch member.value {
            case .null, .bool(false), .string(""): continue
            case .bool(true): arguments.append("--\(member.key)")
            case .array(let values):
                for value in values {
                    arguments.append(try Self.option(member.key, value, allowed))
                }
            default: arguments.append(try Self.option(member.key, member.value, allowed))
            }
        }
        guard options.program != nil else {
            throw HTTPFault(404, "train: this server trains nothing")
        }
        arguments.append("--output=\(try freshModelPath())")
        return ["run": .string(try programs.startTraining(arguments, stores))]
    }

    /// A path beside the runs for a model that the page has trained: no file is in its way.
    private func freshModelPath() throws -> String {
        let folder = Store.modelFolder(of: options.folder)
        guard mkdir(folder, 0o777) == 0 || errno == EEXIST else {
            throw HTTPFault(507, "\(folder): \(String(cString: strerror(errno)))".printable)
        }
        return "\(folder)/\(String(UInt64.random(in: 0 ... .max), radix: 36)).safetensors"
    }

    /// An option with its value as one word.
    private static func option(
        _ name: String, _ value: JSONValue, _ allowed: Set<Character>
    ) throws -> String {
        let word = try word(value, of: name)
        guard allowed.isEmpty || word.allSatisfy(allowed.contains) else {
            throw HTTPFault(
                400,
                "\(name): expected no other characters than its values have, got "
                    + word.prefix(80).debugDescription)
        }
        return "--\(name)=\(word)"
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
