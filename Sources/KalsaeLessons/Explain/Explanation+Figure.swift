import KalsaeFiles
import KalsaePlots

extension Explanation {
    /// The result.
    public var result: Double { nodes.last?.value ?? .nan }
    /// The result with four digits.
    public var resultText: String { result.shortText }

    /// The graph with values above its arcs and gradients below, local derivatives in operations, and
    /// central differences in variables.
    public var figure: Figure {
        var drawn = nodes.map { node in
            GraphNode(
                node.label, detail: detail(of: node), isOperation: node.isOperation)
        }
        drawn.append(GraphNode("result", detail: result.shortText, isOperation: false))
        var arcs: [GraphArc] = []
        for (index, node) in nodes.enumerated() {
            for (operand, slope) in zip(node.operands, node.slopes) {
                arcs.append(
                    GraphArc(
                        from: operand, to: index, forward: nodes[operand].value,
                        backward: node.gradient * slope))
            }
        }
        arcs.append(
            GraphArc(from: nodes.count - 1, to: nodes.count, forward: result, backward: 1))
        return Figure(title: formula.text, marks: [.graph(GraphDiagram(nodes: drawn, arcs: arcs))])
    }

    /// A size in pixels that leaves the graph its air.
    public var size: (width: Double, height: Double) {
        let layers = layers
        let widest = Dictionary(grouping: layers) { $0 }.values.map(\.count).max() ?? 1
        let deepest = (layers.max() ?? 0) + 2
        return (
            Double(min(max(deepest * 150, 480), 2400)), Double(min(max(widest * 110, 260), 1800))
        )
    }

    private func detail(of node: Node) -> String {
        if let numeric = node.numeric { return "Δ \(numeric.shortText)" }
        return node.slopes.isEmpty
            ? "" : "∂ " + node.slopes.map(\.shortText).joined(separator: ", ")
    }

    /// The longest way from a variable to each node.
    private var layers: [Int] {
        var layers: [Int] = []
        for node in nodes {
            layers.append((node.operands.map { layers[$0] }.max() ?? -1) + 1)
        }
        return layers
    }

    /// The names of the nodes: variables and constants as they are, operations as n1, n2, ….
    public var names: [String] {
        var count = 0
        return nodes.map { node in
            guard node.isOperation else { return node.label }
            count += 1
            return "n\(count)"
        }
    }

    /// What a node computes, in the names of others: `n1 × z`.
    public func text(of index: Int) -> String {
        let (node, names) = (nodes[index], names)
        let operands = node.operands.map { names[$0] }
        if operands.count == 2, !(node.label.first?.isLetter ?? false) {
            return "\(operands[0]) \(node.label) \(operands[1])"
        }
        return operands.isEmpty ? "" : "\(node.label)(\(operands.joined(separator: ", ")))"
    }

    /// The nodes in columns: name, what it is, value, gradient, local derivatives, central difference.
    public var rows: [[String]] {
        let names = names
        return nodes.indices.map { index in
            let node = nodes[index]
            return [
                names[index], text(of: index), node.value.shortText, node.gradient.shortText,
                node.slopes.map(\.shortText).joined(separator: ", "),
                node.numeric?.shortText ?? "",
            ]
        }
    }

    /// The heads of the columns.
    public static let columns = ["node", "is", "value", "gradient", "local", "numeric"]

    /// A page with figure and table.
    public var page: HTMLDocument {
        HTMLDocument(
            title: formula.text,
            blocks: [
                .text(
                    "Values go forward above the arcs; below them the gradient of the result comes "
                        + "back: what arrives at a node, times its local derivative."),
                .figure(figure, width: size.width, height: size.height),
                .table(caption: "Nodes", columns: Self.columns, rows: rows),
            ])
    }

    /// All numbers as one object.
    public var json: JSONValue {
        let names = names
        return [
            "formula": .string(formula.text), "result": .number(result),
            "nodes": .array(
                nodes.indices.map { index in
                    let node = nodes[index]
                    return [
                        "name": .string(names[index]), "is": .string(text(of: index)),
                        "operands": .array(node.operands.map { .string(names[$0]) }),
                        "value": .number(node.value), "gradient": .number(node.gradient),
                        "local": .array(node.slopes.map { .number($0) }),
                        "numeric": node.numeric.map { .number($0) } ?? .null,
                    ]
                }),
        ]
    }

    /// The graph as a picture of LaTeX's TikZ.
    public var tikz: String {
        var lines = [
            "% \\usepackage{tikz}",
            "\\begin{tikzpicture}[>=stealth, every node/.style={font=\\small}]",
        ]
        let layers = layers
        var used: [Int: Int] = [:]
        for (index, node) in nodes.enumerated() {
            let row = used[layers[index], default: 0]
            used[layers[index]] = row + 1
            let shape = node.isOperation ? "circle" : "rectangle"
            lines.append(
                "  \\node[draw, \(shape)] (n\(index)) at (\(layers[index] * 3), \(-row * 2)) "
                    + "{\(Self.tex(node.label))};")
        }
        let last = nodes.count - 1
        lines.append(
            "  \\node (result) at (\(((layers.max() ?? 0) + 1) * 3), 0) {\(result.shortText)};")
        func arc(_ from: String, _ to: String, _ forward: Double, _ backward: Double) -> String {
            "  \\draw[->] (\(from)) -- node[above, blue] {\(Self.tex(forward.shortText))} "
                + "node[below, red] {\(Self.tex(backward.shortText))} (\(to));"
        }
        for (index, node) in nodes.enumerated() {
            for (operand, slope) in zip(node.operands, node.slopes) {
                lines.append(
                    arc("n\(operand)", "n\(index)", nodes[operand].value, node.gradient * slope))
            }
        }
        lines.append(arc("n\(last)", "result", result, 1))
        lines.append("\\end{tikzpicture}")
        return lines.joined(separator: "\n") + "\n"
    }

    /// A label in LaTeX: signs of mathematics, and no character with a meaning of its own.
    private static func tex(_ label: String) -> String {
        let signs: [Character: String] = [
            "×": "$\\times$", "÷": "$\\div$", "−": "$-$", "-": "$-$", "^": "\\^{}", "_": "\\_",
            "%": "\\%", "#": "\\#", "&": "\\&", "$": "\\$", "{": "\\{", "}": "\\}", "\\": "",
        ]
        return label.map { signs[$0] ?? String($0) }.joined()
    }
}
