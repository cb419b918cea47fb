import Glibc
import KalsaeLessons
import KalsaeSupport
import Testing

/// Exercises take the answers that one finds by hand, and refuse those next to them.
@Suite(.serialized) struct ExerciseTests {
    private static let answers: [Lesson: [Double]] = [
        .perceptron: [1, -1, -0.5],
        .xor: [1, -1, -0.5],
        // σ'(0) = 1/4, tanh'(0) = 1.
        .activations: [0.25, 1],
        // 10·64 + 64 + 64·64 + 64 + 64 + 1.
        .forward: [4929],
        // ln(1 + e^-2).
        .losses: [0.1269],
        // 2·1 + 3·2, 3·1.
        .numericalGradient: [8, 3],
        // 120 · 1.08, 120 · 4.
        .apples: [129.6, 480],
        // .45 - .0259228556.
        .backprop: [0.4241],
        // ⌈60000 / 128⌉ = 469.
        .batches: [4690],
        .optimizers2D: [-6.7977, 0.92],
        .optimizersMNIST: [2],
        // .2 / 21 = .0095.
        .rateDecay: [20],
        .twolayer: [39_760],
        // 10·32 + 32·32 + 32, 32·12 + 12.
        .recurrent: [1376, 396],
        .initializers: [0.0505, 0.1225],
        .initializersMNIST: [2.3026],
        .vanishing: [9.5367e-7],
        .clipping: [3, 4, 5, 5],
        .batchNorm: [-1.2247, 0, 1.2247],
        .smallBatches: [0.2],
        // Mean 1, deviation √2.
        .layerNorm: [-0.7071, -0.7071, 1.4142],
        .overfit: [603],
        // 256·256 + 256 + 256·128 + 128 + 128·10 + 10.
        .capacity: [99_978],
        // ½ · .1 · 25, .1 · 3.
        .weightDecay: [1.25, 0.3],
        .sparsity: [0.7, -0.1],
        .dropout: [1, 2],
        .noise: [0.25],
        .augmentation: [8],
        // (32 + 4 - 5) / 3 + 1, rounded down.
        .convolution: [11, 11],
        .pooling: [2, 18],
        .filters: [156, 28],
        .simpleConvNet: [1168],
        .deepConvNet: [18, 25],
        .fashionMNIST: [0.91, 0.01],
        .characters: [4.17],
        // 4 · (64·256 + 256·256 + 256).
        .charactersLSTM: [328_704],
        .splits: [700],
        .gridRandom: [0.01, 50],
        .coarseToFine: [0.25],
        .pandaCaviar: [2],
    ]

    @Test(arguments: Lesson.allCases)
    func theRightAnswerIsTakenAndOthersAreNot(lesson: Lesson) async throws {
        let answer = try #require(Self.answers[lesson])
        #expect(lesson.exercise.count == answer.count)
        let right = try await lesson.check(answer: answer)
        #expect(right == [Bool](repeating: true, count: answer.count))
        var wrong = answer
        wrong[0] = -wrong[0] + 3
        #expect(try await lesson.check(answer: wrong).contains(false))
        await #expect(throws: KalsaeError.self) { _ = try await lesson.check(answer: answer + [1]) }
    }

    /// What a lesson prints of a number is an answer to its exercise.
    @Test(arguments: Lesson.allCases, [3, 4])
    func roundedAnswersAreTaken(lesson: Lesson, digits: Int) async throws {
        let exercise = lesson.exercise
        guard let right = exercise.right, exercise.takesRounded else { return }
        let exact = try right()
        let rounded = exact.map { value in
            guard value != 0 else { return value }
            let unit = pow(10, log10(value.magnitude).rounded(.down) - Double(digits - 1))
            return (value / unit).rounded() * unit
        }
        #expect(
            try await lesson.check(answer: rounded) == exact.map { _ in true },
            "\(rounded) for \(exact)")
    }

    @Test func twoDigitsAreTooFew() async throws {
        #expect(try await Lesson.optimizers2D.check(answer: [-6.798, 0.92]) == [true, true])
        #expect(try await Lesson.optimizers2D.check(answer: [-6.8, 0.9]) == [true, false])
        #expect(try await Lesson.optimizers2D.check(answer: [-6.797, 0.92]) == [false, true])
        // A count of parameters is not rounded.
        #expect(try await Lesson.twolayer.check(answer: [39_800]) == [false])
    }
}
