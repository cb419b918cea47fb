import Glibc
import KalsaeFiles
import KalsaeSupport
import Synchronization

/// A file that the values of metrics are appended to as they come: CSV, JSON lines, or TensorBoard's
/// events.
///
/// What is held is written each 64 KB, each second, and by ``flush()``. A disc that is full ends no
/// training: that is said once, and what does not fit is left out.
public final class MetricLog: MetricSink {
    /// How a line, or a record, is written.
    public enum Format: String, CaseIterable, Sendable {
        /// `step,epoch,time,name,value`, under a header; the time in seconds since 1970.
        case csv
        /// `{"step":1,"epoch":1,"time":0.5,"name":"loss","value":2.3}`, one object a line.
        case jsonLines
        /// A folder with an event file.
        case tensorBoard
    }

    private struct State {
        var bytes: [UInt8] = []
        var events: EventFile?
        var lastWrite = Timestamp.now
        var hasFailed = false
    }

    /// The file.
    public let path: String
    private let format: Format
    private let file: Int32
    private let say: @Sendable (String) -> Void
    private let state: Mutex<State>

    /// Opens a file for appending, by its name: `.csv`, `.jsonl` or `.ndjson`; any other name is a
    /// folder for TensorBoard.
    ///
    /// - Parameter say: takes a line about a disc that is full.
    /// - Throws: a `KalsaeError` where the system refuses.
    public init(
        path: String, say: @escaping @Sendable (String) -> Void = { Notice.say($0) }
    ) throws(KalsaeError) {
        let name = path.lowercased()
        if name.hasSuffix(".csv") {
            format = .csv
        } else if name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson") {
            format = .jsonLines
        } else {
            format = .tensorBoard
        }
        var (own, state) = (path, State())
        if format == .tensorBoard {
            guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
                throw .system(path, expected: "to make the folder", code: errno)
            }
            let time = Double(Timestamp.now) / 1000
            own = "\(path)/events.out.tfevents.\(Int(time)).\(getpid()).kalsae"
            state.events = EventFile(time: time)
        }
        file = open(own, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw .system(own, expected: "to open it", code: errno) }
        if format == .csv, lseek(file, 0, SEEK_END) == 0 {
            state.bytes = Array("step,epoch,time,name,value\n".utf8)
        }
        (self.path, self.say) = (own, say)
        self.state = Mutex(state)
    }

    deinit {
        flush()
        close(file)
    }

    /// Appends a value.
    public func metric(_ name: String, step: Int, epoch: Int?, value: Double) {
        let now = Timestamp.now
        let time = Double(now) / 1000
        state.withLock { state in
            let epochText = epoch.map { "\($0)" }
            switch format {
            case .csv:
                let line = "\(step),\(epochText ?? ""),\(time),\(Self.cell(name)),\(value)\n"
                state.bytes += line.utf8
            case .jsonLines:
                let object: JSONValue = [
                    "step": .integer(step), "epoch": epoch.map { .integer($0) } ?? .null,
                    "time": .number(time), "name": .string(name), "value": value.jsonWithSpecials,
                ]
                state.bytes += "\(object.text)\n".utf8
            case .tensorBoard:
                state.events?.append(name, step: step, time: time, value: value)
                state.bytes += state.events?.take() ?? []
            }
            if state.bytes.count >= 1 << 16 || now - state.lastWrite >= 1000 { write(&state) }
        }
    }

    /// Writes what is held.
    public func flush() { state.withLock { write(&$0) } }

    private func write(_ state: inout State) {
        state.lastWrite = Timestamp.now
        var rest = state.bytes[...]
        state.bytes = []
        let end = lseek(file, 0, SEEK_END)
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let error = KalsaeError.system(path, expected: "to write", code: errno)
                if !state.hasFailed { say("\(error.description); the log has a gap there") }
                state.hasFailed = true
                // No half of a line, behind which nobody reads on.
                if end >= 0 { _ = ftruncate(file, end) }
                return
            }
            rest = rest.dropFirst(count)
        }
    }

    /// A name as a cell of CSV.
    private static func cell(_ name: String) -> String {
        guard name.contains(where: { ",\"\n\r".contains($0) }) else { return name }
        return "\"\(name.replacing("\"", with: "\"\""))\""
    }
}
