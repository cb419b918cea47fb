import KalsaeGraph
import KalsaeLayers
import KalsaeSupport

/// A fully connected network written as its sizes: `784-50-10`.
public struct NetworkSizes: Sendable, Equatable {
    /// The size of each layer's output, the input first.
    public let sizes: [Int]

    /// Reads sizes joined by hyphens, at least two, each from 1 to a million.
    public init(_ text: String) throws(KalsaeError) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let sizes = parts.compactMap { Int($0) }
        guard sizes.count == parts.count, sizes.count >= 2,
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

    /// Checks that the first size is that of the inputs and the last that of the outputs.
    public func check(inputs: Int, outputs: Int) throws(KalsaeError) {
        guard sizes.first == inputs, sizes.last == outputs else {
            throw KalsaeError(
                "--network", expected: "\(inputs) inputs first and \(outputs) outputs last",
                got: description)
        }
    }
}

extension NetworkSizes: CustomStringConvertible {
    /// The sizes joined by hyphens.
    public var description: String { sizes.map(String.init).joined(separator: "-") }
}
