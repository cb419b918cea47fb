import KalsaeSupport
import KalsaeTraining

extension BenchmarkNetwork {
    /// The networks of `--net`: one by its name, or all but those for accelerators.
    static func chosen(_ net: String) throws(KalsaeError) -> [BenchmarkNetwork] {
        let nets = net == "all" ? small : allCases.filter { net == $0.rawValue }
        guard !nets.isEmpty else {
            throw KalsaeError(
                "--net", expected: "\(names) or all", got: "\"\(net)\"",
                advice: SpellingSuggestion.advice(net, in: allCases.map(\.rawValue)))
        }
        return nets
    }
}
