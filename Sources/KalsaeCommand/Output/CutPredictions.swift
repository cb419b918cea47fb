import KalsaeSupport
import KalsaeTraining

/// Counts predicted numbers at an end of the range that a model learned: beyond it a prediction does not
/// follow its inputs.
final class CutPredictions {
    private let range: ClosedRange<Double>?
    private let center: Double
    private var rows = 0, cut = 0

    /// The share of rows from which on it is told.
    private static let told = 0.01

    /// - Parameter center: what becomes 0 for the network.
    init(_ range: ClosedRange<Double>?, center: Double) {
        (self.range, self.center) = (range, center)
    }

    /// Counts the rows of a part.
    func count(_ predictions: Predictor.Predictions) {
        guard let range, case .values(let values) = predictions else { return }
        // Averages of members that all are at an end differ from it by some roundings of `float32`.
        let (low, high) = (range.lowerBound, range.upperBound)
        let (least, most) = (
            low + 1e-6 * (low - center).magnitude, high - 1e-6 * (high - center).magnitude
        )
        rows += values.count
        cut += values.count {
            $0 <= least || $0 >= most
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
