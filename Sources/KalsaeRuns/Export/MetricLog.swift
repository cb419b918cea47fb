import Glibc
import KalsaeFiles
import KalsaeSupport
import Synchronization

/// A file that the values of metrics are appended to as they come: CSV, JSON lines, or TensorBoard's
/// events. Several trainings may have one file; each line, or each folder of events, names its own.
///
/// What is held is written each 64 KB, each second, and by ``flush()``. A disc that is full ends no
/// training: that is said once, and what does not fit is left out.
public final class MetricLog: MetricSink {
    /// How a line, or a record, is written.
    public enum Format: String, CaseIterable, Sendable {
        /// `step,epoch,time,name,value,run`, under a header; the time in seconds since 1970.
        case csv
        /// `{"step":1,"epoch":1,"time":0.5,"name":"loss","value":2.3,"run":"iris"}`, an object a line.
        case jsonLines
        /// A folder with a folder of event files for each run.
        case tensorBoard

        /// The format of a file by its name: `.csv`, `.jsonl`, `.ndjson`; others are folders.
        init(path: String) {
            let name = path.lowercased()
            if name.hasSuffix(".csv") {
                self = .csv
            } else if name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson") {
                self = .jsonLines
            } else {
                self = .tensorBoard
            }
        }
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

    /// What tells the training apart from others in the file.
    private let run: String

    /// The columns of a log, in the order of the header.
    static let header = "step,epoch,time,name,value,run"

    /// Opens a file for appending, by its name: `.csv`, `.jsonl` or `.ndjson`; any other name is a
    /// folder for TensorBoard.
    ///
    /// - Parameters:
    ///   - path: a new file, or a log that Kalsae wrote.
    ///   - run: what tells the training apart from others in the file; without it the time.
    ///   - say: takes a line about a disc that is full.
    /// - Throws: a `KalsaeError` for a file of other origin, and where the system refuses.
    public init(
        path: String, run: String? = nil,
        say: @escaping @Sendable (String) -> Void = { Notice.say($0) }
    ) throws(KalsaeError) {
        try Self.check(path)
        format = Format(path: path)
        let now = Timestamp.now
        self.run = run ?? Timestamp.text(now)
        var (own, state) = (path, State())
        if format == .tensorBoard {
            let time = Double(now) / 1000
            let name = String(self.run.printable.map { $0 == "/" ? "-" : $0 })
            let folder = "\(path)/\(name == "." || name == ".." ? "run" : name)"
            for folder in [path, folder] {
                guard mkdir(folder, 0o777) == 0 || errno == EEXIST else {
                    throw .system(folder, expected: "to make the folder", code: errno)
                }
            }
            own = "\(folder)/events.out.tfevents.\(Int(time)).\(getpid()).kalsae"
            state.events = EventFile(time: time)
        }
        file = open(own, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0o666)
        guard file >= 0 else { throw .system(own, expected: "to open it", code: errno) }
        let end = lseek(file, 0, SEEK_END)
        if format == .csv, end == 0 { state.bytes = Array("\(Self.header)\n".utf8) }
        if format != .tensorBoard, end > 0 {
            // A line that a crash cut must not take the next one with it.
            var last: UInt8 = 0x0a
            if pread(file, &last, 1, end - 1) == 1, last != 0x0a { state.bytes = [0x0a] }
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
                let line =
                    "\(step),\(epochText ?? ""),\(time),\(Self.cell(name)),\(value),\(Self.cell(run))\n"
                state.bytes += line.utf8
            case .jsonLines:
                let object: JSONValue = [
                    "step": .integer(step), "epoch": epoch.map { .integer($0) } ?? .null,
                    "time": .number(time), "name": .string(name), "value": value.jsonWithSpecials,
                    "run": .string(run),
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
