import KalsaeGraph
import KalsaeLowering

/// The text of a fused loop's body, and the parameters that it needs.
struct LoopSource {
    private let plan: LoopPlan
    private let storages: [Storage]
    /// How each load is read.
    private var reads: [Read] = []
    /// For each output its buffer.
    private(set) var outputs: [String] = []
    /// The values of loads that are the same everywhere, as lines in front of the loop.
    private(set) var constants: [String] = []

    private struct Read {
        /// The register that holds the element; nil where it is read from the buffer.
        var register: String?
        var buffer = ""
        /// For each axis the text of its stride; nil for 0.
        var strides: [String?] = []
        /// Whether elements lie in the order of the loop.
        var isLinear = false
        /// Whether one element is read everywhere.
        var isUniform = false
    }

    /// - Parameter registers: names of elements that lie in registers already, by their storages.
    init(
        _ plan: LoopPlan, _ storages: [Storage], registers: [Int: String] = [:],
        _ kernel: inout KernelBuilder
    ) {
        self.plan = plan
        self.storages = storages
        let dense = Shape(plan.sizes).strides
        for (load, value) in plan.loads {
            let dtype = plan.valueTypes[value]
            if let name = registers[load.storage] {
                reads.append(Read(register: name))
                continue
            }
            if plan.isImmediate(load, storages),
                case .literal(let bytes) = storages[load.storage].kind
            {
                let start = load.offset * dtype.byteSize
                let element = dtype.literal(bytes[start..<(start + dtype.byteSize)])
                constants.append("const \(dtype.cType) v\(value) = \(element);")
                reads.append(Read(isUniform: true))
                continue
            }
            let buffer = kernel.buffer(
                "const \(dtype.cType)",
                .storage(load.storage, byteOffset: load.offset * dtype.byteSize))
            let isUniform = zip(load.strides, plan.sizes).allSatisfy { $0 == 0 || $1 == 1 }
            let isLinear =
                !isUniform && !plan.isPermuted
                && plan.sizes.indices.allSatisfy {
                    load.strides[$0] == dense[$0] || plan.sizes[$0] == 1
                }
            var strides: [String?] = []
            for stride in load.strides where !isLinear && !isUniform {
                strides.append(
                    stride == 0 ? nil : stride == 1 ? "1" : kernel.integer(stride))
            }
            if isUniform {
                constants.append("const \(dtype.cType) v\(value) = \(buffer)[0];")
            }
            reads.append(
                Read(buffer: buffer, strides: strides, isLinear: isLinear, isUniform: isUniform))
        }
        for output in plan.outputs {
            outputs.append(
                kernel.buffer(
                    plan.valueTypes[output.value].cType, .storage(output.storage, byteOffset: 0)))
        }
        if plan.dividesIntegers { kernel.errors() }
    }

    /// The axes whose indices reads need.
    var neededAxes: Set<Int> {
        var axes: Set<Int> = []
        for read in reads {
            for (axis, stride) in read.strides.enumerated() where stride != nil {
                axes.insert(axis)
            }
        }
        return axes
    }

    /// Loads and steps for one element.
    ///
    /// - Parameter linear: the element's number in the order of the loop.
    func body(linear: String) -> String {
        var lines: [String] = []
        for ((_, value), read) in zip(plan.loads, reads) where !read.isUniform {
            let type = plan.valueTypes[value].cType
            let element = read.register ?? "\(read.buffer)[\(index(read, linear))]"
            lines.append("\(type) v\(value) = \(element);")
        }
        for step in plan.steps {
            let operands = step.operands.map { "v\($0)" }
            if let candidate = step.divisionWord {
                lines.append(
                    "if (\(operands[1]) == 0) \(ErrorWords.note(candidate, at: linear))")
            }
            let result = plan.valueTypes[step.result]
            let source = plan.valueTypes[step.operands[0]]
            let text = step.expression(operands, from: source, to: result)
            lines.append("\(result.cType) v\(step.result) = \(text);")
        }
        return lines.joined(separator: "\n")
    }

    private func index(_ read: Read, _ linear: String) -> String {
        if read.isLinear { return linear }
        let terms = read.strides.enumerated().compactMap { axis, stride in
            stride.map { $0 == "1" ? "i\(axis)" : "i\(axis) * \($0)" }
        }
        return terms.isEmpty ? "0" : terms.joined(separator: " + ")
    }
}

/// Text that takes a number apart into the indices of axes, the last one running fastest.
struct IndexText {
    private let axes: [(number: Int, size: String)]

    /// - Parameter axes: their numbers, outermost first; the outermost needs no size.
    init(_ axes: [Int], sizes: [Int], _ kernel: inout KernelBuilder) {
        self.axes = axes.enumerated().map { position, axis in
            (axis, position == 0 ? "" : kernel.integer(sizes[axis]))
        }
    }

    /// Lines that define `i0`, `i1`, … from a number.
    func lines(of number: String, needed: Set<Int>) -> String {
        guard axes.contains(where: { needed.contains($0.number) }) else { return "" }
        if axes.count == 1 { return "const I i\(axes[0].number) = \(number);" }
        var lines = ["I rest\(axes[0].number) = \(number);"]
        let rest = "rest\(axes[0].number)"
        for (axis, size) in axes.dropFirst().reversed() {
            lines.append("const I i\(axis) = \(rest) % \(size); \(rest) /= \(size);")
        }
        lines.append("const I i\(axes[0].number) = \(rest);")
        return lines.joined(separator: "\n")
    }
}
