import KalsaeSupport

/// A named dimension of a search.
public struct Parameter: Hashable, Sendable {
    /// Its name, as `learningRate`.
    public let name: String
    /// What values it may take.
    public let domain: ParameterDomain
    /// The choice under which there is such a parameter at all; nil for always.
    public let condition: ParameterCondition?

    let map: UnitMap?
    /// The stream of its random numbers.
    let stream: UInt64

    /// A parameter; a domain that nothing can be drawn from is refused.
    public init(
        _ name: String, _ domain: ParameterDomain, when condition: ParameterCondition? = nil
    ) throws(KalsaeError) {
        guard !name.isEmpty else {
            throw KalsaeError("parameter", expected: "a name", got: "an empty one")
        }
        try domain.check(name)
        (self.name, self.domain, self.condition) = (name, domain, condition)
        map = domain.map
        stream = Parameter.stream(of: name)
    }

    /// FNV-1a of the name: the same on every machine.
    static func stream(of name: String) -> UInt64 {
        let hash = name.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01b3
        }
        return hash ^ hash >> 32
    }

    /// The value at u in [0, 1]; the i-th of k choices has i / k ... (i + 1) / k.
    @inline(__always) func value(at u: Double) -> ParameterValue {
        switch domain {
        case .choice(let options):
            return options[min(max(Int(u * Double(options.count)), 0), options.count - 1)]
        case .integer:
            return .integer(Int(map?.value(at: u) ?? 0))
        case .real:
            return .real(map?.value(at: u) ?? 0)
        }
    }

    /// Where a value lies in [0, 1], in the middle of what gives it; nil where it is none of the
    /// domain, as one from before a change of the space.
    func unit(of value: ParameterValue) -> Double? {
        guard domain.contains(value) else { return nil }
        switch domain {
        case .choice(let options):
            guard let index = options.firstIndex(of: value) else { return nil }
            return (Double(index) + 0.5) / Double(options.count)
        case .integer, .real:
            guard let map, let x = value.number else { return nil }
            return min(max(map.unit(of: x), 0), 1)
        }
    }

    /// The number of choices; 0 for numbers.
    var optionCount: Int {
        if case .choice(let options) = domain { options.count } else { 0 }
    }
}

/// That a parameter is there only under some values of a choice.
public struct ParameterCondition: Hashable, Sendable {
    /// The name of the choice.
    public let parameter: String
    /// Its values under which the parameter is there.
    public let values: [ParameterValue]

    /// There under one value of a choice.
    public init(_ parameter: String, is value: ParameterValue) {
        self.init(parameter, isOneOf: [value])
    }

    /// There under some values of a choice.
    public init(_ parameter: String, isOneOf values: [ParameterValue]) {
        (self.parameter, self.values) = (parameter, values)
    }
}
