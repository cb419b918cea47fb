import KalsaeFiles
import KalsaeRuns
import KalsaeSupport

extension Router {
    /// What a run can be asked to do, as `kalsae steer` puts it into the store.
    private static let verbs = [
        "set", "schedule", "pause", "continue", "checkpoint", "rollback", "note", "stop",
    ]

    /// `POST /api/runs/KEY/commands`.
    func sendCommand(_ request: DashboardRequest, to key: String) throws -> JSONValue {
        let body = try request.json()
        let verb = body["verb"]?.string ?? ""
        let data = body["data"] ?? .object([])
        guard data.members != nil else { throw HTTPFault(400, "data: expected an object") }
        if verb == "branch" { return try branch(key, data) }
        guard Self.verbs.contains(verb) else {
            let names = (Self.verbs + ["branch"]).joined(separator: ", ")
            throw HTTPFault(
                400, "verb: expected \(names), got \(verb.prefix(40).debugDescription)")
        }
        return try stores.write { store in
            let run = try store.knownRun(key)
            let sent = try store.send(verb, data: data, author: RunProcess.user, to: run)
            return ["id": .integer(sent.id)]
        }
    }

    /// `PATCH /api/runs/KEY`: the name, the note and the tags, as far as they are given.
    func changeRun(_ request: DashboardRequest, _ key: String) throws -> JSONValue {
        let body = try request.json()
        let known = ["name", "note", "tags"]
        guard let members = body.members, !members.isEmpty,
            members.allSatisfy({ known.contains($0.key) })
        else { throw HTTPFault(400, "body: expected name, note or tags") }
        func text(_ name: String) throws -> String? {
            guard let value = body[name] else { return nil }
            guard let text = value.string else { throw HTTPFault(400, "\(name): expected a text") }
            return text
        }
        let (name, note) = (try text("name"), try text("note"))
        let tags = try body["tags"].map { value in
            guard let list = value.array, list.allSatisfy({ $0.string != nil }), list.count <= 100
            else { throw HTTPFault(400, "tags: expected a list of at most 100 texts") }
            return list.compactMap(\.string)
        }
        return try stores.write { store in
            let run = try store.knownRun(key)
            if let tags {
                try store.tag(
                    run, adding: tags.filter { !run.tags.contains($0) },
                    removing: run.tags.filter { !tags.contains($0) })
            }
            if let name { try store.rename(run, to: name) }
            if let note { try store.setNote(note, of: run) }
            return try runDetails(key, in: store)
        }
    }

    /// `DELETE /api/runs/KEY`.
    func deleteRun(_ request: DashboardRequest, _ key: String) throws -> JSONValue {
        let files = try request.integer("files", 0...1) == 1
        try Store.freeingReserve(of: options.folder) {
            try stores.write { try $0.delete($0.knownRun(key), files: files) }
        }
        return .object([])
    }

    /// Starts a training that branches from a run: the run that it opens.
    private func branch(_ key: String, _ data: JSONValue) throws -> JSONValue {
        let run = try stores.read { try $0.knownRun(key) }
        var arguments = ["steer", run.id, "branch"]
        if let step = data["step"], step != .null {
            guard let number = step.integer, number >= 0 else {
                throw HTTPFault(400, "step: expected a whole number from 0")
            }
            arguments.append("\(number)")
        }
        for member in data["set"]?.members ?? [] {
            guard !member.key.contains("\0") else {
                throw HTTPFault(400, "set: expected names of settings")
            }
            arguments.append("--set=\(member.key)=\(try Self.word(member.value, of: member.key))")
        }
        if let name = data["name"]?.string, !name.isEmpty {
            guard Self.isName(name) else {
                throw HTTPFault(400, "name: expected one without control characters and \\")
            }
            arguments.append("--name=\(name)")
        }
        // Branches of one checkpoint may train at a time.
        arguments.append("--output=\(try freshModelPath())")
        do {
            return ["run": .string(try programs.startTraining(arguments, stores))]
        } catch let fault as HTTPFault {
            // What the training refuses was asked for in this request.
            throw HTTPFault(fault.status == 422 ? 400 : fault.status, fault.line)
        }
    }

    /// A setting as an option has it.
    static func word(_ value: JSONValue, of name: String) throws -> String {
        switch value {
        case .string(let text) where text.utf8.count <= 1000 && !text.contains("\0"): text
        case .integer(let number): "\(number)"
        case .number(let number): "\(number)"
        case .bool(let flag): "\(flag)"
        default:
            throw HTTPFault(400, "\(name.prefix(40)): expected a number, a text, true or false")
        }
    }
}
