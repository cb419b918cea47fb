import KalsaeLayers
import KalsaeTensor

/// A boundary from which the last steps of a training can be taken again, with the rates that they
/// had: what an ``Autopsy`` begins with. A reference, so that looking at it costs a step nothing.
final class ReplayStart<Model: Layer> {
    let snapshot: Snapshot<Model>
    /// The rates behind numbers of steps, in order.
    private(set) var rates: [(step: Int, rate: Double)] = []
    private let taken: ContinuousClock.Instant
    private let pause: Double

    /// Steps between two looks at the clock.
    static var stride: Int { 32 }

    init(_ snapshot: Snapshot<Model>, rate: Double, now: ContinuousClock.Instant) {
        self.snapshot = snapshot
        rates = [(0, rate)]
        taken = now
        // The next step copies model and optimizer, at some 5 GB/s: a start each 500 times as long,
        // so that copies take a fifth of a percent.
        let bytes = snapshot.model.tensors.reduce(0) { $0 + $1.tensor.byteCount }
        pause = max(2, 500 * 3 * Double(bytes) / 5e9)
    }

    /// Whether another one is worth its copy.
    func isOld(_ now: ContinuousClock.Instant) -> Bool {
        taken.duration(to: now).seconds >= pause
    }

    /// Notes the rate behind a number of steps.
    func note(rate: Double, step: Int) { rates.append((step, rate)) }
}
