import KalsaeLessons
import Testing

/// The lectures' gates, and what one line can and cannot say.
@Suite struct PerceptronTests {
    private static let corners = [(0, 0), (0, 1), (1, 0), (1, 1)]

    private static func rows(_ targets: [Int]) -> [(inputs: [Double], target: Int)] {
        zip(corners, targets).map { ([Double($0.0.0), Double($0.0.1)], $0.1) }
    }

    @Test func gatesOfTheLectures() {
        let gates: [(Perceptron, [Int])] = [
            (.and, [0, 0, 0, 1]), (.nand, [1, 1, 1, 0]), (.or, [0, 1, 1, 1]),
        ]
        for (gate, answers) in gates {
            #expect(Self.corners.map { gate($0.0, $0.1) } == answers)
        }
        #expect(Perceptron.and == Perceptron(weights: [0.5, 0.5], threshold: 0.7))
        #expect(Perceptron.nand.bias == 0.7)
        #expect(Perceptron.or.weights == [0.6, 0.6])
        #expect(Perceptron.or.threshold == 0.5)
    }

    @Test func theBorderIsAZero() {
        #expect(Perceptron(weights: [1, 1], bias: -1)(1, 0) == 0)
        #expect(Perceptron(weights: [1, 1], bias: -1)(1, 1) == 1)
    }

    @Test func threeGatesSayExclusiveOr() {
        let hidden = Self.corners.map {
            [Perceptron.nand($0.0, $0.1), Perceptron.or($0.0, $0.1)]
        }
        #expect(hidden == [[1, 0], [1, 1], [1, 1], [0, 1]])
        #expect(Self.corners.map { Perceptron.exclusiveOr($0.0, $0.1) } == [0, 1, 1, 0])
    }

    @Test func learnsWhatALineSeparates() {
        for targets in [[0, 0, 0, 1], [1, 1, 1, 0], [0, 1, 1, 1], [0, 0, 1, 1]] {
            var unit = Perceptron(weights: [0, 0])
            let course = unit.learn(Self.rows(targets), rate: 0.5)
            #expect(course.isSeparated)
            #expect(Self.corners.map { unit($0.0, $0.1) } == targets)
        }
    }

    @Test func oneLineCannotSayExclusiveOr() {
        var unit = Perceptron(weights: [0.3, -0.2], bias: 0.1)
        let course = unit.learn(Self.rows([0, 1, 1, 0]), passes: 1000)
        #expect(!course.isSeparated)
        #expect(course.mistakes.count == 1000)
        // No weights of a fine grid do either.
        let grid = stride(from: -2.0, through: 2, by: 0.25)
        for first in grid {
            for second in grid {
                for bias in grid {
                    let unit = Perceptron(weights: [first, second], bias: bias)
                    #expect(Self.corners.map { unit($0.0, $0.1) } != [0, 1, 1, 0])
                }
            }
        }
    }
}
