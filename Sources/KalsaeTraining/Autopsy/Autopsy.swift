import KalsaeBackend
import KalsaeFiles
import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// One training step, with all that it starts from, in a file: computing it again, operation by
/// operation, finds where numbers stop being finite.
///
/// ```swift
/// options.autopsyPath = "digits-autopsy.safetensors"
/// …
/// if let report = try Autopsy(path: "digits-autopsy.safetensors").examined() { print(report) }
/// ```
public struct Autopsy: Sendable {
    private let graph: StepGraph
    private var notes: Notes

    /// The command that shows a file's finding; on the device that made it and in its precision, as others
    /// round otherwise.
    static func command(for path: String) -> String {
        let (device, precision) = (Device.current.name, Device.current.precision)
        return "kalsae autopsy \(path)" + (device == "cpu" ? "" : " --device \(device)")
            + (precision == .float32 ? "" : " --precision \(precision.rawValue)")
    }

    /// What a file has beside the graph and its data.
    private struct Notes: Codable {
        var step: Int, epoch: Int
        var rate: Double
        var rows: [Int]
        var report: AutopsyReport?
    }

    /// What a file has of the graph.
    private struct Structure: Codable {
        var graph: Graph
        var inputNames: [String], outputNames: [String]
        var origins: [TraceNotes.Origin]
    }

    private static let notesKey = "kalsae.autopsy"
    private static let graphKey = "kalsae.graph"
    private static let advice = "use a file that a training left where its loss was not finite"

    init(step graph: StepGraph, number: Int, epoch: Int, rate: Double, rows: [Int]) {
        self.graph = graph
        notes = Notes(step: number, epoch: epoch, rate: rate, rows: rows)
    }

    /// What was found when the file was written; nil where nothing was.
    public var report: AutopsyReport? { notes.report }

    /// Computes the step and tells what is found; nil where all its results are finite.
    public func examined() throws -> AutopsyReport? {
        var examination = Examination(graph)
        return try examination.find().map { finding in
            AutopsyReport(
                finding, step: notes.step, epoch: notes.epoch, rate: notes.rate, rows: notes.rows)
        }
    }

    /// The same, kept for the file.
    mutating func examine() throws -> AutopsyReport? {
        notes.report = try examined()
        return notes.report
    }

    /// Writes the step, whole or not at all.
    func save(to path: String) throws {
        let structure = Structure(
            graph: graph.graph, inputNames: graph.inputNames, outputNames: graph.outputNames,
            origins: graph.origins)
        let tensors = zip(graph.graph.inputs, graph.inputs).enumerated().map { index, input in
            let tensor = Tensor(input.1, input.0)
            return Safetensors.TensorSource(
                name: Self.name(index), type: Safetensors.ElementType(tensor.dtype),
                shape: tensor.shape.sizes, byteCount: tensor.byteCount, read: tensor.withBytes)
        }
        if let slash = path.lastIndex(of: "/"), slash > path.startIndex {
            try CheckpointFolder(String(path[..<slash])).create()
        }
        try Safetensors.write(
            tensors,
            metadata: [
                Self.notesKey: try SpecText.encode(notes),
                Self.graphKey: try SpecText.encode(structure),
            ],
            to: path)
    }

    /// Reads a file.
    ///
    /// - Throws: a `KalsaeError` where it is none, or damaged.
    public init(path: String) throws {
        let file = try SafetensorsFile(path: path)
        func read<Value: Decodable>(_ type: Value.Type, _ key: String) throws -> Value {
            guard let text = file.metadata[key] else {
                throw KalsaeError(
                    path, expected: "metadata \(key)", got: "none", advice: Self.advice)
            }
            return try SpecText.decode(
                type, Array(text.utf8), subject: path, expected: "a step", advice: Self.advice)
        }
        notes = try read(Notes.self, Self.notesKey)
        let structure = try read(Structure.self, Self.graphKey)
        var buffers: [Buffer] = []
        for (index, type) in structure.graph.inputs.enumerated() {
            guard let entry = file.entry(named: Self.name(index)),
                entry.type.dtype == type.dtype, entry.shape == type.shape.sizes
            else {
                throw KalsaeError(
                    path, expected: "\(Self.name(index)) \(type)", got: "none, or another type",
                    advice: Self.advice)
            }
            buffers.append(try Weights.tensor(entry, of: file, path).evaluatedBuffer())
        }
        graph = StepGraph(
            graph: structure.graph, inputNames: structure.inputNames,
            outputNames: structure.outputNames, origins: structure.origins, inputs: buffers)
        do throws(KalsaeError) { try graph.check(path) } catch { throw error.naming(path) }
    }

    private static func name(_ index: Int) -> String { "input\(index)" }
}
