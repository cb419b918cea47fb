import Glibc
import KalsaeGraph
import KalsaeLayers
import KalsaeTensor

/// The book's `MultiLayerNet`: dense layers with an activation between them, biases 0, weights from
/// N(0, s²) in all layers, the output layer too.
struct LectureNetwork: Layer {
    /// The deviation s of the first weights.
    enum Deviation {
        /// √(2 / fan-in).
        case he
        /// √(1 / fan-in).
        case xavier
        /// The same number in every layer.
        case fixed(Double)

        func callAsFunction(fanIn: Int) -> Double {
            switch self {
            case .he: sqrt(2 / Double(fanIn))
            case .xavier: sqrt(1 / Double(fanIn))
            case .fixed(let deviation): deviation
            }
        }
    }

    var layers: [Dense]
    /// Between product and activation of each hidden layer, where there is batch norm.
    var norms: [BatchNorm]
    let activation: Activation
    /// Behind each activation, where there is dropout: the mask as it is, inference scaled.
    let dropout: Dropout?
    static let parts = Parts(\Self.layers, \.norms)

    /// A network of some hidden layers of 100 units for images of 784 pixels in ten classes.
    init(
        hidden: Int, deviation: Deviation = .he, batchNorm: Bool = false, dropout: Double? = nil,
        seed: Int
    ) {
        self.init(
            sizes: [784] + [Int](repeating: 100, count: hidden) + [10], deviation: deviation,
            batchNorm: batchNorm, dropout: dropout, seed: seed)
    }

    /// A network of layers from size to size, with a function between them.
    init(
        sizes: [Int], deviation: Deviation, activation: Activation = .relu, batchNorm: Bool = false,
        dropout: Double? = nil, seed: Int
    ) {
        layers = zip(sizes, sizes.dropFirst()).enumerated().map { index, size in
            var layer = Dense(size.0, size.1, initializer: .zeros)
            let key = RandomKey(seed: seed, stream: 100 + index)
            let scale = deviation(fanIn: size.0)
            // The deviation is data, so that one plan draws for all.
            let drawn = Tensor.normal([size.0, size.1], key: key) * Tensor(Float(scale))
            layer.weight = drawn.asParameter()
            return layer
        }
        self.activation = activation
        norms = batchNorm ? sizes.dropFirst().dropLast().map(Self.norm) : []
        self.dropout = dropout.map { Dropout($0, isClassic: true) }
    }

    /// The book's batch norm: epsilon 1e-6, biased variances, running ones that start at 0.
    private static func norm(_ units: Int) -> BatchNorm {
        var norm = BatchNorm(units, momentum: 0.1, epsilon: 1e-6, isUnbiased: false)
        norm.runningVariance = .zeros([units])
        return norm
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
        var x = x
        for (index, layer) in layers.enumerated() {
            x = layer(x)
            guard index < layers.count - 1 else { break }
            if norms.indices.contains(index) { x = norms[index](x) }
            x = activation(x)
            if let dropout { x = dropout(x) }
        }
        return x
    }
}
