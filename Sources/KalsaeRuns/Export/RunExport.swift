import KalsaeFiles
import KalsaeSupport

/// Writes what a store knows of a run in the formats of other programs.
public struct RunExport {
    private let store: Store
    private let run: Run

    /// An export of a run.
    public init(_ run: Run, of store: Store) { (self.store, self.run) = (store, run) }

    /// Points that are gathered before they are handed on.
    private static let portion = 4096

    /// The points of some metrics as CSV, a row for each: `metric,step,epoch,time,value`.
    ///
    /// Times are seconds since the run was created; numbers that are none are `nan`, `inf` and
    /// `-inf`.
    ///
    /// - Parameters:
    ///   - metrics: names of metrics; all without it.
    ///   - write: takes the text in portions.
    public func csv(
        metrics: [String]? = nil, to write: ([UInt8]) throws(KalsaeError) -> Void
    ) throws(KalsaeError) {
        var text = CSVWriter()
        text.append(["metric", "step", "epoch", "time", "value"])
        var count = 0
        for name in try names(metrics) {
            try store.forEachPoint(name, of: run) { point in
                text.append([
                    name, "\(point.step)", point.epoch.map { "\($0)" } ?? "",
                    "\(Double(point.time) / 1000)", "\(point.value)",
                ])
                count += 1
                if count % Self.portion == 0 {
                    try write(text.bytes)
                    text = CSVWriter()
                }
            }
        }
        try write(text.bytes)
    }

    /// All that is known of the run as one JSON object on one line.
    ///
    /// Points are lists of step, epoch, milliseconds and value; numbers that are none are the texts
    /// `nan`, `inf` and `-inf`.
    public func json(
        metrics: [String]? = nil, to write: ([UInt8]) throws(KalsaeError) -> Void
    ) throws(KalsaeError) {
        let names = try names(metrics)
        var text = Array(try head().text.utf8.dropLast()) + Array(",\"metrics\":{".utf8)
        for (index, name) in names.enumerated() {
            text += (index > 0 ? "," : "").utf8
            text += JSONValue.string(name).bytes + Array(":[".utf8)
            var isFirst = true
            try store.forEachPoint(name, of: run) { point in
                if !isFirst { text.append(UInt8(ascii: ",")) }
                isFirst = false
                text += point.json.bytes
                if text.count > 1 << 16 {
                    try write(text)
                    text = []
                }
            }
            text += "]".utf8
        }
        try write(text + Array("}}\n".utf8))
    }

    /// The points as a TensorBoard event file; values in single precision, as its format has them.
    public func tensorBoard(
        metrics: [String]? = nil, to write: ([UInt8]) throws(KalsaeError) -> Void
    ) throws(KalsaeError) {
        let created = Double(run.created) / 1000
        var file = EventFile(time: created)
        for name in try names(metrics) {
            try store.forEachPoint(name, of: run) { point in
                file.append(
                    name, step: point.step, time: created + Double(point.time) / 1000,
                    value: point.value)
                if file.bytes.count > 1 << 16 { try write(file.take()) }
            }
        }
        try write(file.take())
    }

    /// The name of the run's event file, by which TensorBoard knows its kind.
    public var eventFileName: String {
        "events.out.tfevents.\(run.created / 1000).\(run.id).kalsae"
    }

    private func names(_ chosen: [String]?) throws(KalsaeError) -> [String] {
        if let chosen { return chosen }
        return try store.metrics(of: run).map(\.name)
    }

    private func head() throws(KalsaeError) -> JSONValue {
        .object(
            (run.json.members ?? []) + [
                JSONValue.Member("events", .array(try store.events(of: run).map(\.json))),
                JSONValue.Member("checkpoints", .array(try store.checkpoints(of: run).map(\.json))),
                JSONValue.Member("artifacts", .array(try store.artifacts(of: run).map(\.json))),
                JSONValue.Member("commands", .array(try store.commands(of: run).map(\.json))),
            ])
    }
}
