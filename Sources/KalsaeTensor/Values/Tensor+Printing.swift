import KalsaeGraph

extension Tensor: CustomStringConvertible {
    /// The numbers in rows, computed if need be; the middle of long axes is left out. A faulty
    /// tensor shows its fault, one inside of a traced step its type.
    public var description: String {
        if let fault { return "Tensor(fault: \(fault))" }
        do {
            let texts = try formattedElements()
            return TensorPrinter(shape: shape, texts: texts).text
        } catch {
            return "Tensor(\(type): \(error))"
        }
    }

    private func formattedElements() throws -> [String] {
        switch dtype {
        case .bool: return try values(Bool.self).map { $0 ? "true" : "false" }
        case .int32, .int64, .uint8: return try values(Int.self).map(String.init)
        case .float32, .float16, .bfloat16: return TensorPrinter.format(try values(Float.self))
        case .float64: return TensorPrinter.format(try values(Double.self))
        }
    }
}

/// Lays out the elements of a tensor in nested brackets.
struct TensorPrinter {
    let shape: Shape
    let texts: [String]
    /// Axes longer than this show their first and last three entries.
    static let longestAxis = 12
    private static let edge = 3

    var text: String {
        if shape.elementCount == 0 { return "[] (shape \(shape))" }
        let width = texts.lazy.map(\.count).max() ?? 0
        return block(axis: 0, offset: 0, width: width)
    }

    private func block(axis: Int, offset: Int, width: Int) -> String {
        guard axis < shape.rank else {
            let text = texts[offset]
            let padding = shape.rank == 0 ? 0 : width - text.count
            return String(repeating: " ", count: padding) + text
        }
        let stride = shape.sizes[(axis + 1)...].reduce(1, *)
        let isLast = axis == shape.rank - 1
        var parts: [String] = []
        for index in 0..<shape[axis] {
            if shape[axis] > Self.longestAxis, index >= Self.edge, index < shape[axis] - Self.edge {
                if index == Self.edge { parts.append("…") }
                continue
            }
            parts.append(block(axis: axis + 1, offset: offset + index * stride, width: width))
        }
        let indent = String(repeating: " ", count: axis + 1)
        let separator = isLast ? ", " : ",\n" + indent
        return "[" + parts.joined(separator: separator) + "]"
    }

    /// Numbers with four digits behind the point where that shows them, else in full.
    static func format<Number: BinaryFloatingPoint & LosslessStringConvertible>(
        _ values: [Number]
    ) -> [String] {
        let finite = values.filter(\.isFinite)
        let isWhole = finite.allSatisfy { $0 == $0.rounded() && $0.magnitude < 1e7 }
        let largest = finite.lazy.map(\.magnitude).max() ?? 0
        let isPlain = largest < 1e5 && (largest == 0 || largest >= 1e-3)
        return values.map { value in
            guard value.isFinite else { return "\(value)" }
            if isWhole { return "\(Int(value))." }
            return isPlain ? fixed(Double(value)) : "\(value)"
        }
    }

    private static func fixed(_ value: Double) -> String {
        let scaled = Int((value.magnitude * 1e4).rounded())
        let digits = String(scaled % 10_000)
        let fraction = String(repeating: "0", count: 4 - digits.count) + digits
        return (value < 0 ? "-" : "") + "\(scaled / 10_000)." + fraction
    }
}
