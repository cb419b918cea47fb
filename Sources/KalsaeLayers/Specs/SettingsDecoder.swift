/// Gives settings the values of a file, and their defaults where the file has none.
struct SettingsDecoder: Decoder {
    /// The file's values; nil for defaults only.
    let file: KeyedDecodingContainer<SettingKey>?
    let defaults: [String: any Encodable]
    /// Called with the key of each setting that is looked up.
    let visit: (String) -> Void
    var codingPath: [any CodingKey] { file?.codingPath ?? [] }
    let userInfo: [CodingUserInfoKey: Any] = [:]

    func container<Key>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(Keyed<Key>(decoder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw unexpected() }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { throw unexpected() }

    private func unexpected() -> DecodingError {
        .dataCorrupted(.init(codingPath: codingPath, debugDescription: "settings have keys"))
    }

    private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let decoder: SettingsDecoder
        var codingPath: [any CodingKey] { decoder.codingPath }
        var allKeys: [Key] { [] }

        func contains(_ key: Key) -> Bool {
            let key = SettingKey(property: key)
            decoder.visit(key.stringValue)
            let isInFile = (try? decoder.file?.decodeNil(forKey: key)) == false
            return isInFile || decoder.defaults[key.stringValue] != nil
        }

        func decodeNil(forKey key: Key) -> Bool { false }

        func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
            let key = SettingKey(property: key)
            decoder.visit(key.stringValue)
            if let value = try decoder.file?.decodeIfPresent(type, forKey: key) { return value }
            if let value = decoder.defaults[key.stringValue] as? Value { return value }
            throw DecodingError.keyNotFound(
                key, .init(codingPath: codingPath, debugDescription: "expected a value"))
        }

        func nestedContainer<NestedKey>(
            keyedBy type: NestedKey.Type, forKey key: Key
        ) throws -> KeyedDecodingContainer<NestedKey> { throw decoder.unexpected() }

        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
            throw decoder.unexpected()
        }

        func superDecoder() throws -> any Decoder { throw decoder.unexpected() }

        func superDecoder(forKey key: Key) throws -> any Decoder { throw decoder.unexpected() }
    }
}
