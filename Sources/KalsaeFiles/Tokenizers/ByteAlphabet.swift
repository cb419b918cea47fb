/// GPT-2's letters for bytes: those that print stand for themselves, the others for the letters from
/// U+0100 on.
enum ByteAlphabet {
    private static let letters: [Unicode.Scalar] = {
        var letters: [Unicode.Scalar] = []
        var next: UInt32 = 0x100
        for byte in UInt8.min...UInt8.max {
            if (0x21...0x7e).contains(byte) || (0xa1...0xac).contains(byte) || byte >= 0xae {
                letters.append(Unicode.Scalar(byte))
            } else {
                letters.append(Unicode.Scalar(next) ?? " ")
                next += 1
            }
        }
        return letters
    }()

    private static let numbers: [Unicode.Scalar: UInt8] = {
        var numbers: [Unicode.Scalar: UInt8] = [:]
        for (byte, letter) in letters.enumerated() { numbers[letter] = UInt8(byte) }
        return numbers
    }()

    /// The letter of a byte.
    static func text(of byte: UInt8) -> String { String(letters[Int(byte)]) }

    /// The bytes of a token; nil where it has other letters.
    static func bytes(of token: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        for scalar in token.unicodeScalars {
            guard let byte = numbers[scalar] else { return nil }
            bytes.append(byte)
        }
        return bytes
    }
}
