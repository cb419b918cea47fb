import KalsaeSupport

/// Takes a formula apart.
struct FormulaReader {
    enum Token: Equatable {
        case number(Double)
        case name(String)
        case plus, minus, times, over, power, open, close, comma

        /// The operation between two numbers, and how tightly it binds.
        var binary: (FormulaOperation, rank: Int)? {
            switch self {
            case .plus: (.add, 1)
            case .minus: (.subtract, 1)
            case .times: (.multiply, 2)
            case .over: (.divide, 2)
            case .power: (.power, 4)
            default: nil
            }
        }

        /// The token in a message.
        var text: String {
            switch self {
            case .number(let value): "\(value)"
            case .name(let name): "\"\(name)\""
            case .plus: "+"
            case .minus: "-"
            case .times: "*"
            case .over: "/"
            case .power: "^"
            case .open: "("
            case .close: ")"
            case .comma: "a comma"
            }
        }
    }

    private let characters: [Character]
    private var position = 0
    private let text: String

    init(_ text: String) {
        self.text = text
        characters = Array(text)
    }

    /// Whether a parenthesis opens next.
    var peeksParenthesis: Bool {
        characters[position...].first { !$0.isWhitespace } == "("
    }

    /// The next token; nil at the end.
    mutating func next() throws(KalsaeError) -> Token? {
        while position < characters.count, characters[position].isWhitespace { position += 1 }
        guard position < characters.count else { return nil }
        let character = characters[position]
        if character.isNumber || character == "." { return .number(try number()) }
        if character.isLetter || character == "_" {
            let start = position
            while position < characters.count,
                characters[position].isLetter || characters[position].isNumber
                    || characters[position] == "_"
            {
                position += 1
            }
            return .name(String(characters[start..<position]))
        }
        position += 1
        switch character {
        case "+": return .plus
        case "-", "−": return .minus
        case "*", "×", "·":
            // Two stars are a power, as in Python.
            guard position < characters.count, character == "*", characters[position] == "*" else {
                return .times
            }
            position += 1
            return .power
        case "/", "÷": return .over
        case "^": return .power
        case "(": return .open
        case ")": return .close
        case ",": return .comma
        default: throw fault("an operator, a number or a name", "\"\(character)\"")
        }
    }

    private mutating func number() throws(KalsaeError) -> Double {
        let start = position
        while position < characters.count {
            let character = characters[position]
            let isSign = character == "-" || character == "+"
            let isExponent = position > start && "eE".contains(characters[position - 1])
            guard
                character.isNumber || character == "." || "eE".contains(character)
                    || isSign && isExponent
            else { break }
            position += 1
        }
        let word = String(characters[start..<position])
        guard let value = Double(word), value.isFinite else {
            throw fault("a number", "\"\(word)\"")
        }
        return value
    }

    /// An error at the position.
    func fault(_ expected: String, _ got: String, advice: String = "") -> KalsaeError {
        KalsaeError(
            "formula \"\(text)\", character \(position)", expected: expected, got: got,
            advice: advice)
    }
}
