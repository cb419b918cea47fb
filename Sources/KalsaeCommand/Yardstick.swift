import KalsaeGraph
import KalsaeLayers
import KalsaeOptimizers
import KalsaeTensor

/// The networks by which training frameworks are compared, with batch and optimizer.
enum Yardstick: String, CaseIterable {
    case iris, twolayer, mlp

    /// The shape of one input.
    var input: Shape { self == .iris ? [4] : [784] }

    var classes: Int { self == .iris ? 3 : 10 }

    var batch: Int {
        switch self {
        case .iris: 32
        case .twolayer: 100
        case .mlp: 128
        }
    }

    var optimizer: any Optimizer {
        switch self {
        case .iris, .mlp: Adam()
        case .twolayer: SGD(learningRate: 0.1)
        }
    }

    var layers: [LayerSpec] {
        switch self {
        case .iris:
            [
                .dense(units: 8, activation: .relu), .dense(units: 8, activation: .relu),
                .dense(units: 3),
            ]
        case .twolayer: [.dense(units: 50, activation: .relu), .dense(units: 10)]
        case .mlp:
            [
                .dense(units: 256, useBias: false), .batchNorm, .activation(.relu),
                .dropout(rate: 0.5), .dense(units: 128, useBias: false), .batchNorm,
                .activation(.relu), .dropout(rate: 0.5), .dense(units: 10),
            ]
        }
    }
}
