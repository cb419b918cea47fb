import FoundationEssentials
import KalsaeFiles
import KalsaeRuns
import KalsaeSupport
import KalsaeTraining

/// A recorded run as a file for `kalsae train`: its options, and what was done to it while it trained.
struct ConfigurationFile {
    /// The file: YAML with a line a setting.
    let text: String

    init(_ run: Run, in store: Store) throws {
        var settings = try TrainingConfiguration(
            run.configuration, try OptionCatalog.train(), subject: "run \(run.name)")
        if let last = RunSession.checkpoints(of: run, in: store).last,
            let list = try TrainingState(path: last.path).progress.fit?.interventions, !list.isEmpty
        {
            let bytes = [UInt8](try JSONEncoder().encode(list))
            settings.replace("interventions", try JSONValue(parsing: bytes, subject: run.name))
        }
        let lines = settings.settings.map { member -> String in
            guard member.key == "interventions", let list = member.value.array else {
                return "\(member.key): \(member.value.text)"
            }
            return (["\(member.key):"] + list.map { "  - \($0.text)" }).joined(separator: "\n")
        }
        text = (["# \(run.name), \(run.id)".printable] + lines).joined(separator: "\n") + "\n"
    }
}
