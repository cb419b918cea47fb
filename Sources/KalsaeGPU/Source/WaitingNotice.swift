import Dispatch
import KalsaeSupport

/// A line about what takes long, said while it goes on.
package enum WaitingNotice {
    /// Runs `body`, and says a line once for a subject where it takes longer than some seconds.
    package static func saying<Result, Failure: Error>(
        _ subject: String, _ line: String, after seconds: Double,
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        // On a queue of its own, as the threads of tasks may all be waiting.
        let waiting = DispatchWorkItem(block: Notice.bound { Notice.sayOnce(subject, line) })
        DispatchQueue(label: "kalsae.waiting").asyncAfter(
            deadline: .now() + seconds, execute: waiting)
        defer { waiting.cancel() }
        return try body()
    }

    /// Runs what compiles kernels, and says so once for a device where it takes longer than two seconds.
    static func compiling<Result, Failure: Error>(
        for info: DeviceInfo, _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try saying(
            "compiling \(info.device)",
            "compiling kernels for \(info.device) (\(info.name)) takes a while; they are kept, so that "
                + "the next start does not wait", after: 2, body)
    }
}
