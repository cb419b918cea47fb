import Foundation
import Kalsae
import KalsaeLessons
import KalsaePlots
import KalsaeSupport
import Testing

/// Networks explained layer by layer and neuron by neuron.
@Suite struct ModelExplanationTests {
    /// The lectures' 2-2-2 network in `float64`.
    private func lectures() throws -> ModelExplanation {
        let layer = LayerSpec.dense(units: 2, activation: .sigmoid, useBias: false)
        let model = try Sequential([layer, layer], input: [2])
        let weights: [[Double]] = [[0.3, 0.4, 0.25, 0.35], [0.45, 0.7, 0.4, 0.6]]
        var next = 0
        let exact = model.mapTensors { _, _ in
            defer { next += 1 }
            return Tensor(weights[next], shape: [2, 2])
        }
        return try ModelExplanation(
            exact, ModelQuestion("lectures", input: [0.1, 0.2], target: .values([0.4, 0.6])))
    }

    private func near(_ got: [Double], _ wanted: [Double], within: Double = 1e-12) -> Bool {
        got.count == wanted.count
            && zip(got, wanted).allSatisfy { abs($0 - $1) <= within }
    }

    /// Every number of the worked example, wikidocs 37406, computed apart in `float64`.
    @Test func theWorkedExampleComesOut() throws {
        let explanation = try lectures()
        #expect(abs(explanation.result - 0.0239719007517300) < 1e-12)
        let outputs = explanation.stages.map(\.output.values)
        #expect(near(outputs[0], [0.08, 0.11]))
        #expect(near(outputs[1], [0.5199893401555818, 0.5274723043445937]))
        #expect(near(outputs[2], [0.4449841248078493, 0.6804759207156634]))
        #expect(near(outputs[3], [0.6094460049966992, 0.6638449096982892]))
        let gradients = explanation.stages.map(\.gradient.values)
        #expect(near(gradients[3], [0.2094460049966992, 0.0638449096982893]))
        #expect(near(gradients[2], [0.0498526673563947, 0.0142473009638944]))
        #expect(near(gradients[1], [0.0324068109851037, 0.0284894475208945]))
        #expect(
            near(
                explanation.stages[3].slopes?.values ?? [],
                [0.2380215719902625, 0.2231548455659594]))
        #expect(
            near(
                explanation.stages[1].slopes?.values ?? [],
                [0.2496004262801445, 0.2492452724939980]))
        // W1, W3, W2, W4 and W5, W7, W6, W8 in the order of the matrices.
        let weights = explanation.parameters.map(\.gradient.values)
        #expect(
            near(
                weights[0],
                [0.0008088753836262, 0.0007100860110549, 0.0016177507672524, 0.0014201720221098]))
        #expect(
            near(
                weights[1],
                [0.0259228556036474, 0.0074084446272134, 0.0262959013282020, 0.0075150566701163]))
        #expect(explanation.greatestDifference < 1e-10)
        #expect(explanation.parameters.allSatisfy { $0.differences.count == 4 })
    }

    @Test func neuronsHaveTheNumbersOfTheLayers() throws {
        let explanation = try lectures()
        #expect(NeuronSheet.suits(explanation))
        let sheet = try NeuronSheet(explanation)
        let labels = sheet.diagram.nodes.map(\.label)
        #expect(
            labels == [
                "x1 = 0.1", "x2 = 0.2", "h1 = 0.52", "h2 = 0.5275", "o1 = 0.6094", "o2 = 0.6638",
                "halfSquaredError",
            ])
        #expect(sheet.diagram.nodes[2].detail == "z 0.08\nsigmoid, ∂ 0.2496\nδ 0.008089")
        // W3 leads from x1 to h2.
        let arc = try #require(sheet.diagram.arcs.first { $0.from == 0 && $0.to == 3 })
        #expect(arc.forward == "0.4" && arc.backward == "0.0007101")
        let delta = sheet.json["neurons"]?.array?[3]["delta"]?.number ?? 0
        #expect(abs(delta - 0.0142473009638944) < 1e-12)
        #expect(sheet.json["weights"]?.array?.count == 8)
        #expect(try sheet.figure.svg(width: 900, height: 400).contains("sigmoid, ∂ 0.2496"))
        #expect(sheet.tikz.contains("{h1 $=$ 0.52 \\\\ z 0.08 \\\\ sigmoid, $\\partial$ 0.2496"))
    }

    /// Hidden layers are counted, biases stand in their neurons, dropout is passed through.
    @Test func deeperNetworksNameLayersAndBiases() throws {
        let model = try Sequential(
            [
                .dense(units: 3, activation: .tanh), .dropout(rate: 0.5), .dense(units: 2),
                .activation(.relu), .dense(units: 1),
            ], input: [2])
        let explanation = try ModelExplanation(
            model, ModelQuestion("deep", input: [0.5, -1], inputNames: ["age", "height"]))
        let sheet = try NeuronSheet(explanation)
        let names = sheet.diagram.nodes.map {
            $0.label.split(separator: " ").first.map(String.init)
        }
        #expect(names == ["age", "height", "h1.1", "h1.2", "h1.3", "h2.1", "h2.2", "o1", "output"])
        #expect(sheet.json["weights"]?.array?.count == 20)
        #expect(explanation.result == explanation.stages.last?.output.values[0])
        #expect(explanation.greatestDifference < 1e-8)
    }

    /// Convolution, pooling and normalization, layer by layer: gradients beside central differences.
    @Test func layersOfImagesAreSummarized() throws {
        let model = try Sequential(
            [
                .conv2D(filters: 2, kernel: 3, activation: .tanh), .batchNorm(BatchNorm.Settings()),
                .averagePool2D(),
                .flatten, .dense(units: 3),
            ], input: [6, 6, 1])
        let input = (0..<36).map { sin(Double($0)) }
        let explanation = try ModelExplanation(
            model,
            ModelQuestion(
                "images", input: input, target: .label(1), loss: .softmaxCrossEntropy,
                outputNames: ["a", "b", "c"]))
        #expect(
            explanation.stages.map(\.output.shape) == [
                [4, 4, 2], [4, 4, 2], [2, 2, 2], [8], [3],
            ])
        #expect(explanation.greatestDifference < 1e-8)
        #expect(abs(explanation.probabilities.reduce(0, +) - 1) < 1e-12)
        #expect(abs(explanation.result + log(explanation.probabilities[1])) < 1e-12)
        #expect(!NeuronSheet.suits(explanation))
        #expect(throws: KalsaeError.self) { try NeuronSheet(explanation) }
        let sheet = LayerSheet(explanation)
        #expect(sheet.diagram.nodes.count == 7 + explanation.parameters.count)
        #expect(sheet.tables[1].rows.map { $0[5] }.first == "36 of 36")
        #expect(try sheet.page.html().contains("Parameters and their central differences"))
    }

    /// Of a large tensor some numbers are moved, its ends among them.
    @Test func someNumbersOfALargeNetworkAreMoved() throws {
        let model = try Sequential(
            [.dense(units: 40, activation: .tanh), .dense(units: 2)], input: [30])
        let explanation = try ModelExplanation(
            model, ModelQuestion("large", input: (0..<30).map { cos(Double($0)) }))
        let weight = try #require(explanation.parameters.first)
        #expect(weight.differences.count == 64)
        #expect(weight.differences.first?.index == 0 && weight.differences.last?.index == 1199)
        #expect(explanation.greatestDifference < 1e-8)
    }

    @Test func whatDoesNotFitIsRefused() throws {
        let model = try Sequential([.dense(units: 2)], input: [3])
        func error(_ question: ModelQuestion) -> String {
            do {
                _ = try ModelExplanation(model, question)
                return ""
            } catch { return "\(error)" }
        }
        #expect(error(ModelQuestion("a", input: [1, 2])).contains("3 numbers"))
        #expect(error(ModelQuestion("a", input: [1, 2, .nan])).contains("finite"))
        #expect(error(ModelQuestion("a", input: [1, 2, 3], target: .label(2))).contains("0 to 1"))
        #expect(
            error(ModelQuestion("a", input: [1, 2, 3], target: .values([1]))).contains("2 numbers"))
    }

    /// A class is 1 among zeros for a loss of values; standardized numbers are told as they were.
    @Test func targetsAreThoseOfTheLoss() throws {
        let model = try Sequential([.dense(units: 2)], input: [1])
        var question = ModelQuestion("a", input: [2], target: .label(1), outputNames: ["a", "b"])
        let outputs = try ModelExplanation(model, question).stages[0].output.values
        let wanted = (outputs[0] * outputs[0] + (outputs[1] - 1) * (outputs[1] - 1)) / 2
        #expect(abs(try ModelExplanation(model, question).result - wanted) < 1e-12)
        question.loss = .triplet
        #expect(throws: KalsaeError.self) { try ModelExplanation(model, question) }
        let one = try Sequential([.dense(units: 1)], input: [1])
        var scaled = ModelQuestion("b", input: [2], target: .values([0.5]))
        scaled.scale = TargetScale(mean: 100, deviation: 10)
        let sheet = LayerSheet(try ModelExplanation(one, scaled))
        #expect(sheet.results[0].hasPrefix("prediction: "))
        #expect(sheet.results[1].hasPrefix("halfSquaredError for 105: "))
    }

    @Test func numbersOfMathematicsStandInMathMode() throws {
        let tikz = try Explanation(Formula("1 / α_1"), at: ["α_1": 0]).tikz
        #expect(tikz.contains("$\\infty$") && tikz.contains("$\\alpha$\\_1"))
        #expect(tikz.contains("10$^{10}$"))
        #expect(!tikz.contains("∞") && !tikz.contains("∂"))
    }

    @Test func theLegendSpeaksTheLanguageOfTheLesson() async throws {
        let report = try await Lesson.apples.run(LessonSettings(language: .korean))
        let shopping = report.exhibits.first { $0.name == "shopping" }
        guard case .figure(let figure)? = shopping else {
            Issue.record("no figure")
            return
        }
        let svg = try figure.figure.svg(width: 900, height: 480)
        #expect(svg.contains("순전파") && svg.contains("역전파") && !svg.contains("forward"))
    }
}
