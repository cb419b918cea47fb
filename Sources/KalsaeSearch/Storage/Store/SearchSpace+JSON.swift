import KalsaeFiles
import KalsaeSupport

extension SearchSpace {
    /// The space as it is stored: `version`, `parameters`, `constraints`.
    public var json: JSONValue {
        [
            "version": .integer(version), "parameters": .array(parameters.map(\.json)),
            "constraints": .array(constraints.map(\.json)),
        ]
    }

    /// A space from JSON, checked as if it were made anew.
    public init(json: JSONValue) throws(KalsaeError) {
        var parameters: [Parameter] = []
        for element in json["parameters"]?.array ?? [] {
            parameters.append(try Parameter(json: element))
        }
        var constraints: [SpaceConstraint] = []
        for element in json["constraints"]?.array ?? [] {
            constraints.append(try SpaceConstraint(json: element))
        }
        try self.init(parameters, constraints: constraints)
        version = json["version"]?.integer ?? 1
    }
}

extension Parameter {
    /// The parameter as JSON: `name`, then `real`, `integer` or `choice`, `scale`, `step`, `when`.
    var json: JSONValue {
        var members: [JSONValue.Member] = [.init("name", .string(name))]
        func add(_ key: String, _ value: JSONValue) { members.append(.init(key, value)) }
        switch domain {
        case .real(let low, let high, let scale, let step):
            add("real", [.number(low), .number(high)])
            if scale != .linear { add("scale", .string(scale.rawValue)) }
            if let step { add("step", .number(step)) }
        case .integer(let low, let high, let scale, let step):
            add("integer", [.integer(low), .integer(high)])
            if scale != .linear { add("scale", .string(scale.rawValue)) }
            if step != 1 { add("step", .integer(step)) }
        case .choice(let options): add("choice", .array(options.map(\.json)))
        }
        if let condition {
            add(
                "when",
                .object([.init(condition.parameter, .array(condition.values.map(\.json)))]))
        }
        return .object(members)
    }

    init(json: JSONValue) throws(KalsaeError) {
        guard let name = json["name"]?.string else {
            throw KalsaeError("parameter", expected: "a name", got: json.text)
        }
        let scale = try Self.scale(json["scale"], of: name)
        let domain: ParameterDomain
        if let bounds = json["real"]?.array, let low = bounds.first?.number,
            let high = bounds.last?.number
        {
            domain = .real(low: low, high: high, scale: scale, step: json["step"]?.number)
        } else if let bounds = json["integer"]?.array, let low = bounds.first?.integer,
            let high = bounds.last?.integer
        {
            domain = .integer(
                low: low, high: high, scale: scale, step: json["step"]?.integer ?? 1)
        } else if let options = json["choice"]?.array {
            domain = .choice(options.compactMap { ParameterValue(json: $0) })
        } else {
            throw KalsaeError(
                name, expected: "real or integer with two bounds, or choice", got: json.text)
        }
        let condition = json["when"]?.members?.first.map { member in
            ParameterCondition(
                member.key,
                isOneOf: (member.value.array ?? [member.value]).compactMap {
                    ParameterValue(json: $0)
                })
        }
        try self.init(name, domain, when: condition)
    }

    private static func scale(
        _ json: JSONValue?, of name: String
    ) throws(KalsaeError) -> ParameterScale {
        guard let json else { return .linear }
        guard let scale = json.string.flatMap({ ParameterScale(rawValue: $0) }) else {
            throw KalsaeError(
                name, expected: "a scale (linear, log, logOneMinus)", got: json.text)
        }
        return scale
    }
}

extension SpaceConstraint {
    var json: JSONValue {
        [
            "terms": .object(terms.map { .init($0.parameter, .number($0.factor)) }),
            "limit": .number(limit),
        ]
    }

    init(json: JSONValue) throws(KalsaeError) {
        guard let members = json["terms"]?.members, let limit = json["limit"]?.number else {
            throw KalsaeError("constraint", expected: "terms and a limit", got: json.text)
        }
        self.init(
            terms: members.map { Term(parameter: $0.key, factor: $0.value.number ?? .nan) },
            limit: limit)
    }
}
