/// The key of a setting in a file.
struct SettingKey: CodingKey, Equatable {
    let stringValue: String
    var intValue: Int? { nil }

    /// The key of the kind.
    static let layer = SettingKey(stringValue: "layer")

    init(stringValue: String) { self.stringValue = stringValue }

    init?(intValue: Int) { nil }

    /// The key of a property: its name without the prefix of a Boolean, as `bias` for `useBias`.
    init(property: any CodingKey) {
        let name = property.stringValue
        for prefix in ["is", "use"] where name.hasPrefix(prefix) {
            let rest = name.dropFirst(prefix.count)
            guard let first = rest.first, first.isUppercase else { continue }
            stringValue = first.lowercased() + rest.dropFirst()
            return
        }
        stringValue = name
    }
}
