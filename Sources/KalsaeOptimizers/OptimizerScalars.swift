import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// The numbers that an update uses in a step, by name and in order:
/// `["rate": learningRate, "momentum": momentum]`.
///
/// They are inputs of the plan, so a change of them compiles nothing. Numbers close to 1 are taken
/// from 1 in `Double` before they come here: in `float32`, 1 - 0.999 would be off by 5e-5.
public struct OptimizerScalars: Sendable, ExpressibleByDictionaryLiteral {
    // Unlabeled, as the literal is: labels would have it copied entry by entry at each step.
    private var entries: [(String, Double)]

    /// Names with their numbers.
    public init(dictionaryLiteral entries: (String, Double)...) { self.entries = entries }

    /// How many there are.
    public var count: Int { entries.count }
    /// The names, in order.
    public var names: [String] { entries.map(\.0) }
    /// The numbers, in order.
    public var values: [Double] { entries.map(\.1) }

    /// The number at a position.
    public subscript(index: Int) -> Double { entries[index].1 }

    /// Both, one behind the other.
    public static func + (left: OptimizerScalars, right: OptimizerScalars) -> OptimizerScalars {
        var both = left
        both.entries += right.entries
        return both
    }
}

/// The scalars of a step inside of the plan: `s.rate` is the tensor of shape `[]` under that name.
@dynamicMemberLookup
public struct ScalarTensors: Sendable {
    private let names: ArraySlice<String>
    private let tensors: ArraySlice<Tensor>

    /// Names with their tensors, as many of both.
    init(names: ArraySlice<String>, tensors: ArraySlice<Tensor>) {
        (self.names, self.tensors) = (names, tensors)
    }

    /// The elements of a tensor `[count]`, under the names of the scalars that it was made from.
    public init(_ tensor: Tensor, names: [String]) {
        self.init(names: names[...], tensors: names.indices.map { tensor[$0] }[...])
    }

    /// The tensor under a name; for a name that is not there a fault, which the step throws.
    public subscript(dynamicMember name: String) -> Tensor {
        for (known, tensor) in zip(names, tensors) where known == name { return tensor }
        return Tensor(
            KalsaeError(
                "optimizer", expected: "a scalar \(names.joined(separator: ", "))",
                got: "\"\(name)\""), operands: [])
    }

    /// The same in another type.
    public func cast(to dtype: DType) -> ScalarTensors {
        ScalarTensors(names: names, tensors: tensors.map { $0.cast(to: dtype) }[...])
    }

    /// The first ones.
    public func prefix(_ count: Int) -> ScalarTensors {
        ScalarTensors(names: names.prefix(count), tensors: tensors.prefix(count))
    }

    /// All but the first ones.
    public func dropFirst(_ count: Int) -> ScalarTensors {
        ScalarTensors(names: names.dropFirst(count), tensors: tensors.dropFirst(count))
    }

    /// All but the last ones.
    public func dropLast(_ count: Int) -> ScalarTensors {
        ScalarTensors(names: names.dropLast(count), tensors: tensors.dropLast(count))
    }

    /// The last ones.
    public func suffix(_ count: Int) -> ScalarTensors {
        ScalarTensors(names: names.suffix(count), tensors: tensors.suffix(count))
    }
}
