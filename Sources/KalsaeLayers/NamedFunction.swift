import KalsaeSupport

/// A function that files, settings and commands know by name, with numbers where it has settings:
/// `relu`, `leakyRelu(slope: 0.1)`, or `leakyRelu(0.1)` for the first setting.
///
/// Activations, losses, metrics and initializers are such functions: each is one value with its
/// name, its defaults and what it does, in the list ``all``.
public protocol NamedFunction: RawRepresentable<String>, CaseIterable, Codable, Hashable, Sendable {
    /// Name and settings.
    var settings: FunctionSettings { get set }
    /// Every function of this kind, with default settings.
    static var all: [Self] { get }
}

extension NamedFunction {
    /// The name without settings.
    public var name: String { settings.name }

    /// The name and the settings that differ from their defaults, as in `leakyRelu(slope: 0.1)`.
    public var rawValue: String { settings.text }

    /// The function of a text like ``rawValue``; nil where there is none.
    public init?(rawValue: String) {
        let name = FunctionSettings.name(in: rawValue)
        guard var known = Self.all.first(where: { $0.name == name }),
            let settings = known.settings.reading(rawValue)
        else { return nil }
        known.settings = settings
        self = known
    }

    /// Every function of this kind, with default settings.
    public static var allCases: [Self] { all }

    /// The same function with another value of a setting.
    func with(_ key: String, _ numbers: Double...) -> Self {
        var copy = self
        copy.settings[all: key] = numbers
        return copy
    }

    /// Whether name and settings agree.
    public static func == (left: Self, right: Self) -> Bool { left.settings == right.settings }

    /// Hashes name and settings.
    public func hash(into hasher: inout Hasher) { hasher.combine(settings) }

    /// Reads the text; throws a `KalsaeError` that lists the names where there is no such function.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let known = Self(rawValue: text) else {
            throw KalsaeError(
                "\(Self.self)".lowercased(),
                expected: "one of \(Self.all.map(\.name).joined(separator: ", "))", got: text)
        }
        self = known
    }

    /// Writes the text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}

/// The name of a function and its settings: numbers, or lists of numbers, under names.
public struct FunctionSettings: Hashable, Sendable {
    private struct Entry: Hashable, Sendable {
        var key: String
        var numbers: [Double]
        var initial: [Double]
    }

    /// The function's name.
    public let name: String
    private var entries: [Entry]

    init(_ name: String, _ defaults: KeyValuePairs<String, [Double]> = [:]) {
        self.name = name
        entries = defaults.map { Entry(key: $0.key, numbers: $0.value, initial: $0.value) }
    }

    /// The number of a setting; NaN where there is none.
    subscript(key: String) -> Double { self[all: key].first ?? .nan }

    /// The whole number of a setting.
    subscript(integer key: String) -> Int { Int(exactly: self[key].rounded()) ?? 0 }

    /// All numbers of a setting that is a list.
    subscript(all key: String) -> [Double] {
        get { entries.first { $0.key == key }?.numbers ?? [] }
        set {
            for index in entries.indices where entries[index].key == key {
                entries[index].numbers = newValue
            }
        }
    }

    /// The name, and in parentheses what differs from the defaults; a list has spaces in between.
    var text: String {
        let changed = entries.filter { $0.numbers != $0.initial }
        guard !changed.isEmpty else { return name }
        let parts = changed.map { entry in
            let numbers = entry.numbers.map { Self.text($0) }
            return "\(entry.key): \(numbers.joined(separator: " "))"
        }
        return "\(name)(\(parts.joined(separator: ", ")))"
    }

    static func name(in text: String) -> String {
        String(text.prefix { $0 != "(" }).trimmed
    }

    /// These settings with those of a text; nil where the text does not fit.
    func reading(_ text: String) -> FunctionSettings? {
        guard let open = text.firstIndex(of: "(") else { return self }
        guard text.trimmed.last == ")" else { return nil }
        let inner = text.trimmed[text.index(after: open)...].dropLast()
        var result = self
        for (index, part) in inner.split(separator: ",").enumerated() {
            let halves = part.split(separator: ":", maxSplits: 1).map { String($0).trimmed }
            let key = halves.count == 2 ? halves[0] : entries.dropFirst(index).first?.key
            let words = halves.last?.split(separator: " ") ?? []
            let numbers = words.compactMap { Double($0) }
            guard let key, let entry = entries.first(where: { $0.key == key }),
                numbers.count == words.count, !numbers.isEmpty,
                entry.initial.count != 1 || numbers.count == 1
            else { return nil }
            result[all: key] = numbers
        }
        return result
    }

    private static func text(_ number: Double) -> String {
        Int(exactly: number).map(String.init) ?? "\(number)"
    }
}

extension String {
    /// Without spaces at both ends.
    fileprivate var trimmed: String {
        let start = drop { $0 == " " }
        return String(start.reversed().drop { $0 == " " }.reversed())
    }
}
