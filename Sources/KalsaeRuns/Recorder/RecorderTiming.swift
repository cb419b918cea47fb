/// How often a recorder does things, in milliseconds.
package struct RecorderTiming: Sendable {
    /// Between two looks for commands.
    package var poll = 50
    /// Until what was recorded is written.
    package var flush = 250
    /// Until a write that failed is tried again.
    package var retry = 1000
    /// For which the last write is tried once the run has ended.
    package var patience = 5000

    /// The usual times.
    package init() {}
}
