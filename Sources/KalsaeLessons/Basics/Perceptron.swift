/// A single unit that says 0 or 1 (Rosenblatt, 1958): 1 where `Σ wᵢ xᵢ + bias > 0`.
///
/// With a threshold instead of a bias: `Σ wᵢ xᵢ > threshold`, which is a bias of -threshold. It
/// draws one straight line (a plane, with more inputs), so it can say AND, NAND and OR but not
/// XOR: of 0, 1, 1, 0 at the corners of a square no line leaves the ones on one side. Were there
/// one, adding `w₁ + b > 0` and `w₂ + b > 0` would give `w₁ + w₂ + 2b > 0`, yet `b ≤ 0` and
/// `w₁ + w₂ + b ≤ 0` add up to the opposite. Three gates in two layers can: see ``exclusiveOr(_:_:)``.
public struct Perceptron: Hashable, Sendable {
    /// One weight for each input.
    public var weights: [Double]
    /// Added to the weighted sum.
    public var bias: Double

    /// Makes a unit with a bias.
    public init(weights: [Double], bias: Double = 0) {
        self.weights = weights
        self.bias = bias
    }

    /// Makes a unit with a threshold that the weighted sum must exceed.
    public init(weights: [Double], threshold: Double) {
        self.init(weights: weights, bias: -threshold)
    }

    /// What the weighted sum must exceed for a 1: -bias.
    public var threshold: Double {
        get { -bias }
        set { bias = -newValue }
    }

    /// The weighted sum and the bias; missing inputs count as 0.
    public func sum(_ inputs: [Double]) -> Double {
        zip(weights, inputs).reduce(bias) { $0 + $1.0 * $1.1 }
    }

    /// 1 where the sum is above 0, else 0.
    public func callAsFunction(_ inputs: [Double]) -> Int { sum(inputs) > 0 ? 1 : 0 }

    /// 1 where the sum of two inputs is above 0, else 0.
    public func callAsFunction(_ first: Int, _ second: Int) -> Int {
        self([Double(first), Double(second)])
    }
}

extension Perceptron {
    /// What learning came to.
    public struct Course: Hashable, Sendable {
        /// Wrong answers in each pass over the rows; the last is 0 if the rule came to an end.
        public var mistakes: [Int]
        /// Whether every row is right.
        public var isSeparated: Bool { mistakes.last == 0 }
    }

    /// The perceptron's learning rule: after each wrong answer
    /// `wᵢ ← wᵢ + rate · (target - answer) · xᵢ`, and the bias alike, row by row.
    ///
    /// It ends after finitely many mistakes where a line separates the rows (Novikoff, 1962), and
    /// never where none does: then after `passes`.
    ///
    /// - Parameters:
    ///   - rows: inputs with their targets, 0 or 1.
    ///   - rate: how far one step goes.
    ///   - passes: how often all rows are gone through, at most.
    @discardableResult
    public mutating func learn(
        _ rows: [(inputs: [Double], target: Int)], rate: Double = 1, passes: Int = 100
    ) -> Course {
        var course = Course(mistakes: [])
        while course.mistakes.count < passes, !course.isSeparated {
            var mistakes = 0
            for (inputs, target) in rows {
                let error = Double(target - self(inputs))
                guard error != 0 else { continue }
                mistakes += 1
                for (index, input) in zip(weights.indices, inputs) {
                    weights[index] += rate * error * input
                }
                bias += rate * error
            }
            course.mistakes.append(mistakes)
        }
        return course
    }
}

// The gates with the lectures' weights.
extension Perceptron {
    /// 1 where both inputs are 1.
    public static let and = Perceptron(weights: [0.5, 0.5], bias: -0.7)
    /// 0 where both inputs are 1.
    public static let nand = Perceptron(weights: [-0.5, -0.5], bias: 0.7)
    /// 1 where an input is 1.
    public static let or = Perceptron(weights: [0.6, 0.6], bias: -0.5)

    /// 1 where exactly one input is 1: `and(nand(a, b), or(a, b))`, a network of two layers.
    public static func exclusiveOr(_ first: Int, _ second: Int) -> Int {
        and(nand(first, second), or(first, second))
    }
}
