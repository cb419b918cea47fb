import Hummingbird
import Kalsae

/// A cell of a row: a number, a text, a truth value, or null where it is missing.
struct Cell: Decodable {
    /// The cell as a table has it.
    let text: String

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            text = ""
        } else if let truth = try? value.decode(Bool.self) {
            text = "\(truth)"
        } else if let number = try? value.decode(Double.self) {
            text = "\(number)"
        } else {
            text = try value.decode(String.self)
        }
    }
}

/// What the model reads and answers.
struct ModelAnswer: ResponseCodable {
    let columns: [String]
    let classes: [String]
}

/// The answer for a row: a class with the probability of each, or a value.
struct PredictionAnswer: ResponseCodable {
    var prediction: String?
    var probabilities: [String: Float]?
    var value: Double?

    init(_ predictions: Predictor.Predictions, classNames: [String]) {
        switch predictions {
        case .classes(let best, let rows):
            prediction = best.first.map { classNames[$0] }
            probabilities = rows.first.map { row in
                Dictionary(zip(classNames, row)) { first, _ in first }
            }
        case .values(let values): value = values.first
        }
    }
}
