import ArgumentParser
import KalsaeBackend
import KalsaeFiles
import KalsaeGraph
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining

struct CompareDevices: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare-devices",
        abstract:
            "Compute one training step on two devices or in two precisions, and show where they differ.",
        discussion: """
            What to compute: a benchmark network (\(BenchmarkNetwork.names)), a preset or a JSON \
            file of layers as `kalsae train --network` takes them, layer sizes as in 784-50-10, or \
            a model file. Operands are those of the first device for both, so that a difference is \
            that of one operation. Rounding explains, of a sum of n terms, n half units of the \
            last digit of their magnitudes, and the rounding of operands to a precision; of a \
            function, 16 units.

            Examples:
              kalsae compare-devices convnet --with opencl
              kalsae compare-devices model.safetensors --device cuda --with cpu --steps 100
              kalsae compare-devices resnet --with-precision bfloat16
            """)

    @Argument(
        help: "A benchmark network, a preset, a file, or layer sizes; see above.",
        completion: .file())
    var name: String

    @Option(help: "The device whose operands are used.")
    var device = "cpu"

    @Option(name: .customLong("with"), help: "The device to compare it with; without it, the same.")
    var with: String?

    @Option(help: "Numbers of its products: float32, tf32 (cards), bfloat16 or float16.")
    var precision = Precision.float32.rawValue

    @Option(help: "Those of the other; without it, the same.")
    var withPrecision: String?

    @Option(help: "The sizes of one input, as in 28,28,1; for presets and .json files.")
    var input = "28,28,1"

    @Option(help: "Rows per step; without it, the network's own or 100.")
    var batch: Int?

    @Option(help: "Steps to take on the first device before, so that weights are trained ones.")
    var steps = 1

    @Flag(help: "Print one JSON object on one line to standard output.")
    var json = false

    func run() async throws {
        guard (0...1_000_000).contains(steps) else {
            throw KalsaeError("--steps", expected: "a number from 0 to 1000000", got: "\(steps)")
        }
        guard with != nil || withPrecision != nil else {
            throw KalsaeError(
                "compare-devices", expected: "--with a device, or --with-precision", got: "neither")
        }
        let request = try StepRequest(name: name, batch: batch, input: input)
        let one = try Device.named(device).with(Precision(named: precision))
        let two = try Device.named(with ?? device).with(
            Precision(named: withPrecision ?? precision))
        let report = try await DeviceComparer().compare(request, steps: steps, one, two)
        if json {
            try Console.print(json(report))
        } else {
            for line in lines(report) { try Console.print(line) }
        }
        if report.first != nil { throw ExitCode.failure }
    }

    /// The names of both, each with its precision where that is not `float32`.
    private var names: (String, String) {
        func name(_ device: String, _ precision: String) -> String {
            precision == Precision.float32.rawValue ? device : "\(device) (\(precision))"
        }
        return (name(device, precision), name(with ?? device, withPrecision ?? precision))
    }

    private func lines(_ report: DeviceComparison.Report) -> [String] {
        let counted =
            "\(report.operations.counting("operation")), \(report.equal) with equal numbers"
        guard let first = report.first else {
            let largest = report.largest.map {
                "; nearest to its bound \($0.operation) -> \($0.type), at "
                    + "\(Progress.fixed(100 * $0.share, digits: 1)) % of it"
            }
            return ["\(names.0) and \(names.1) agree: \(counted)\(largest ?? "")"]
        }
        let layer = first.origin.layer.isEmpty ? "" : " of layer \(first.origin.layer)"
        let gradient = first.origin.isGradient ? ", in the gradient" : ""
        return [
            "first difference: operation \(first.node), \(first.operation) -> \(first.type)\(layer)\(gradient)",
            "  at \(first.index): \(names.0) \(first.left), \(names.1) \(first.right)",
            "  difference \(abs(first.left - first.right)), rounding explains \(first.bound)",
            "in front of it: \(counted)",
        ]
    }

    private func json(_ report: DeviceComparison.Report) -> JSONValue {
        func object(_ found: DeviceComparison.Difference?) -> JSONValue {
            guard let found else { return .null }
            return [
                "node": .integer(found.node), "operation": .string(found.operation),
                "type": .string("\(found.type)"), "layer": .string(found.origin.layer),
                "index": .array(found.index.map { .integer($0) }), "left": .number(found.left),
                "right": .number(found.right), "bound": .number(found.bound),
            ]
        }
        return [
            "devices": .array([.string(names.0), .string(names.1)]),
            "operations": .integer(report.operations), "equal": .integer(report.equal),
            "first": object(report.first), "largest": object(report.largest),
        ]
    }
}

/// Compares on the thread that training itself runs on.
private actor DeviceComparer {
    nonisolated var unownedExecutor: UnownedSerialExecutor {
        ComputeThread.shared.asUnownedSerialExecutor()
    }

    func compare(
        _ request: StepRequest, steps: Int, _ left: Device, _ right: Device
    ) throws -> DeviceComparison.Report {
        try left.asCurrent {
            let step = try request.make()
            for _ in 0..<steps { _ = try step.run() }
            var comparison = DeviceComparison(try step.graph(), left, right)
            return try comparison.compare()
        }
    }
}
