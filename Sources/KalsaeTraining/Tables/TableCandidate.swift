import KalsaeGraph
import KalsaeLayers

/// One kind of network that is tried on a table, with how it is trained.
struct TableCandidate: Sendable {
    /// The name in reports.
    var name: String
    /// The units of the hidden layers; none for a linear model.
    var hidden: [Int]
    /// The intervals of each column of numbers; 0 for none.
    var bins: Int
    /// The function between layers.
    var activation = Activation.mish
    /// The share of hidden units that a step leaves out.
    var dropout = 0.1
    /// The largest learning rate.
    var learningRate: Double
    /// Decoupled weight decay, times the learning rate.
    var decay: Double

    /// Whether it is one layer of the inputs as they are.
    var isLinear: Bool { hidden.isEmpty && bins == 0 }

    /// The layers for inputs of which some columns get intervals.
    ///
    /// - Parameter link: the function behind the last layer; nil for none.
    func layers(columns: [Int], outputs: Int, link: Activation?) -> [LayerSpec] {
        var layers: [LayerSpec] = []
        if bins > 0, !columns.isEmpty {
            layers.append(.piecewiseLinear(columns: columns, bins: bins))
        }
        for units in hidden {
            layers.append(.dense(units: units, activation: activation))
            if dropout > 0 { layers.append(.dropout(rate: dropout)) }
        }
        return layers + [.dense(units: outputs, activation: link ?? .identity)]
    }

    /// Multiply-adds of one row, forward.
    func cost(inputs: Int, columns: Int, outputs: Int) -> Double {
        let sizes = [inputs + bins * columns] + hidden + [outputs]
        return zip(sizes, sizes.dropFirst()).reduce(0) { $0 + Double($1.0 * $1.1) }
    }
}
