import FoundationEssentials
import KalsaeFiles
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport

/// Plain data out of JSON text, strictly: what a decoder would take without a word, as a key that
/// stands twice, is refused with its place.
enum SpecText {
    /// Reads a value.
    ///
    /// - Parameters:
    ///   - subject: what errors are about, as the file.
    ///   - expected: what the text should be, where the decoder has no words of its own.
    ///   - item: what an element of a list is called.
    ///   - kinds: layers beside those of the catalog.
    static func decode<Value: Decodable>(
        _ type: Value.Type, _ bytes: [UInt8], subject: String, expected: String, advice: String,
        item: String = "element", kinds: [any LayerSettings.Type] = []
    ) throws(KalsaeError) -> Value {
        do throws(KalsaeError) {
            _ = try JSONValue(parsing: bytes, subject: subject)
        } catch {
            throw KalsaeError(
                subject, expected: "\(expected): \(error.expected)", got: error.got,
                advice: advice)
        }
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        if let key = LayerSpec.kindsKey { decoder.userInfo[key] = kinds }
        do {
            return try decoder.decode(type, from: Data(bytes))
        } catch let error as KalsaeError {
            throw error.naming(subject)
        } catch let error as DecodingError {
            throw KalsaeError(subject, expected: expected, got: text(error, item), advice: advice)
        } catch {
            throw KalsaeError(subject, expected: expected, got: "\(error)", advice: advice)
        }
    }

    /// A value as text that ``decode(_:_:subject:expected:advice:item:kinds:)`` reads: keys sorted,
    /// numbers that are not finite as `"inf"`, `"-inf"` and `"nan"`.
    static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// What a decoder says, with its path.
    private static func text(_ error: DecodingError, _ item: String) -> String {
        let (context, fault): (DecodingError.Context, String)
        switch error {
        case .typeMismatch(let type, let found), .valueNotFound(let type, let found):
            (context, fault) = (found, "not \(name(of: type))")
        case .keyNotFound(let key, let found):
            (context, fault) = (found, "no key \"\(key.stringValue)\"")
        case .dataCorrupted(let found): (context, fault) = (found, found.debugDescription)
        @unknown default: return "something else"
        }
        let keys = context.codingPath.map { key in
            key.intValue.map { "\(item) \($0 + 1)" } ?? "\"\(key.stringValue)\""
        }
        return (keys + [fault]).joined(separator: ": ")
    }

    /// What JSON calls a type.
    private static func name(of type: any Any.Type) -> String {
        switch type {
        case is any FixedWidthInteger.Type: "a whole number"
        case is any BinaryFloatingPoint.Type: "a number"
        case is String.Type: "a text"
        case is Bool.Type: "true or false"
        case is [String: Any].Type: "an object in braces"
        case is [Any].Type: "a list"
        default: "\(type)"
        }
    }
}

extension KalsaeError {
    /// The same error with the file in front.
    func naming(_ file: String) -> KalsaeError {
        let start = subject == "network" ? file : "\(file): \(subject)"
        return KalsaeError(start, expected: expected, got: got, advice: advice)
    }
}
