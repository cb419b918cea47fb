import Foundation
import KalsaeData
import KalsaeLayers
import KalsaeOptimizers
import KalsaeRuns
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Testing

/// Faults that were put into trainings are found, and sound trainings have none.
@Suite struct DoctorTests {
    private let folder = NSTemporaryDirectory() + "kalsae-doctor-\(UUID().uuidString)"

    private func run(_ layers: [LayerSpec], _ change: (inout Recipe) -> Void = { _ in }) throws
        -> TrainingRun
    {
        let parts = try NamedSet.iris.load(seed: 1)
        var recipe = Recipe(for: parts)
        recipe.network = .layers(layers, name: "layers")
        recipe.epochs = 30
        change(&recipe)
        return try TrainingRun(recipe, data: parts)
    }

    private func findings(
        _ checkup: ModelCheckup?, _ metrics: [String: [Double]] = [:], changes: Int = 0
    ) throws -> [String: Finding] {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try Store(folder: folder)
        let run = try store.createRun(RunDescription(name: "patient"))
        for (name, values) in metrics {
            let points = values.enumerated().map {
                MetricPoint(step: $0.offset + 1, epoch: $0.offset + 1, value: $0.element)
            }
            try store.append(points, to: name, of: run)
        }
        try store.record((0..<changes).map { RunEvent("change", step: $0) }, of: run)
        let diagnosis = try Diagnosis(store.run("patient"), in: store, checkup: checkup)
        let korean = try Diagnosis(
            store.run("patient"), in: store, checkup: checkup, language: .korean)
        Self.compare(diagnosis, korean)
        let ranks = diagnosis.findings.map {
            Finding.Verdict.allCases.firstIndex(of: $0.verdict) ?? 9
        }
        #expect(ranks == ranks.sorted())
        return Dictionary(diagnosis.findings.map { ($0.name, $0) }) { first, _ in first }
    }

    /// Both languages say the same of the same, each in its own letters.
    private static func compare(_ english: Diagnosis, _ korean: Diagnosis) {
        func hasHangul(_ text: String) -> Bool {
            text.unicodeScalars.contains { (0xac00...0xd7a3).contains($0.value) }
        }
        /// Whether English is left but options, activations, and names of layers and columns.
        func hasEnglish(_ text: String) -> Bool {
            let rest = text.replacing(
                /--[a-z-]+|[a-z]+[0-9]+[.a-z]*|[0-9]e[-+][0-9]+|relu|tanh/, with: "")
            return rest.replacing(/ReLU|sigmoid|He |ln |inf|nan|validation|train/, with: "")
                .contains(/[a-zA-Z]{2}/)
        }
        #expect(english.findings.map(\.name) == korean.findings.map(\.name))
        #expect(english.findings.map(\.numbers) == korean.findings.map(\.numbers))
        #expect(english.findings.map(\.command) == korean.findings.map(\.command))
        for (one, other) in zip(english.findings, korean.findings) {
            #expect(!hasHangul(one.text + one.remedy))
            #expect(hasHangul(other.text) && !hasEnglish(other.text), "\(other.text)")
            #expect(one.remedy.isEmpty == other.remedy.isEmpty)
            #expect(other.remedy.isEmpty || hasHangul(other.remedy), "\(other.remedy)")
            #expect(!hasEnglish(other.remedy), "\(other.remedy)")
        }
        #expect(english.notJudged.count == korean.notJudged.count)
        #expect(korean.notJudged.allSatisfy { hasHangul($0) && !hasEnglish($0) })
    }

    @Test func sharesHaveTwoOrThreeDigits() {
        let cases: [(Double, String)] = [
            (0, "0 %"), (1, "100 %"), (0.341797, "34.2 %"), (0.020730, "2.07 %"),
            (0.00358, "0.36 %"), (0.000512, "0.051 %"), (0.9999, "100 %"), (0.0996, "9.96 %"),
        ]
        for (share, text) in cases { #expect(share.percentText == text) }
    }

    @Test func aSoundTrainingHasNoProblem() async throws {
        let run = try run([
            .dense(units: 16, activation: .relu), .dense(units: 16, activation: .relu),
            .dense(units: 3),
        ])
        let outcome = try await run.run()
        let checkup = try run.checkup(outcome.state)
        #expect(checkup.classes == 3 && checkup.rows == run.data.train.count)
        #expect(checkup.outputs.map(\.layer) == ["dense1", "dense2"])
        #expect(checkup.parameters.map(\.name).count == 6)
        let found = try findings(
            checkup,
            [
                "loss": [1.1, 0.9, 0.5, 0.2], "train/loss": [1.0, 0.6, 0.3, 0.2],
                "validation/loss": [1.0, 0.6, 0.35, 0.25], "time/waiting": [0.001, 0.002],
                "compilations": [2],
            ])
        let problems = found.values.filter { $0.verdict == .problem }
        #expect(problems.isEmpty, "\(problems)")
        for name in [
            "loss-at-start", "learning", "overfitting", "waiting", "recompilations", "dead-units",
            "gradients", "updates", "without-gradient", "labels",
        ] { #expect(found[name] != nil, "\(name)") }
    }

    /// Ten sigmoid layers: each multiplies gradients by at most 1/4 and by small weights.
    @Test func vanishingGradientsAreFound() async throws {
        let layers = [LayerSpec](repeating: .dense(units: 6, activation: .sigmoid), count: 10)
        let run = try run(layers + [.dense(units: 3)])
        let outcome = try await run.run()
        let found = try findings(try run.checkup(outcome.state))
        #expect(found["gradients"]?.verdict == .problem, "\(found)")
        #expect(found["gradients"]?.text.contains("dense1.weight") == true)
        #expect(found["gradients"]?.command.contains("--config-of patient") == true)
    }

    /// A bias of -100 keeps all units of a layer at 0, and gradients from all before it.
    @Test func deadUnitsAndWhatGetsNoGradientAreFound() async throws {
        let run = try run([
            .dense(units: 8, activation: .relu), .dense(units: 3),
        ])
        var state = try await run.run().state
        state.model = state.model.mapTensors { path, tensor in
            path.name.hasSuffix("dense1.bias") ? Tensor.full(tensor.shape, -100) : tensor
        }
        let checkup = try run.checkup(state)
        #expect(checkup.outputs.map(\.dead) == [8] && checkup.outputs.map(\.units) == [8])
        let found = try findings(checkup)
        #expect(found["dead-units"]?.verdict == .problem)
        #expect(found["without-gradient"]?.text.contains("dense1.weight") == true)
    }

    @Test func saturationIsFound() async throws {
        let run = try run([.dense(units: 8, activation: .tanh), .dense(units: 3)])
        var state = try await run.run().state
        state.model = state.model.mapTensors { path, tensor in
            path.name.hasSuffix("dense1.weight") ? tensor * 1000 : tensor
        }
        let found = try findings(try run.checkup(state))
        #expect(found["saturation"]?.verdict == .problem, "\(found)")
    }

    /// Rows whose labels were changed are those that are named.
    @Test func wrongLabelsAreNamed() async throws {
        let whole = try NamedSet.digits.load(seed: 1)
        let wrong = [3, 77, 150]
        guard case .classes(var labels, let names) = whole.validation.targets else { return }
        for row in wrong { labels[row] = (labels[row] + 5) % 10 }
        let validation = try LabeledData(
            features: whole.validation.features, featureShape: whole.validation.featureShape,
            targets: .classes(labels, names: names))
        let parts = DataParts(
            name: "digits", train: whole.train, validation: validation, test: whole.test)
        var recipe = Recipe(for: parts)
        (recipe.epochs, recipe.patience) = (6, nil)
        let run = try TrainingRun(recipe, data: parts)
        let checkup = try run.checkup(try await run.run().state)
        let named = checkup.oddRows.filter { $0.part == "validation" }.map(\.row)
        // A network with some 0.98 of the digits right may miss one of three, and name few others.
        #expect(Set(named).intersection(wrong).count >= 2, "\(named)")
        #expect(named.count <= 30)
        let row = try #require(checkup.oddRows.first { wrong.contains($0.row) })
        #expect(row.label != row.prediction && row.probability >= 0.95)
        #expect(try findings(checkup)["labels"]?.text.contains("looks like") == true)
    }

    @Test(
        arguments: [
            ("loss-at-start", ["loss": [30, 20, 2]]),
            ("learning", ["loss": [1, 1, 1], "train/loss": [1, 0.99, 1.0]]),
            ("learning", ["loss": [1, 5, 90], "train/loss": [1, 20, 90]]),
            (
                "overfitting",
                ["train/loss": [1, 0.5, 0.1, 0.01], "validation/loss": [1, 0.6, 0.7, 0.9]]
            ),
            ("waiting", ["time/waiting": [0.4, 0.5]]),
            ("recompilations", ["compilations": [40]]),
        ] as [(String, [String: [Double]])])
    func curvesTellWhatIsWrong(_ name: String, _ metrics: [String: [Double]]) async throws {
        let run = try run([.dense(units: 8, activation: .relu), .dense(units: 3)])
        let checkup = try run.checkup(try await run.run().state)
        let found = try findings(checkup, metrics)
        #expect(found[name]?.verdict == .problem, "\(found)")
        #expect(found[name]?.numbers.isEmpty == false && found[name]?.remedy.isEmpty == false)
    }

    /// A change of a setting compiles the step anew: that is nothing to mend.
    @Test(arguments: [(changes: 9, isGood: true), (0, false)])
    func changesOfSettingsAreCompiled(_ changes: Int, _ isGood: Bool) async throws {
        let run = try run([.dense(units: 8, activation: .relu), .dense(units: 3)])
        let checkup = try run.checkup(try await run.run().state)
        let found = try findings(checkup, ["compilations": [40]], changes: changes)
        #expect((found["recompilations"]?.verdict == .good) == isGood, "\(found)")
    }
}
