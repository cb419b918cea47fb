/// Takes down the settings of a layer with their keys, in the order of the properties.
final class SettingsEncoder: Encoder {
    private(set) var entries: [(key: String, value: any Encodable)] = []
    /// Whether there were only settings with keys, as the compiler's coding has them.
    private(set) var isFlat = true
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]

    func container<Key>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(Keyed<Key>(encoder: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer { Other(encoder: self) }

    func singleValueContainer() -> any SingleValueEncodingContainer { Other(encoder: self) }

    private struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
        let encoder: SettingsEncoder
        var codingPath: [any CodingKey] { [] }

        func encodeNil(forKey key: Key) {}

        func encode<Value: Encodable>(_ value: Value, forKey key: Key) {
            encoder.entries.append((SettingKey(property: key).stringValue, value))
        }

        func nestedContainer<NestedKey>(
            keyedBy type: NestedKey.Type, forKey key: Key
        ) -> KeyedEncodingContainer<NestedKey> {
            encoder.isFlat = false
            return encoder.container(keyedBy: type)
        }

        func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
            Other(encoder: encoder)
        }

        func superEncoder() -> any Encoder { encoder }

        func superEncoder(forKey key: Key) -> any Encoder { encoder }
    }

    /// What is not the coding of a struct.
    private struct Other: UnkeyedEncodingContainer, SingleValueEncodingContainer {
        let encoder: SettingsEncoder
        var codingPath: [any CodingKey] { [] }
        var count: Int { 0 }

        init(encoder: SettingsEncoder) {
            self.encoder = encoder
            encoder.isFlat = false
        }

        func encodeNil() {}

        func encode<Value: Encodable>(_ value: Value) {}

        func nestedContainer<NestedKey>(
            keyedBy type: NestedKey.Type
        ) -> KeyedEncodingContainer<NestedKey> { encoder.container(keyedBy: type) }

        func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { self }

        func superEncoder() -> any Encoder { encoder }
    }
}
