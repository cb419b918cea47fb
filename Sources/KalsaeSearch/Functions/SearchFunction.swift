import Glibc

/// Functions with known optima on which samplers are compared; each asks a trial for its parameters.
public enum SearchFunction: String, Sendable, CaseIterable {
    /// Two numbers, three equal optima of 0.397887.
    case branin
    /// Six numbers, the optimum -3.32237 beside another of -3.2.
    case hartmann6
    /// Four numbers in a bent valley, the optimum 0.
    case rosenbrock4
    /// A made-up training with numbers on logarithmic scales, a width and a choice; the optimum 0.045.
    case training

    /// The value at the parameters of a trial.
    public func evaluate(_ trial: Trial) throws -> Double {
        switch self {
        case .branin: try Self.branin(trial)
        case .hartmann6: try Self.hartmann6(trial)
        case .rosenbrock4: try Self.rosenbrock4(trial)
        case .training: try Self.training(trial)
        }
    }

    /// The best value of a study of so many trials.
    public func best(of trials: Int, by sampler: some Sampler, seed: UInt64) throws -> Double {
        let study = try Study(rawValue, sampler: sampler, seed: seed)
        return try study.optimize(trials: trials, evaluate)?.values.first ?? .nan
    }

    private static func square(_ x: Double) -> Double { x * x }

    private static func branin(_ trial: Trial) throws -> Double {
        let x = try trial.real("x", in: -5...10)
        let y = try trial.real("y", in: 0...15)
        let bend = y - 5.1 / (4 * square(.pi)) * x * x + 5 / .pi * x - 6
        return square(bend) + 10 * (1 - 1 / (8 * .pi)) * cos(x) + 10
    }

    private static let hartmannNames = (0..<6).map { "x\($0)" }
    private static let hartmannHeights = [1, 1.2, 3, 3.2]
    private static let hartmannScales: [[Double]] = [
        [10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8],
        [17, 8, 0.05, 10, 0.1, 14],
    ]
    private static let hartmannCenters = [
        [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
        [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
        [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650],
        [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
    ]

    private static func hartmann6(_ trial: Trial) throws -> Double {
        let x = try hartmannNames.map { try trial.real($0, in: 0...1) }
        return hartmannHeights.indices.reduce(0.0) { sum, row in
            let distance = x.indices.reduce(0.0) {
                $0 + hartmannScales[row][$1] * square(x[$1] - hartmannCenters[row][$1])
            }
            return sum - hartmannHeights[row] * exp(-distance)
        }
    }

    private static func rosenbrock4(_ trial: Trial) throws -> Double {
        let x = try (0..<4).map { try trial.real(hartmannNames[$0], in: -2...2) }
        return (0..<3).reduce(0.0) {
            $0 + 100 * square(x[$1 + 1] - square(x[$1])) + square(1 - x[$1])
        }
    }

    private static func training(_ trial: Trial) throws -> Double {
        let rate = try trial.real("learningRate", in: 1e-6...1, scale: .log)
        let momentum = try trial.real("oneMinusMomentum", in: 1e-3...0.5, scale: .log)
        let width = try trial.integer("width", in: 8...512, scale: .log)
        let optimizer = try trial.choice("optimizer", of: ["sgd", "momentum", "adam"])
        let decay = try trial.real("weightDecay", in: 1e-8...1e-2, scale: .log)
        let (best, floor) =
            switch optimizer {
            case "sgd": (-0.5, 0.08)
            case "momentum": (-1.3, 0.05)
            default: (-2.6, 0.045)
            }
        return floor + 0.11 * square(log10(rate) - best) + 0.04 * square(log10(momentum) + 1)
            + 0.02 * square(log2(Double(width)) - 7) + 0.004 * square(log10(decay) + 4)
    }
}
