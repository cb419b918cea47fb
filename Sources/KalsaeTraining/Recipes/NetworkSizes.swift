import KalsaeGraph
import KalsaeLayers
import KalsaeSupport

/// A fully connected network written as its sizes: `784-50-10`, or hidden layers alone: `50`.
public struct NetworkSizes: Sendable, Equatable {
    /// The size of each layer's output, the input first; of hidden layers alone theirs.
    public let sizes: [Int]

    /// Reads sizes joined by hyphens, each from 1 to a million.
    public init(_ text: String) throws(KalsaeError) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let sizes = parts.compactMap { Int($0) }
        guard sizes.count == parts.count,
            sizes.allSatisfy({ (1...1_000_000).contains($0) })
        else {
            throw KalsaeError(
                "--network", expected: "sizes joined by hyphens, as in 784-50-10", got: text)
        }
        self.sizes = sizes
    }

    /// Makes a network from sizes.
    public init(sizes: [Int]) { self.sizes = sizes }

    /// The layers: inputs flattened if they have several axes, an activation on all but the last.
    public func layers(input: Shape, activation: Activation) -> [LayerSpec] {
        var specs: [LayerSpec] = input.rank > 1 ? [.flatten] : []
        for size in sizes.dropFirst().dropLast() {
            specs.append(.dense(units: size, activation: activation))
        }
        specs.append(.dense(units: sizes[sizes.count - 1]))
        return specs
    }

    /// The network for numbers of inputs and outputs: these sizes where they begin and end with
    /// them, else as hidden layers between them.
    ///
    /// - Throws: a `KalsaeError` for several sizes that end with the outputs but begin with other
    ///   inputs: they were meant for other data.
    public func completed(inputs: Int, outputs: Int) throws(KalsaeError) -> NetworkSizes {
        let whole = NetworkSizes(sizes: [inputs] + sizes + [outputs])
        guard sizes.count > 1, sizes.last == outputs else { return whole }
        guard sizes.first == inputs else {
            throw KalsaeError(
                "--network", expected: "\(inputs) inputs first and \(outputs) outputs last",
                got: description, advice: "with hidden layers of these sizes it is \(whole)")
        }
        return self
    }
}

extension NetworkSizes: CustomStringConvertible {
    /// The sizes joined by hyphens.
    public var description: String { sizes.map(String.init).joined(separator: "-") }
}
