import KalsaeData
import KalsaeFiles
import KalsaeSearch
import KalsaeSupport
import KalsaeTraining

/// The parameters of a search that make a network of sizes: `units` in each of some hidden `layers`.
enum TrialNetwork {
    static let units = "units", layers = "layers"

    /// Whether a parameter is one of them.
    static func isPart(_ name: String) -> Bool { name == units || name == layers }

    /// Sizes as in `784-50-50-10`; nil where no parameter makes any.
    static func sizes(
        _ parameters: Assignment, for parts: DataParts
    ) throws(KalsaeError) -> String? {
        guard parameters[units] != nil || parameters[layers] != nil else { return nil }
        let width = try count(units, parameters, in: 1...1_000_000) ?? 32
        let depth = try count(layers, parameters, in: 0...1000) ?? 1
        let inputs = parts.train.featureShape.reduce(1, *)
        let hidden = Array(repeating: width, count: depth)
        let sizes = [inputs] + hidden + [parts.train.targets.outputCount]
        return sizes.map(String.init).joined(separator: "-")
    }

    private static func count(
        _ name: String, _ parameters: Assignment, in range: ClosedRange<Int>
    ) throws(KalsaeError) -> Int? {
        guard let value = parameters[name] else { return nil }
        guard let number = value.number, let count = Int(exactly: number.rounded()),
            range.contains(count)
        else {
            throw KalsaeError(
                name, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)",
                got: value.description)
        }
        return count
    }
}
