import Glibc
import KalsaeGraph
import KalsaeLayers
import KalsaeTensor

/// The convolutional networks of 'Deep Learning from Scratch', chapters 7 and 8, for images
/// `[28, 28, 1]` in ten classes.
struct LectureConvNet: Layer {
    var body: Sequential
    static let parts = Parts(\Self.body)

    func callAsFunction(_ x: Tensor) -> Tensor { body(x) }

    /// Chapter 7: 30 filters 5x5, max-pool, 100 units; all weights from N(0, .01²).
    static func simple(seed: Int) -> LectureConvNet {
        var draw = Draw(seed: seed)
        return LectureConvNet(
            body: Sequential(
                draw.conv(1, 30, kernel: 5, padding: 0, deviation: 0.01), MaxPool2D(2), Flatten(),
                draw.dense(4320, 100, .relu, deviation: 0.01),
                draw.dense(100, 10, .identity, deviation: 0.01)))
    }

    /// Chapter 8: six 3x3 convolutions, three pools, 50 units with dropout .5, He's weights.
    ///
    /// The book drops half of the logits too, which only keeps the training loss near 1: left out.
    static func deep(seed: Int) -> LectureConvNet {
        var draw = Draw(seed: seed)
        return LectureConvNet(
            body: Sequential(
                draw.conv(1, 16, padding: 1), draw.conv(16, 16, padding: 1), MaxPool2D(2),
                draw.conv(16, 32, padding: 1), draw.conv(32, 32, padding: 2), MaxPool2D(2),
                draw.conv(32, 64, padding: 1), draw.conv(64, 64, padding: 1), MaxPool2D(2),
                Flatten(), draw.dense(1024, 50, .relu), Dropout(0.5, isClassic: true),
                draw.dense(50, 10, .identity)))
    }

    /// Makes layers whose weights are normal, by default of He's deviation √(2 / fan-in).
    private struct Draw {
        let seed: Int
        var stream = 200

        init(seed: Int) { self.seed = seed }

        mutating func weight(_ shape: Shape, _ deviation: Double?) -> Tensor {
            stream += 1
            let fanIn = shape.dropLast().reduce(1, *)
            let scale = deviation ?? sqrt(2 / Double(fanIn))
            let key = RandomKey(seed: seed, stream: stream)
            return Tensor.normal(shape, deviation: scale, key: key).asParameter()
        }

        mutating func conv(
            _ inputs: Int, _ filters: Int, kernel: Int = 3, padding: Int, deviation: Double? = nil
        ) -> Conv2D {
            var layer = Conv2D(
                inputs, filters, kernel: Pair(kernel, kernel), padding: .all(padding),
                activation: .relu, initializer: .zeros)
            layer.weight = weight([kernel, kernel, inputs, filters], deviation)
            return layer
        }

        mutating func dense(
            _ inputs: Int, _ outputs: Int, _ activation: Activation, deviation: Double? = nil
        ) -> Dense {
            var layer = Dense(inputs, outputs, activation: activation, initializer: .zeros)
            layer.weight = weight([inputs, outputs], deviation)
            return layer
        }
    }
}
