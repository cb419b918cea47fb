import KalsaeFiles
import KalsaeRuns
import KalsaeSupport

/// The commands that a diagnosis names: each one runs as it is, in the folder where the run began.
struct RunCommands {
    private let train: String
    private let data: String?
    private let hasOwnLayers: Bool

    init(_ run: Run, in store: Store) {
        let folder =
            store.folder == EnvironmentFlag.runs.value
            ? "" : " --runs \(store.folder.shellWord)"
        train = "kalsae train --config-of \(run.name.shellWord)\(folder)"
        data = run.configuration["data"]?.string
        // A list of layers and a preset have activations of their own.
        let network = run.configuration["network"]
        hasOwnLayers =
            network.map { $0.array != nil || (try? NetworkSizes($0.string ?? "")) == nil } ?? false
    }

    /// The command that trains it anew, with more options.
    func anew(_ options: String) -> String { "\(train) \(options)" }

    /// The same with another learning rate; empty for nil.
    func anew(rate: Double?) -> String {
        rate.map { anew("--learning-rate \(Float($0))") } ?? ""
    }

    /// The same with another activation; empty where the network's layers say their own.
    func withActivation(_ name: String) -> String {
        hasOwnLayers ? "" : anew("--activation \(name)")
    }

    /// The command that shows the data; empty where they came through a pipe.
    var info: String {
        guard let data, !FileBytes.isInheritedPipe(data) else { return "" }
        return "kalsae data info \(data.shellWord)"
    }
}
