import KalsaeGraph
import KalsaeTensor

/// A layer that keeps its parts under names of their own, which `parts` does not tell.
protocol NamedComposition: Layer {
    /// The parts with their names in paths.
    var composition: [(name: String, part: any TensorTree)] { get }
}

extension Layer {
    /// The layer's parts as a tree, with the types of parameters and their counts:
    ///
    /// ```
    /// Classifier, 67 parameters
    /// ├─ hidden: Dense, 40 parameters
    /// │  ├─ weight: float32[4, 8]
    /// │  └─ bias: float32[8]
    /// └─ output: Dense, 27 parameters
    ///    ├─ weight: float32[8, 3]
    ///    └─ bias: float32[3]
    /// ```
    public var description: String {
        var lines: [String] = []
        LayerTree(title: title).write(self, indent: "", into: &lines)
        return lines.joined(separator: "\n")
    }

    fileprivate var title: String {
        let (name, count) = ("\(type(of: self))", parameterCount)
        guard count > 0 else { return name }
        return "\(name), \(grouped(count)) parameter\(count == 1 ? "" : "s")"
    }

    fileprivate var components: [(name: String, part: any TensorTree, isState: Bool)] {
        if let composed = self as? any NamedComposition {
            return composed.composition.map { ($0.name, $0.part, false) }
        }
        return Self.parts.components(of: self)
    }
}

/// Writes one part of a model below its title.
private struct LayerTree {
    var title: String

    func write(
        _ part: any TensorTree, isState: Bool = false, indent: String, into lines: inout [String]
    ) {
        lines.append(title)
        let parts = LayerTree.components(of: part, isState: isState)
        for (number, entry) in parts.enumerated() {
            let isLast = number == parts.count - 1
            let title =
                indent + (isLast ? "└─ " : "├─ ") + "\(entry.name): \(LayerTree.title(entry))"
            LayerTree(title: title).write(
                entry.part, isState: entry.isState, indent: indent + (isLast ? "   " : "│  "),
                into: &lines)
        }
    }

    private typealias Component = (name: String, part: any TensorTree, isState: Bool)

    private static func title(_ entry: Component) -> String {
        if let layer = entry.part as? any Layer { return layer.title }
        guard let tensor = entry.part as? Tensor else { return "\(type(of: entry.part))" }
        if let fault = tensor.fault { return "\(fault)" }
        return "\(TensorType(tensor.dtype, tensor.shape))" + (entry.isState ? ", not trained" : "")
    }

    private static func components(of part: any TensorTree, isState: Bool) -> [Component] {
        if part is Tensor { return [] }
        if let layer = part as? any Layer {
            return layer.components.map { ($0.name, $0.part, isState || $0.isState) }
        }
        if let layers = part as? [any Layer] {
            return layers.enumerated().map { ("\($0.offset)", $0.element, isState) }
        }
        return part.tensors.map { ($0.path.name, $0.tensor, isState || $0.path.role == .state) }
    }
}

/// A whole number with commas between thousands.
func grouped(_ number: Int) -> String {
    var digits = String(number.magnitude)
    var groups: [Substring] = []
    while digits.count > 3 {
        groups.insert(digits.suffix(3), at: 0)
        digits = String(digits.dropLast(3))
    }
    groups.insert(digits[...], at: 0)
    return (number < 0 ? "-" : "") + groups.joined(separator: ",")
}
