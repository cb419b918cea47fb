import KalsaeSupport
import KalsaeTraining

/// Counts predicted numbers at an end of the range that a model learned: beyond it a prediction does not
/// follow its inputs.
final class CutPredictions {
    private let range: ClosedRange<Double>?
    private var rows = 0, cut = 0

    /// The share of rows from which on it is told.
    private static let told = 0.01

    init(_ range: ClosedRange<Double>?) { self.range = range }

    /// Counts the rows of a part.
    func count(_ predictions: Predictor.Predictions) {
        guard let range, case .values(let values) = predictions else { return }
        // Averages of members that all are at the end differ from it by rounding.
        let slack = 1e-5 * (range.upperBound - range.lowerBound)
        rows += values.count
        cut += values.count {
            $0 <= range.lowerBound + slack || $0 >= range.upperBound - slack
        }
    }

    /// Tells how many there were, where they were not few.
    func tell() {
        guard let range, cut > 0, Double(cut) >= Self.told * Double(rows) else { return }
        Notice.say(
            "\(cut) of \(rows) predictions are at an end of what was learned "
                + "(\(range.lowerBound.short) to \(range.upperBound.short)), beyond which none goes"
        )
    }
}
