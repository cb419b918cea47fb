import KalsaeData
import KalsaeSearch
import KalsaeSupport
import KalsaeTraining

/// What is searched where nobody says what: what matters for most networks, in ranges that hold what is
/// usual.
enum DefaultSpace {
    /// The space; what the configuration says stays as it says.
    ///
    /// - Parameter changesInFlight: whether settings that make another network are left out.
    static func space(
        for parts: DataParts, _ training: TrainingConfiguration, changesInFlight: Bool = false
    ) throws(KalsaeError) -> SearchSpace {
        var parameters = [
            try Parameter("learning-rate", .real(1e-4...3e-2, scale: .log)),
            try Parameter("weight-decay", .real(1e-6...1e-1, scale: .log)),
        ]
        let rows = parts.trainCount
        let batches = [8, 16, 32, 64, 128, 256].filter { $0 * 8 <= rows }.suffix(3)
        if batches.count > 1 {
            parameters.append(
                try Parameter("batch", .choice(batches.map { .integer($0) })))
        }
        let most = rows < 5000 ? 128 : 512
        parameters.append(
            try Parameter(TrialNetwork.units, .integer(8...most, scale: .log)))
        parameters.append(try Parameter(TrialNetwork.layers, .integer(1...3)))
        return try SearchSpace(
            parameters.filter { parameter in
                if changesInFlight, PopulationSetting.name(of: parameter.name) == nil {
                    return false
                }
                return TrialNetwork.isPart(parameter.name)
                    ? !training.says("network") : !training.says(parameter.name)
            })
    }
}
