/// A value made of tensors: a model, its gradient, an optimizer's state, a tuple of arrays.
///
/// One requirement: to walk over all tensors in a fixed order, letting each be replaced. Models,
/// gradients and optimizer states of one structure can then be walked side by side.
public protocol TensorTree {
    /// Calls `body` with the path and the place of every tensor, always in the same order.
    mutating func forEachTensor<Failure: Error>(
        at path: TensorPath, _ body: (TensorPath, inout Tensor) throws(Failure) -> Void
    ) throws(Failure)
}

/// Where a tensor stands in a tree and what it is for.
public struct TensorPath: Sendable, Hashable, CustomStringConvertible {
    /// What a tensor of a model is for.
    public enum Role: String, Sendable, Hashable {
        /// Trained by gradients.
        case parameter
        /// Carried along, as running statistics are; its gradient is zero.
        case state
    }

    /// The names of the properties, joined by dots, as in `hidden.weight`.
    public var name: String
    /// What the tensor is for.
    public var role: Role

    /// Makes a path.
    public init(_ name: String = "", role: Role = .parameter) {
        self.name = name
        self.role = role
    }

    /// The path of a part of this tree.
    public func appending(_ part: String, role: Role? = nil) -> TensorPath {
        TensorPath(name.isEmpty ? part : "\(name).\(part)", role: role ?? self.role)
    }

    /// The name.
    public var description: String { name }
}

extension TensorTree {
    /// All tensors with their paths, in order.
    public var tensors: [(path: TensorPath, tensor: Tensor)] {
        var copy = self
        var all: [(path: TensorPath, tensor: Tensor)] = []
        copy.forEachTensor(at: TensorPath()) { path, tensor in all.append((path, tensor)) }
        return all
    }

    /// The same structure with every tensor replaced.
    public func mapTensors<Failure: Error>(
        _ transform: (TensorPath, Tensor) throws(Failure) -> Tensor
    ) throws(Failure) -> Self {
        var copy = self
        try copy.forEachTensor(at: TensorPath()) { (path, tensor) throws(Failure) in
            tensor = try transform(path, tensor)
        }
        return copy
    }

    /// The same structure with its tensors replaced by others in the same order.
    ///
    /// Too few replacements leave the rest as it is.
    package func replacingTensors(_ replacements: [Tensor]) -> Self {
        var index = 0
        return mapTensors { _, tensor in
            defer { index += 1 }
            return index < replacements.count ? replacements[index] : tensor
        }
    }

    /// Computes every tensor of the tree in one plan.
    public func evaluate() throws {
        try Tensor.evaluate(tensors.map(\.tensor))
    }
}

extension Tensor: TensorTree {
    /// Calls `body` with the tensor itself.
    public mutating func forEachTensor<Failure: Error>(
        at path: TensorPath, _ body: (TensorPath, inout Tensor) throws(Failure) -> Void
    ) throws(Failure) {
        try body(path, &self)
    }
}

extension Array: TensorTree where Element: TensorTree {
    /// Walks the elements, named by their position.
    public mutating func forEachTensor<Failure: Error>(
        at path: TensorPath, _ body: (TensorPath, inout Tensor) throws(Failure) -> Void
    ) throws(Failure) {
        for index in indices {
            try self[index].forEachTensor(at: path.appending("\(index)"), body)
        }
    }
}

extension Optional: TensorTree where Wrapped: TensorTree {
    /// Walks the value, if there is one.
    public mutating func forEachTensor<Failure: Error>(
        at path: TensorPath, _ body: (TensorPath, inout Tensor) throws(Failure) -> Void
    ) throws(Failure) {
        try self?.forEachTensor(at: path, body)
    }
}

/// Two trees side by side, as a model with its optimizer's state.
public struct TensorPair<First: TensorTree, Second: TensorTree>: TensorTree {
    /// The first tree, named `first` in paths.
    public var first: First
    /// The second tree, named `second` in paths.
    public var second: Second

    /// Makes a pair.
    public init(_ first: First, _ second: Second) {
        self.first = first
        self.second = second
    }

    /// Walks the first tree, then the second.
    public mutating func forEachTensor<Failure: Error>(
        at path: TensorPath, _ body: (TensorPath, inout Tensor) throws(Failure) -> Void
    ) throws(Failure) {
        try first.forEachTensor(at: path.appending("first"), body)
        try second.forEachTensor(at: path.appending("second"), body)
    }
}

extension TensorPair: Sendable where First: Sendable, Second: Sendable {}
