import KalsaeSupport

extension OptimizerSpec {
    /// The spec with one setting changed: its own, or that of an optimizer inside of it.
    ///
    /// - Parameter name: a setting, as `beta1`; of wrappers the outermost that has one of the name,
    ///   or a path: `base.decay`.
    /// - Throws: a `KalsaeError` where none has it, or the value breaks its rule.
    package func replacing(
        setting name: String, with value: SettingValue
    ) throws(KalsaeError) -> OptimizerSpec {
        let full = try OptimizerSpec(optimizer())
        var (levels, names) = ([full], [full.settings.keys.filter { $0 != "base" }.sorted()])
        while let inner = levels[levels.count - 1].settings["base"] {
            levels.append(try OptimizerSpec(Self.optimizer(plain: inner)))
            names.append(levels[levels.count - 1].settings.keys.filter { $0 != "base" }.sorted())
        }
        var (level, name) = (0, name)
        while name.hasPrefix("base."), level + 1 < levels.count {
            level += 1
            name = String(name.dropFirst(5))
        }
        guard let owner = names[level...].firstIndex(where: { $0.contains(name) }) else {
            let known = names[level...].flatMap { $0 }
            throw KalsaeError(
                "setting", expected: "one of the optimizer's: \(known.joined(separator: ", "))",
                got: "\"\(name)\"", advice: SpellingSuggestion.advice(name, in: known))
        }
        var changed = try levels[owner].replacing([name: value])
        for outer in levels[..<owner].reversed() {
            changed = try outer.replacing(["base": changed.plain])
        }
        return changed
    }
}
