import Glibc
import KalsaeGraph
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor

/// Batch norm as 'Deep Learning from Scratch' writes it.
///
/// Epsilon 1e-6, biased variance also in the running statistics, which start at 0 and keep 0.9 of
/// themselves.
struct LectureBatchNorm: Layer {
    var gamma: Tensor
    var beta: Tensor
    var runningMean: Tensor
    var runningVariance: Tensor
    static let parts = Parts(\Self.gamma, \.beta).state(\.runningMean, \.runningVariance)

    init(_ channels: Int) {
        gamma = Tensor.ones([channels]).asParameter()
        beta = Tensor.zeros([channels]).asParameter()
        runningMean = .zeros([channels])
        runningVariance = .zeros([channels])
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
        guard let scope = StepScope.current, scope.isTraining else {
            return (x - runningMean) * ((runningVariance + 1e-6).rsqrt() * gamma) + beta
        }
        let mean = x.mean(axes: [0])
        let centered = x - mean
        let variance = centered.square().mean(axes: [0])
        scope.report(runningMean, becomes: runningMean * 0.9 + mean.stopGradient() * 0.1)
        scope.report(
            runningVariance, becomes: runningVariance * 0.9 + variance.stopGradient() * 0.1)
        return centered * ((variance + 1e-6).rsqrt() * gamma) + beta
    }
}

/// Dropout as in the lectures: training multiplies by 0 or 1, inference by `1 - rate`.
struct LectureDropout: Layer {
    let rate: Double
    static let parts = Parts<Self>()

    init(_ rate: Double) { self.rate = rate }

    func callAsFunction(_ x: Tensor) -> Tensor {
        guard let scope = StepScope.current, scope.isTraining else { return x * (1 - rate) }
        let random = Tensor.uniform(x.shape, key: scope.nextKey(), dtype: x.dtype)
        return (random .> rate).select(x, .zeros(like: x))
    }
}

/// The book's `MultiLayerNet`: dense layers with ReLU between them, biases 0, weights from
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
    /// Between product and ReLU of each hidden layer, where there is batch norm.
    var norms: [LectureBatchNorm]
    let dropout: LectureDropout?
    static let parts = Parts(\Self.layers, \.norms)

    /// A network of some hidden layers of 100 units for images of 784 pixels in ten classes.
    init(
        hidden: Int, deviation: Deviation = .he, batchNorm: Bool = false, dropout: Double? = nil,
        seed: Int
    ) {
        let sizes = [784] + [Int](repeating: 100, count: hidden) + [10]
        layers = zip(sizes, sizes.dropFirst()).enumerated().map { index, size in
            var layer = Dense(size.0, size.1, initializer: .zeros)
            let key = RandomKey(seed: seed, stream: 100 + index)
            let scale = deviation(fanIn: size.0)
            layer.weight = Tensor.normal([size.0, size.1], deviation: scale, key: key).asParameter()
            return layer
        }
        norms = batchNorm ? (0..<hidden).map { _ in LectureBatchNorm(100) } : []
        self.dropout = dropout.map(LectureDropout.init)
    }

    func callAsFunction(_ x: Tensor) -> Tensor {
        var x = x
        for (index, layer) in layers.enumerated() {
            x = layer(x)
            guard index < layers.count - 1 else { break }
            if norms.indices.contains(index) { x = norms[index](x) }
            x = x.relu()
            if let dropout { x = dropout(x) }
        }
        return x
    }
}
