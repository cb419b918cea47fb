/// What a network does on some rows of its data, layer by layer: outputs, gradients, updates, and rows
/// whose label it contradicts.
public struct ModelCheckup: Sendable, Equatable {
    /// The outputs of a layer, in inference.
    public struct Outputs: Sendable, Equatable {
        /// The layer.
        public var layer: String
        /// Its activation; nil where it has none.
        public var activation: String?
        /// Its units (channels of images), and those that are 0 for every row.
        public var units: Int, dead: Int
        /// The share of outputs where the activation's slope is below about a fiftieth: of sigmoid
        /// outside of 0.01 to 0.99, of tanh beyond 0.99.
        public var saturated: Double
    }

    /// One parameter in a step of training.
    public struct Parameter: Sendable, Equatable {
        /// Its name, as in `dense1.weight`.
        public var name: String
        /// Whether it has several axes: weights, not biases.
        public var isWeight: Bool
        /// The root of the mean square of its numbers, of its gradient, and of what a step changes.
        public var value: Double, gradient: Double, update: Double

        /// How large a step is beside the numbers that it changes.
        public var updateRatio: Double { value > 0 ? update / value : 0 }
    }

    /// A row whose label the network contradicts with certainty.
    public struct OddRow: Sendable, Equatable {
        /// The part that it is of, and its number there, from 0.
        public var part: String, row: Int
        /// What the data say, and what the network says.
        public var label: String, prediction: String
        /// The probability of the prediction.
        public var probability: Double
        /// Where it is found, as `row 17 (line 19) of houses.csv`; nil where only the part is known.
        public var location: String?
    }

    /// The rows that outputs and gradients are of.
    public var rows: Int
    /// The layers, in order.
    public var outputs: [Outputs] = []
    /// The parameters, in order.
    public var parameters: [Parameter] = []
    /// The learning rate of the step.
    public var learningRate: Double
    /// Rows with labels that look wrong, the most certain first, of how many.
    public var oddRows: [OddRow] = [], examined = 0
    /// The number of classes; nil for values.
    public var classes: Int?
}
