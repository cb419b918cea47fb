import KalsaeSupport

extension LayerSettings {
    /// The settings with their keys in files, in the order of the properties.
    func entries() throws -> [(key: String, value: any Encodable)] {
        let encoder = SettingsEncoder()
        try encode(to: encoder)
        guard encoder.isFlat else {
            throw KalsaeError(
                Self.kind, expected: "settings with the compiler's coding", got: "another coding")
        }
        return encoder.entries
    }

    /// The keys of a file, in the order of the properties.
    static func keys() throws -> [String] {
        var keys: [String] = []
        _ = try Self(
            from: SettingsDecoder(file: nil, defaults: try defaults.valuesByKey()) { key in
                if !keys.contains(key) { keys.append(key) }
            })
        return keys
    }

    /// The settings of a file: a missing key has its default.
    ///
    /// - Parameter name: the layer in messages, as in `dense (layer 2)`.
    /// - Throws: a `KalsaeError` for a key that there is not, and for one that must be there.
    init(reading file: KeyedDecodingContainer<SettingKey>, of name: String) throws {
        let keys = try Self.keys()
        for key in file.allKeys where key != .layer && !keys.contains(key.stringValue) {
            throw KalsaeError(
                "network",
                expected: keys.isEmpty
                    ? "no settings of \(name)"
                    : "a setting of \(name): \(keys.joined(separator: ", "))",
                got: "\"\(key.stringValue)\"",
                advice: SpellingSuggestion.advice(key.stringValue, in: keys))
        }
        for key in keys where Self.requiredKeys.contains(key) {
            guard
                try file.decodeIfPresent(Present.self, forKey: SettingKey(stringValue: key)) != nil
            else {
                throw KalsaeError("network", expected: "\"\(key)\" of \(name)", got: "no such key")
            }
        }
        try self.init(
            from: SettingsDecoder(file: file, defaults: try Self.defaults.valuesByKey()) { _ in })
    }

    private func valuesByKey() throws -> [String: any Encodable] {
        Dictionary(
            try entries().map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
}

/// Any value.
private struct Present: Decodable {
    init(from decoder: any Decoder) {}
}
