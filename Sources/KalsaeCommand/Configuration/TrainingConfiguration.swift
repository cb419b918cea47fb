import KalsaeFiles
import KalsaeSupport

/// A training as a file or a record says it: the options of `kalsae train` by name, so that file and
/// command line can do the same.
struct TrainingConfiguration {
    /// Names with their values: text or a number, true for a flag, a list for what may be given more
    /// than once; networks, optimizers, schedules and interventions as they are written in JSON.
    private(set) var settings: [JSONValue.Member] = []
    private let catalog: OptionCatalog

    /// The section `search` of a file, which is no part of a training.
    private(set) var search: JSONValue?

    /// Where a setting was said, as `plan.yaml:3`, for errors about its value; layers of a network's
    /// list as `network/1` for the first.
    private(set) var origins: [String: String] = [:]

    /// The arguments of a call, behind `train`, without those that are about the call.
    init(_ list: ArgumentList, _ catalog: OptionCatalog) { self.init(list.items, catalog) }

    /// The same, of some of the arguments.
    init(_ items: [ArgumentList.Item], _ catalog: OptionCatalog) {
        self.catalog = catalog
        for item in items {
            guard let entry = item.entry, !entry.isOfCall else { continue }
            if entry.isFlag {
                set(entry.name, .bool(true), isRepeating: false)
            } else if let value = item.value {
                let value = entry.name == OptionCatalog.data ? .string(value) : Self.value(value)
                set(entry.name, canonical(value, entry), isRepeating: entry.isRepeating)
            }
        }
    }

    /// What a store or a file has.
    ///
    /// - Parameters:
    ///   - value: an object of settings; `data` and `training` may be sections of it.
    ///   - subject: what errors name.
    ///   - line: the line of a key, as `:12`, for errors.
    init(
        _ value: JSONValue, _ catalog: OptionCatalog, subject: String,
        line: (String) -> String = { _ in "" }
    ) throws(KalsaeError) {
        self.catalog = catalog
        guard let members = value.members else {
            throw KalsaeError(
                subject, expected: "options of `kalsae train` by name, as in epochs: 20",
                got: "something else")
        }
        for member in members {
            if member.key == "search" {
                search = member.value
                continue
            }
            let isSection = ["data", "training"].contains(member.key)
            guard isSection, let inner = member.value.members else {
                try add(member, subject, line(member.key))
                noteLayers(member, subject) { line("\(member.key)/\($0)") }
                continue
            }
            for entry in inner {
                let key = member.key == "data" && entry.key == "file" ? "data" : entry.key
                let path = "\(member.key)/\(entry.key)"
                try add(JSONValue.Member(key, entry.value), subject, line(path))
                noteLayers(entry, subject) { line("\(path)/\($0)") }
            }
        }
    }

    /// All of it as one object.
    var json: JSONValue { .object(settings) }

    /// The arguments that say the same, behind `train`.
    var arguments: [String] {
        settings.flatMap { member -> [String] in
            if member.key == OptionCatalog.data { return [Self.text(member.value)] }
            let entry = catalog.entries.first { $0.name == member.key }
            if member.value == .bool(true) { return ["--\(member.key)"] }
            if member.value == .bool(false) || member.value == .null { return [] }
            if entry?.isRepeating == true, let list = member.value.array {
                return list.map { "--\(member.key)=\(Self.text($0))" }
            }
            return ["--\(member.key)=\(Self.text(member.value))"]
        }
    }

    /// Fills in what is not said.
    mutating func complete(_ name: String, _ value: JSONValue) {
        guard !says(name) else { return }
        settings.append(JSONValue.Member(name, value))
    }

    /// Says the device and the precision in force where they are not the usual ones, so that what is taken
    /// up later does not go on with others unasked.
    mutating func completeDevice() {
        for (name, flag) in [("device", EnvironmentFlag.device), ("precision", .precision)]
        where flag.value != flag.defaultValue {
            complete(name, .string(flag.value))
        }
    }

    /// Whether it says a value.
    func says(_ name: String) -> Bool { settings.contains { $0.key == name } }

    /// Leaves out a value.
    mutating func remove(_ name: String) {
        origins[name] = nil
        settings.removeAll { $0.key == name }
    }

    /// Leaves out the length of the training, epochs or steps, where a call says the other one.
    mutating func removeLength(unlike isGiven: (String) -> Bool) {
        for (name, other) in [("epochs", "steps"), ("steps", "epochs")]
        where isGiven(name) && !isGiven(other) {
            remove(other)
        }
    }

    /// Replaces a value.
    mutating func replace(_ name: String, _ value: JSONValue) {
        remove(name)
        settings.append(JSONValue.Member(name, value))
    }

    /// Changes one value: `epochs=5`, `optimizer.learningRate=3e-4`, `network.2.rate=0.1`.
    mutating func change(_ text: String) throws(KalsaeError) {
        guard let sign = text.firstIndex(of: "="), sign > text.startIndex else {
            throw KalsaeError(
                "--set", expected: "NAME=VALUE, as in optimizer.learningRate=3e-4",
                got: "\"\(text)\"")
        }
        var path = text[..<sign].split(separator: ".").map(String.init)
        if path == ["optimizer", "learningRate"] { path = ["learning-rate"] }
        var value = Self.value(String(text[text.index(after: sign)...]))
        // Inside of what is written as JSON, numbers are numbers.
        if path.count > 1, let plain = value.string {
            value = (try? JSONValue(parsing: plain)) ?? value
        }
        let name = try known(path[0], "--set").name
        var base = settings.first { $0.key == name }?.value ?? .object([])
        if path.count > 1, name == "optimizer", let own = base.string {
            base = .object([JSONValue.Member("optimizer", .string(own))])
        }
        let entry = try known(path[0], "--set")
        let changed = canonical(
            try Self.replacing(base, path.dropFirst(), with: value, text), entry)
        origins[name] = "--set \(text)"
        if let index = settings.firstIndex(where: { $0.key == name }) {
            settings[index].value = changed
        } else {
            settings.append(JSONValue.Member(name, changed))
        }
    }

    // MARK: - Values

    private mutating func add(
        _ member: JSONValue.Member, _ subject: String, _ line: String
    ) throws(KalsaeError) {
        // `columns: {age: number}` is --column age=number.
        if member.key == "columns", let roles = member.value.members {
            let list = roles.map { JSONValue.string("\($0.key)=\(Self.text($0.value))") }
            settings.append(JSONValue.Member("column", .array(list)))
            origins["column"] = subject + line
            return
        }
        let entry = try known(member.key, subject + line)
        guard !says(entry.name) else {
            throw KalsaeError(
                subject + line, expected: "\(entry.name) once",
                got: "\"\(member.key)\" as well",
                advice: "it is said already"
                    + (origins[entry.name].map { " in \($0)" } ?? ""))
        }
        try checkNumber(member.value, entry, subject + line)
        settings.append(JSONValue.Member(entry.name, canonical(member.value, entry)))
        origins[entry.name] = subject + line
    }

    /// Notes the lines of a network's layers.
    private mutating func noteLayers(
        _ member: JSONValue.Member, _ subject: String, line: (Int) -> String
    ) {
        guard catalog.entry(for: member.key)?.name == "network", let list = member.value.array
        else { return }
        for index in list.indices {
            let line = line(index)
            if !line.isEmpty { origins["network/\(index + 1)"] = subject + line }
        }
    }

    /// One spelling of each number, so that what means the same is the same: `1e-3` and `0.001`.
    private func canonical(_ value: JSONValue, _ entry: OptionCatalog.Entry) -> JSONValue {
        let number = value.string.flatMap(Double.init) ?? value.number
        guard let number, number.isFinite, catalog.kind(of: entry) != .text else { return value }
        // All 64 bits of a seed, which a floating-point number has not.
        if let whole = Self.whole(value) { return .integer(whole) }
        if let whole = Int(exactly: number), whole.magnitude < 1 << 53 { return .integer(whole) }
        return .number(number)
    }

    /// Throws for a value that is none of the numbers which an option takes.
    private func checkNumber(
        _ value: JSONValue, _ entry: OptionCatalog.Entry, _ subject: String
    ) throws(KalsaeError) {
        let kind = catalog.kind(of: entry)
        guard kind != .text, value != .null, value != .bool(false) else { return }
        let number = value.string.flatMap(Double.init) ?? value.number
        // Text of a list has a message of the parser's own.
        guard value.array == nil, value.members == nil else { return }
        let isWhole =
            Self.whole(value) != nil
            || number.map { abs($0) < 0x1p53 && Int(exactly: $0) != nil } ?? false
        guard let number, number.isFinite, kind == .number || isWhole else {
            throw KalsaeError(
                "\(subject): --\(entry.name)",
                expected: kind == .integer
                    ? "a whole number of at most 19 digits" : "a number up to 1.8e308",
                got: value.string ?? value.text)
        }
    }

    /// The whole number that is written without point and exponent; nil for others.
    private static func whole(_ value: JSONValue) -> Int? {
        value.integer ?? value.string.flatMap { Int($0) }
    }

    private func known(_ key: String, _ subject: String) throws(KalsaeError) -> OptionCatalog.Entry
    {
        if let entry = catalog.entry(for: key) { return entry }
        let names = catalog.keys.map(\.name)
        throw KalsaeError(
            subject, expected: "an option of `kalsae train`", got: "\"\(key)\"",
            advice: SpellingSuggestion.of(key, in: names).map { "did you mean \($0)?" }
                ?? "see `kalsae train --help`")
    }

    private mutating func set(_ name: String, _ value: JSONValue, isRepeating: Bool) {
        guard let index = settings.firstIndex(where: { $0.key == name }) else {
            settings.append(JSONValue.Member(name, isRepeating ? .array([value]) : value))
            return
        }
        if isRepeating, let list = settings[index].value.array {
            settings[index].value = .array(list + [value])
        } else {
            settings[index].value = value
        }
    }

    private static func replacing(
        _ value: JSONValue, _ path: ArraySlice<String>, with new: JSONValue, _ text: String
    ) throws(KalsaeError) -> JSONValue {
        guard let key = path.first else { return new }
        if var members = value.members {
            let index = members.firstIndex { $0.key == key }
            let inner = try replacing(
                index.map { members[$0].value } ?? .object([]), path.dropFirst(), with: new, text)
            if let index {
                members[index].value = inner
            } else {
                members.append(JSONValue.Member(key, inner))
            }
            return .object(members)
        }
        if var list = value.array, let index = Int(key), list.indices.contains(index) {
            list[index] = try replacing(list[index], path.dropFirst(), with: new, text)
            return .array(list)
        }
        throw KalsaeError(
            "--set", expected: "a name inside of what the configuration has", got: "\"\(text)\"")
    }

    /// JSON where it is an object or a list, else text.
    private static func value(_ text: String) -> JSONValue {
        guard let first = text.first, first == "{" || first == "[",
            let value = try? JSONValue(parsing: text)
        else { return .string(text) }
        return value
    }

    private static func text(_ value: JSONValue) -> String { value.string ?? value.text }
}
