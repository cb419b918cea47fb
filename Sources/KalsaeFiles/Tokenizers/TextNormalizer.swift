import Foundation

/// What is done to text before it is divided.
struct TextNormalizer: Sendable {
    enum Step: Sendable {
        case nfc, nfd, nfkc, nfkd, lowercase, stripAccents
        /// BERT's: no control characters, every blank a space.
        case clean
        /// BERT's: spaces round Chinese characters.
        case spaceIdeographs
    }

    let steps: [Step]

    func applied(to text: String) -> String { steps.reduce(text) { Self.apply($1, $0) } }

    private static func apply(_ step: Step, _ text: String) -> String {
        switch step {
        case .nfc: return text.precomposedStringWithCanonicalMapping
        case .nfd: return text.decomposedStringWithCanonicalMapping
        case .nfkc: return text.precomposedStringWithCompatibilityMapping
        case .nfkd: return text.decomposedStringWithCompatibilityMapping
        case .lowercase:
            var result = String.UnicodeScalarView()
            for scalar in text.unicodeScalars {
                result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
            }
            return String(result)
        case .stripAccents:
            return filtered(text) { $0.properties.generalCategory != .nonspacingMark }
        case .clean:
            let kept = filtered(text) { scalar in
                scalar.value != 0 && scalar.value != 0xfffd
                    && (isBlank(scalar) || !isControl(scalar))
            }
            return String(
                String.UnicodeScalarView(kept.unicodeScalars.map { isBlank($0) ? " " : $0 }))
        case .spaceIdeographs:
            var result = String.UnicodeScalarView()
            for scalar in text.unicodeScalars {
                guard isIdeograph(scalar) else {
                    result.append(scalar)
                    continue
                }
                result.append(contentsOf: [" ", scalar, " "])
            }
            return String(result)
        }
    }

    private static func filtered(
        _ text: String, _ isKept: (Unicode.Scalar) -> Bool
    ) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter(isKept)))
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .unassigned, .privateUse, .surrogate: true
        default: false
        }
    }

    private static let ideographs: [ClosedRange<UInt32>] = [
        0x4e00...0x9fff, 0x3400...0x4dbf, 0x20000...0x2a6df, 0x2a700...0x2b73f, 0x2b740...0x2b81f,
        0x2b920...0x2ceaf, 0xf900...0xfaff, 0x2f800...0x2fa1f,
    ]

    private static func isIdeograph(_ scalar: Unicode.Scalar) -> Bool {
        ideographs.contains { $0.contains(scalar.value) }
    }
}
