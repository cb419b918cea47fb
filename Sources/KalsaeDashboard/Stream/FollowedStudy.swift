import KalsaeFiles
import KalsaeRuns
import KalsaeSearch
import KalsaeSupport

/// How much of a study the readers of its stream have.
struct FollowedStudy {
    private let study: OpenStudy
    private var known: [TrialRecord]

    /// Follows a study from now on.
    init(_ name: String, _ store: Store) throws {
        study = try OpenStudy(name, in: store)
        known = try study.study.trials()
    }

    /// Adds the trials that changed.
    mutating func changes(into events: inout [StreamEvent]) throws {
        let now = try study.study.trials()
        for trial in now {
            let before = trial.number < known.count ? known[trial.number] : nil
            guard before.map({ StudyJSON.differ($0, trial) }) ?? true else { continue }
            events.append(
                StreamEvent(
                    topic: .study(study.name), kind: "trial",
                    data: StudyJSON.trial(trial, of: study.name)))
        }
        known = now
    }
}
