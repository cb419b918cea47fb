import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// A text as numbers of characters, in a part to train on and a later part to validate on.
///
/// A character is a Unicode scalar; its number is its index in ``vocabulary``, in Unicode's order.
public struct CharacterText: Sendable, Equatable {
    /// What the text is called.
    public let name: String
    /// All characters that occur, ascending.
    public let vocabulary: [Unicode.Scalar]
    /// The numbers of the first part.
    public let train: [Int32]
    /// The numbers of the rest.
    public let validation: [Int32]

    /// Numbers the characters of a text; its last share is for validation.
    ///
    /// - Throws: a `KalsaeError` for a share outside of 0 ..< 1, or a text without two characters.
    public init(_ text: String, name: String, validation share: Double = 0.1) throws(KalsaeError) {
        let scalars = Array(text.unicodeScalars)
        guard share >= 0, share < 1, scalars.count >= 2 else {
            throw KalsaeError(
                name, expected: "at least two characters and a share in 0 ..< 1",
                got: "\(scalars.count) characters, share \(share)")
        }
        let known = Set(scalars).sorted()
        var numbers: [Unicode.Scalar: Int32] = [:]
        for (index, scalar) in known.enumerated() { numbers[scalar] = Int32(index) }
        let all = scalars.map { numbers[$0] ?? 0 }
        let cut = Int(Double(all.count) * (1 - share))
        self.name = name
        vocabulary = known
        train = Array(all[..<cut])
        validation = Array(all[cut...])
    }

    /// The numbers of a text; throws where a character is not in the vocabulary.
    public func encode(_ text: String) throws(KalsaeError) -> [Int32] {
        var numbers: [Int32] = []
        for scalar in text.unicodeScalars {
            guard let index = vocabulary.firstIndex(of: scalar) else {
                throw KalsaeError(
                    name, expected: "characters of the text", got: "\(scalar.debugDescription)")
            }
            numbers.append(Int32(index))
        }
        return numbers
    }

    /// The text of numbers; those outside of the vocabulary are left out.
    public func decode(_ numbers: [Int32]) -> String {
        var text = String.UnicodeScalarView()
        for number in numbers where vocabulary.indices.contains(Int(number)) {
            text.append(vocabulary[Int(number)])
        }
        return String(text)
    }

    /// Windows of a part with, for each position, the character that follows: `[count, length]` both.
    ///
    /// - Parameters:
    ///   - part: ``train`` or ``validation``.
    ///   - length: characters in a window.
    ///   - stride: from the start of a window to that of the next; without it, the length.
    /// - Throws: a `KalsaeError` where not even one window fits.
    public static func windows(
        of part: [Int32], length: Int, stride: Int? = nil
    ) throws -> Dataset {
        let step = stride ?? length
        guard length >= 1, step >= 1, part.count > length else {
            throw KalsaeError(
                "windows", expected: "a length and a stride from 1, shorter than the text",
                got: "length \(length), stride \(step), \(part.count) characters")
        }
        let starts = Array(Swift.stride(from: 0, to: part.count - length, by: step))
        func rows(_ shift: Int) -> Tensor {
            let numbers = starts.flatMap { part[($0 + shift)..<($0 + shift + length)] }
            return Tensor(numbers, shape: [starts.count, length])
        }
        return try Dataset(rows(0), rows(1))
    }
}
