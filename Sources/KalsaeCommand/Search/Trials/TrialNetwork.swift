import KalsaeData
import KalsaeFiles
import KalsaeSearch
import KalsaeTraining

/// The parameters of a search that make a network of sizes: `units` in each of some hidden `layers`.
enum TrialNetwork {
    static let units = "units", layers = "layers"

    /// Whether a parameter is one of them.
    static func isPart(_ name: String) -> Bool { name == units || name == layers }

    /// Sizes as in `784-50-50-10`; nil where no parameter makes any.
    static func sizes(_ parameters: Assignment, for parts: DataParts) -> String? {
        guard parameters[units] != nil || parameters[layers] != nil else { return nil }
        let width = parameters[units].flatMap(\.number).map { Int($0) } ?? 32
        let depth = parameters[layers].flatMap(\.number).map { Int($0) } ?? 1
        let inputs = parts.train.featureShape.reduce(1, *)
        let hidden = Array(repeating: width, count: max(0, depth))
        let sizes = [inputs] + hidden + [parts.train.targets.outputCount]
        return sizes.map(String.init).joined(separator: "-")
    }
}
