import KalsaeFiles
import KalsaePlots

/// A network layer by layer: what each gives goes forward, the gradient of the result comes back,
/// parameters stand beside the layer that reads them.
public struct LayerSheet: ExplanationSheet {
    let explanation: ModelExplanation

    /// Shows an explanation.
    public init(_ explanation: ModelExplanation) { self.explanation = explanation }

    /// What is explained.
    public var title: String { explanation.question.title }

    /// How the graph is read.
    public var remark: String {
        "At the arcs stand what goes forward and the gradient of the result by it: all numbers "
            + "where they are few, else the least, the greatest and the mean. ∂ is an activation's local "
            + "derivative, Δ the greatest difference between gradients and central differences."
    }

    /// Room for a layer, and for the longest line at an arc.
    public var columnWidth: Double {
        let digests =
            explanation.stages.flatMap { [$0.output, $0.gradient] }
            + (explanation.parameters + [explanation.input]).flatMap { [$0.values, $0.gradient] }
        let longest = digests.flatMap(\.lines).map(\.count).max() ?? 0
        return 190 + 6 * Double(longest)
    }

    /// The input, the layers with their parameters, and the result.
    public var diagram: GraphDiagram {
        let stages = explanation.stages
        // Parameters of a deep network would hide its layers.
        let shown = stages.count <= 12 ? explanation.parameters.filter { $0.stage != nil } : []
        var nodes = [
            GraphNode("input", detail: detail(of: explanation.input), isOperation: false)
        ]
        nodes += stages.map { stage in
            let slopes = stage.slopes.map { "\n∂ " + $0.lines.joined(separator: "\n") } ?? ""
            return GraphNode(
                stage.name, detail: "\(stage.what)\n\(stage.output.shapeText)\(slopes)")
        }
        nodes.append(
            GraphNode(
                explanation.resultName,
                detail: ([explanation.result.shortText] + explanation.targetLine).joined(
                    separator: "\n"), isOperation: false))
        nodes += shown.map { parameter in
            GraphNode(parameter.name, detail: detail(of: parameter), isOperation: false)
        }
        let values = [explanation.input.values] + stages.map(\.output)
        let gradients = [explanation.input.gradient] + stages.map(\.gradient)
        var arcs = values.indices.map { index in
            GraphArc(
                from: index, to: index + 1,
                forward: values[index].lines.joined(separator: "\n"),
                backward: gradients[index].lines.joined(separator: "\n"))
        }
        for (number, parameter) in shown.enumerated() {
            guard let stage = parameter.stage else { continue }
            arcs.append(
                GraphArc(
                    from: stages.count + 2 + number, to: stage + 1,
                    forward: parameter.values.lines.joined(separator: "\n"),
                    backward: parameter.gradient.lines.joined(separator: "\n")))
        }
        return GraphDiagram(nodes: nodes, arcs: arcs)
    }

    private func detail(of parameter: ModelExplanation.Parameter) -> String {
        "\(parameter.values.shapeText)\nΔ \(parameter.greatestDifference.shortText)"
    }

    /// Layers, and parameters with the differences.
    public var tables: [ExplanationTable] {
        let stages = explanation.stages.map { stage in
            [
                stage.name, stage.what, stage.output.shapeText, stage.output.text,
                stage.gradient.text, stage.slopes?.text ?? "",
            ]
        }
        let input = explanation.input
        let first = [
            "input", "", input.values.shapeText, input.values.text, input.gradient.text, "",
        ]
        let parameters = ([input] + explanation.parameters).map { parameter in
            [
                parameter.name, parameter.values.shapeText, parameter.values.text,
                parameter.gradient.text, parameter.numericText,
                "\(parameter.differences.count) of \(parameter.values.count)",
                parameter.greatestDifference.shortText,
            ]
        }
        return [
            ExplanationTable(
                caption: "Layers",
                columns: ["layer", "is", "shape", "value", "gradient", "local"],
                rows: [first] + stages),
            ExplanationTable(
                caption: "Parameters and their central differences",
                columns: [
                    "parameter", "shape", "value", "gradient", "numeric", "checked", "difference",
                ], rows: parameters),
        ]
    }

    /// The result, and what was checked.
    public var results: [String] { explanation.results }

    /// All numbers.
    public var json: JSONValue {
        let stages = explanation.stages.map { stage -> JSONValue in
            [
                "name": .string(stage.name), "is": .string(stage.what),
                "value": stage.output.json, "gradient": stage.gradient.json,
                "local": stage.slopes?.json ?? .null,
            ]
        }
        return .object(
            explanation.members + [
                JSONValue.Member("layers", .array(stages)),
                JSONValue.Member(
                    "parameters",
                    .array(([explanation.input] + explanation.parameters).map(\.json))),
            ])
    }
}

extension ModelExplanation {
    /// What the result is: the loss by its name, or the output.
    var resultName: String { question.target == nil ? "output" : question.loss.rawValue }

    /// The target on a line of its own.
    var targetLine: [String] { question.targetText.map { ["for \($0)"] } ?? [] }

    /// The result, the probabilities, and what was checked.
    var results: [String] {
        var lines: [String] = []
        if !probabilities.isEmpty {
            let shares = zip(question.outputNames, probabilities).sorted { $0.1 > $1.1 }.prefix(5)
            lines.append(
                "prediction: "
                    + shares.map { "\($0) \($1.shortText)" }.joined(separator: ", "))
        }
        if let scale = question.scale, let output = stages.last?.output.values.first {
            lines.append("prediction: \(scale.invert(output).shortText)")
        }
        let target = question.targetText.map { " for \($0)" } ?? ""
        lines.append("\(resultName)\(target): \(result.shortText)")
        let all = [input] + parameters
        let (checked, count) = (
            all.reduce(0) { $0 + $1.differences.count }, all.reduce(0) { $0 + $1.values.count }
        )
        lines.append(
            "gradients beside central differences: \(checked) of \(count) numbers, "
                + "greatest difference \(greatestDifference.shortText)")
        if greatestDifference > 1e-5 {
            lines.append(
                "they differ where the result has a kink, as of relu at 0 or of the maxima of pooling"
            )
        }
        return lines
    }

    /// What every form of the explanation tells in JSON.
    var members: [JSONValue.Member] {
        [
            JSONValue.Member("model", .string(question.title)),
            JSONValue.Member("result", .number(result)),
            JSONValue.Member("loss", question.target == nil ? .null : .string(resultName)),
            JSONValue.Member("target", question.targetText.map { .string($0) } ?? .null),
            JSONValue.Member("probabilities", .array(probabilities.map { .number($0) })),
            JSONValue.Member("greatest_difference", .number(greatestDifference)),
        ]
    }
}

extension ModelExplanation.Parameter {
    /// The central differences as text; nothing where only some numbers were moved.
    var numericText: String {
        guard differences.count == values.count else { return "" }
        return TensorDigest(differences.map(\.numeric), shape: []).text
    }

    /// Value, gradient and differences, for files.
    var json: JSONValue {
        [
            "name": .string(name), "value": values.json, "gradient": gradient.json,
            "greatest_difference": .number(greatestDifference),
            "numeric": .array(
                differences.map { entry in
                    [
                        "index": .integer(entry.index), "gradient": .number(entry.gradient),
                        "numeric": .number(entry.numeric),
                    ]
                }),
        ]
    }
}
