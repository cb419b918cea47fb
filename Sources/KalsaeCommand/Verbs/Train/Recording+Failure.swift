import KalsaeFiles
import KalsaeRuns
import KalsaeSupport
import KalsaeTraining

extension Recording {
    /// Ends the record of a training that failed; one that was finished before takes nothing more.
    func fail(_ error: any Error) {
        let text = (error as? KalsaeError)?.description ?? "\(error)"
        noteAutopsy()
        session.recorder.event(
            "failed", step: session.recorder.step, data: ["error": .string(text)])
        session.finish(.failed)
    }

    /// The option that halves the parts of a batch, as the same would not fit again; empty where a part
    /// is a row already, or where that is not known.
    private var smallerParts: String {
        let parts = 2 * (configuration["micro-batches"]?.integer ?? 1)
        guard let batch = configuration["batch"]?.integer, parts <= batch else { return "" }
        return " --micro-batches \(parts)"
    }

    /// The last checkpoint in words; nil where there is none.
    private var checkpoint: String? {
        let entries = RunSession.checkpoints(of: run, in: store).entries
        if let step = entries.filter({ !$0.isBest }).map(\.step).max() {
            return "the last checkpoint is of step \(step)"
        }
        return FileIdentity.isRegular(TableRecording.path(of: run, in: store))
            ? "what was tried is written" : nil
    }

    /// Ends the record of a training that failed; gives the error with what goes on from the last
    /// checkpoint, unless the numbers that led there are at fault.
    func failed(_ error: any Error) -> any Error {
        fail(error)
        guard let known = error as? KalsaeError, known.expected != "a finite loss",
            !known.advice.contains(resumeCommand), (try? store.run(run.id))?.state == .failed,
            let checkpoint
        else { return error }
        let option = known.isOfMemory ? smallerParts : ""
        let hint = "\(checkpoint), go on with: \(resumeCommand)\(option)"
        return KalsaeError(
            known.subject, expected: known.expected, got: known.got,
            advice: known.advice.isEmpty ? hint : "\(known.advice); \(hint)")
    }
}

extension KalsaeError {
    /// Whether a device, or the machine, has no memory left.
    fileprivate var isOfMemory: Bool {
        subject.hasPrefix("memory of ") || advice.contains("--micro-batches")
    }
}
