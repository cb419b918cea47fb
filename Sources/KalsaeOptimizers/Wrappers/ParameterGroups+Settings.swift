import KalsaeSupport

extension ParameterGroups {
    /// The base, the groups, and the rate to which those of the groups refer where it is no longer
    /// the base's own.
    public mutating func visit(_ settings: inout SettingVisitor) throws(KalsaeError) {
        var reference = referenceRate == base.learningRate ? nil : referenceRate
        try settings("base", &base)
        try settings("groups", &groups)
        try settings("referenceRate", &reference, .notNegative)
        referenceRate = reference ?? base.learningRate
    }
}

extension ParameterGroups.Group {
    /// The group of a spec: a pattern, and one of the three rules.
    fileprivate init(plain: SettingValue, _ subject: String) throws(KalsaeError) {
        guard case .settings(let given) = plain else {
            throw KalsaeError(
                subject, expected: "settings pattern and \(Self.rules)", got: "\(plain)")
        }
        var (name, isFrozen) = ("", false)
        var factor: Double?
        var optimizer: (any Optimizer)?
        var settings = SettingVisitor(reading: given, subject)
        try settings.requireGiven("pattern")
        try settings.visit("pattern", &name, { .text($0) }, "text", \.text)
        try settings("frozen", &isFrozen)
        try settings("rateFactor", &factor, .notNegative)
        if given["optimizer"] != nil {
            var own: any Optimizer = SGD()
            try settings("optimizer", &own)
            optimizer = own
        } else {
            settings.know("optimizer")
        }
        try settings.refuseUnknown()
        pattern = PathPattern(name)
        switch (isFrozen, factor, optimizer) {
        case (true, nil, nil): rule = .frozen
        case (false, let factor?, nil): rule = .rate(factor)
        case (false, nil, let optimizer?): rule = .optimizer(optimizer)
        default:
            throw KalsaeError(
                subject, expected: "one of \(Self.rules)",
                got: given.keys.sorted().joined(separator: ", "))
        }
    }

    private static let rules = "frozen (true), rateFactor, optimizer"

    fileprivate func plain() throws(KalsaeError) -> SettingValue {
        let pattern = SettingValue.text(pattern.text)
        switch rule {
        case .frozen: return ["pattern": pattern, "frozen": true]
        case .rate(let factor): return ["pattern": pattern, "rateFactor": .number(factor)]
        case .optimizer(let optimizer):
            return ["pattern": pattern, "optimizer": try OptimizerSpec(optimizer).plain]
        }
    }

    fileprivate func check(_ subject: String) throws(KalsaeError) {
        switch rule {
        case .frozen: return
        case .rate(let factor):
            guard SettingRule.notNegative.allows(factor) else {
                throw KalsaeError(
                    subject, expected: "rateFactor \(SettingRule.notNegative.rawValue)",
                    got: "\(factor)")
            }
        case .optimizer(let optimizer): try optimizer.check()
        }
    }
}

extension SettingVisitor {
    /// Groups of parameters that a spec must give, each with its rules.
    fileprivate mutating func callAsFunction(
        _ name: String, _ groups: inout [ParameterGroups.Group]
    ) throws(KalsaeError) {
        let subject = subject
        func title(_ index: Int) -> String { "\(subject), group \(index + 1)" }
        try requireGiven(name)
        try visit(
            name, &groups,
            { groups throws(KalsaeError) in
                var list: [SettingValue] = []
                for group in groups { list.append(try group.plain()) }
                return .list(list)
            }, "a list of groups",
            { plain throws(KalsaeError) in
                guard case .list(let list) = plain else { return nil }
                var groups: [ParameterGroups.Group] = []
                for (index, value) in list.enumerated() {
                    groups.append(try ParameterGroups.Group(plain: value, title(index)))
                }
                return groups
            })
        for (index, group) in groups.enumerated() { try group.check(title(index)) }
    }
}
