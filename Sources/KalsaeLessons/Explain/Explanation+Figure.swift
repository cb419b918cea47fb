import KalsaeFiles
import KalsaePlots

extension Explanation: ExplanationSheet {
    /// The result.
    public var result: Double { nodes.last?.value ?? .nan }
    /// The result with four digits.
    public var results: [String] { ["result: \(result.shortText)"] }
    /// The formula.
    public var title: String { formula.text }
    /// How the graph is read.
    public var remark: String {
        "Values go forward above the arcs; below them the gradient of the result comes back: what "
            + "arrives at a node, times its local derivative."
    }

    /// The graph with values above its arcs and gradients below, local derivatives in operations, and
    /// central differences in variables.
    public var diagram: GraphDiagram {
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
        return GraphDiagram(nodes: drawn, arcs: arcs)
    }

    private func detail(of node: Node) -> String {
        if let numeric = node.numeric { return "Δ \(numeric.shortText)" }
        return node.slopes.isEmpty
            ? "" : "∂ " + node.slopes.map(\.shortText).joined(separator: ", ")
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
    public var tables: [ExplanationTable] {
        let names = names
        let rows = nodes.indices.map { index in
            let node = nodes[index]
            return [
                names[index], text(of: index), node.value.shortText, node.gradient.shortText,
                node.slopes.map(\.shortText).joined(separator: ", "),
                node.numeric?.shortText ?? "",
            ]
        }
        let columns = ["node", "is", "value", "gradient", "local", "numeric"]
        return [ExplanationTable(caption: "Nodes", columns: columns, rows: rows)]
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
}
