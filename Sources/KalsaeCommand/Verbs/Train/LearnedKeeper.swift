import KalsaeSupport
import KalsaeTraining

/// Keeps what a network's training has learned before it is measured, so that nothing which ends the
/// process then takes it away, and says so where somebody ended the training.
struct LearnedKeeper: Sendable {
    private let destination: ModelDestination
    private let session: RunSession?
    private let resumeCommand: String?
    private let progress: Progress

    init(_ destination: ModelDestination, _ record: Recording?, _ progress: Progress) {
        (self.destination, self.progress) = (destination, progress)
        (session, resumeCommand) = (record?.session, record?.resumeCommand)
    }

    /// Writes the checkpoint at the end and the model.
    func keep(_ learned: LearnedNetwork) throws {
        progress.end()
        session?.keep(learned.state)
        try destination.save(learned.file)
        StopLine.announce(Self.measuring(destination.path))
        guard case .stopped = learned.history.end else { return }
        tell(learned.history)
    }

    /// What is said where a signal comes while a model is measured.
    static func measuring(_ path: String) -> String {
        "the training is over, and its model is in \(path): it is measured to the end"
    }

    private func tell(_ history: History) {
        let how = Interrupt.isRequested ? "interrupted" : "stopped"
        let position = "\(how) at step \(history.steps), in epoch \(history.epochCount)"
        let kept =
            history.restoredEpoch.map { "the weights of epoch \($0), the best so far," }
            ?? "no epoch was over: the weights of that step"
        Console.tell("\(position); \(kept) are in \(destination.path)".printable)
        if let resumeCommand { Console.tell("go on with: \(resumeCommand)") }
    }
}
