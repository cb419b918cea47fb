import Glibc
import KalsaeFiles
import KalsaeRuns
import KalsaeSupport

/// Trainings and searches that the page starts.
extension Router {
    /// Options of `kalsae train` that the page may give, with what their values may hold.
    private static let trainOptions: [String: Set<Character>] = [
        "target": [], "name": [], "column": [], "effort": letters, "epochs": digits,
        "batch": digits,
        "network": letters.union(digits).union("-"), "optimizer": letters.union(digits),
        "learning-rate": digits.union(".e-+"), "seed": digits,
        "checkpoint-every": letters.union(digits),
        "log-gradients": letters, "validation": digits.union("."), "test": digits.union("."),
        "patience": digits, "activation": letters.union(digits).union("-"),
        "schedule": letters.union("-"),
    ]
    private static let letters = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    private static let digits = Set("0123456789")

    /// Options of those that are of a single training.
    private static let singleOptions: Set<String> = [
        "name", "effort", "checkpoint-every", "log-gradients",
    ]

    /// `POST /api/train`.
    func train(_ request: DashboardRequest) throws -> JSONValue {
        let body = try request.json()
        var arguments = try ["train", source(body)] + options(body, Self.trainOptions)
        guard options.program != nil else {
            throw HTTPFault(404, "train: this server trains nothing")
        }
        arguments.append("--output=\(try freshModelPath())")
        return ["run": .string(try programs.startTraining(arguments, stores))]
    }

    /// `POST /api/search`: a new study of some trials, some minutes, or both.
    func search(_ request: DashboardRequest) throws -> JSONValue {
        let body = try request.json()
        guard let name = body["name"]?.string, Self.isName(name) else {
            throw HTTPFault(
                400, "name: expected that of a new study, without control characters and \\")
        }
        guard
            try !Store.exists(in: options.folder)
                || !stores.read({ try $0.studyNames() }).contains(name)
        else { throw HTTPFault(409, "name: expected one that no study has") }
        let allowed = Self.trainOptions.filter { !Self.singleOptions.contains($0.key) }
        var arguments = try [source(body), "--study=\(name)"] + options(body, allowed)
        for (key, option, unit) in [("trials", "trials", ""), ("minutes", "time", "min")] {
            guard let value = body[key], value != .null else { continue }
            guard let number = value.integer, (1...100_000).contains(number) else {
                throw HTTPFault(400, "\(key): expected a whole number from 1 to 100000")
            }
            arguments.append("--\(option)=\(number)\(unit)")
        }
        try programs.startSearch(arguments, of: name, stores)
        return ["study": .string(name)]
    }

    /// Whether a name can be an argument and a part of an address.
    static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 200 && name != "." && name != ".."
            && !name.unicodeScalars.contains {
                $0 == "\\" || $0.properties.generalCategory == .control
            }
    }

    /// What is learned: a set by its name, or an upload.
    private func source(_ body: JSONValue) throws -> String {
        guard let set = body["set"]?.string else {
            return try uploads.path(of: body["upload"]?.string ?? "")
        }
        guard options.sets.contains(set) else {
            throw HTTPFault(400, "set: expected \(options.sets.joined(separator: ", "))")
        }
        return set
    }

    /// The options of a request as arguments.
    private func options(
        _ body: JSONValue, _ known: [String: Set<Character>]
    ) throws -> [String] {
        var arguments: [String] = []
        for member in body["options"]?.members ?? [] {
            guard let allowed = known[member.key] else {
                let names = known.keys.sorted().joined(separator: ", ")
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
        return arguments
    }

    /// A path beside the runs for a model that the page has trained: no file is in its way.
    func freshModelPath() throws -> String {
        let folder = Store.modelFolder(of: options.folder)
        // The folder of runs is made with the first run.
        for path in [options.folder, folder] {
            guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
                throw HTTPFault(507, "\(path): \(String(cString: strerror(errno)))".printable)
            }
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
}
