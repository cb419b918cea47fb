import KalsaeSupport

/// A line about what takes long, said while it goes on.
package enum WaitingNotice {
    /// Runs `body`, and says a line once for a subject where it takes longer than some seconds.
    package static func saying<Result, Failure: Error>(
        _ subject: String, _ line: String, after seconds: Double,
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        // A task knows who collects notices here; a thread would not.
        let waiting = Task {
            try await Task.sleep(for: .seconds(seconds))
            Notice.sayOnce(subject, line)
        }
        defer { waiting.cancel() }
        return try body()
    }
}
