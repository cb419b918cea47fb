extension AutopsyReport: CustomStringConvertible {
    /// What was found in one line.
    public var line: String {
        let number = index.map(String.init).joined(separator: ", ")
        if operation == "input" {
            let of = row.map { " (row \($0) of the training data, from 0)" } ?? ""
            return "\(result.name) had \(value) at [\(number)]\(of) before step \(step)"
        }
        return "\(title) was the first to give \(value), in step \(step)\(cause)"
    }

    /// The line, the ranges, the index, and what helps.
    public var description: String { lines.joined(separator: "\n") }

    /// The same in lines.
    public var lines: [String] {
        var lines = [line]
        lines.append("step \(step), epoch \(epoch), learning rate \(Float(rate))")
        if let site { lines.append("called from \(site)") }
        for (number, operand) in operands.enumerated() {
            lines.append("operand \(number + 1): \(operand.text)")
        }
        lines.append("result: \(result.text)")
        let position = index.map(String.init).joined(separator: ", ")
        let numbers = operands.compactMap(\.atIndex)
        let given = numbers.isEmpty ? "" : " of \(numbers.joined(separator: " and "))"
        lines.append("first bad index: [\(position)], \(value)\(given)")
        if !results.isEmpty { lines.append("reached: \(Self.listed(results))") }
        lines.append("what helps: \(remedy)")
        return lines
    }

    private var title: String {
        let part = isGradient ? "the gradient of " : ""
        return layer.isEmpty ? "\(operation)" : "\(operation) in \(part)\(layer)"
    }

    /// Why the operation gives such a number, where its operands show it.
    private var cause: String {
        let first = operands.first?.atIndex ?? ""
        let second = operands.dropFirst().first?.atIndex ?? ""
        switch operation {
        case "exp", "expm1": return " (of \(first): the largest that float32 takes is 88.7)"
        case "log", "log1p", "sqrt", "rsqrt", "reciprocal": return " (of \(first))"
        case "divide", "multiply", "add", "subtract", "power":
            return " (of \(first) and \(second))"
        default:
            let greatest = operands.compactMap(\.magnitude).max() ?? 0
            return " (of numbers up to \(Float(greatest)))"
        }
    }

    /// What helps, by the operation.
    public var remedy: String {
        if operation == "input" {
            return result.name.hasPrefix("the batch") || result.name.hasPrefix("the rows")
                ? "look for missing or wrong numbers in the data (kalsae data info, with the name of the data)"
                : "the state was not finite when the training began: go on from an earlier checkpoint"
        }
        switch operation {
        case "log", "log1p", "rsqrt", "reciprocal", "divide", "sqrt", "power":
            return "keep operands away from 0 by adding a small number; with probabilities, use a "
                + "loss of logits (softmaxCrossEntropy)"
        default:
            let smaller = ProposedRate.below(rate).map {
                "a smaller learning rate (--learning-rate \(Float($0))), "
            }
            return (smaller ?? "") + "clipped gradients (--clip-norm 1), or --guard"
        }
    }

    private static func listed(_ names: [String]) -> String {
        let shown = names.prefix(4).joined(separator: ", ")
        return names.count > 4 ? "\(shown) and \(names.count - 4) more" : shown
    }
}

extension AutopsyReport.Range {
    /// The greatest magnitude of its finite numbers.
    fileprivate var magnitude: Double? {
        guard let least, let greatest else { return nil }
        return max(abs(least), abs(greatest))
    }

    /// As in `matmul float32[16, 3], from -3.2 to 1.1`.
    fileprivate var text: String {
        var text = "\(name) \(type)"
        if let least, let greatest { text += ", from \(Float(least)) to \(Float(greatest))" }
        if nan > 0 { text += ", \(nan) nan" }
        if infinite > 0 { text += ", \(infinite) infinite" }
        return text
    }
}
