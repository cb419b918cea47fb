import KalsaeBackend
import KalsaeFiles
import KalsaeGraph
import KalsaeLayers
import KalsaeSupport
import KalsaeTensor
import KalsaeTesting
import Testing

/// Outputs and gradients of PyTorch, made by `Scripts/parity/layers.py`.
private struct Vectors {
    let file: SafetensorsFile

    init() throws {
        file = try SafetensorsFile(path: vectors("layers.safetensors"))
    }

    /// A tensor of the file; nil where there is none.
    func tensor(_ name: String, _ dtype: DType) throws -> Tensor? {
        guard let entry = file.entry(named: name), let type = entry.type.dtype else { return nil }
        let numbers = TensorType(type, Shape(entry.shape))
        let buffer = try Buffer(byteCount: numbers.byteCount)
        try buffer.withMutableHostBytes { target in
            file.withBytes(of: entry) { target.copyMemory(from: $0) }
        }
        let tensor = Tensor(buffer, numbers)
        return type.isFloat ? tensor.cast(to: dtype) : tensor
    }

    func required(_ name: String, _ dtype: DType) throws -> Tensor {
        try #require(try tensor(name, dtype), "no \(name) in the vectors")
    }
}

/// One case of the file and the layer that shall do the same.
private struct ParityCase: CustomTestStringConvertible, Sendable {
    var name: String
    var spec: LayerSpec
    var isTraining = false
    var testDescription: String { name }

    init(_ name: String, _ spec: LayerSpec, isTraining: Bool = false) {
        (self.name, self.spec, self.isTraining) = (name, spec, isTraining)
    }
}

private let cases: [ParityCase] = [
    ParityCase("conv2D", .conv2D(filters: 3, kernel: 3)),
    ParityCase(
        "conv2D.everything",
        .conv2D(
            filters: 6, kernel: Pair(2, 3), strides: Pair(1, 2), padding: .all(2),
            dilations: Pair(2, 1), groups: 2)),
    ParityCase("conv2D.same", .conv2D(filters: 3, kernel: 4, padding: .same, useBias: false)),
    ParityCase("conv1D", .conv1D(filters: 3, kernel: 3, stride: 2, padding: .all(1))),
    ParityCase("depthwise", .depthwiseConv2D(kernel: 2, multiplier: 2)),
    ParityCase(
        "transposed",
        .conv2DTransposed(
            filters: 6, kernel: 3, strides: 2, padding: .all(1), outputPadding: 1, groups: 2)),
    ParityCase("maxPool2D", .maxPool2D(3, strides: 2, padding: .all(1))),
    ParityCase(
        "averagePool2D", .averagePool2D(3, strides: 2, padding: .all(1), countsPadding: true)),
    ParityCase("averagePool2D.inside", .averagePool2D(3, strides: 2, padding: .all(1))),
    ParityCase("adaptiveAveragePool2D", .adaptiveAveragePool2D(Pair(3, 2))),
    ParityCase("adaptiveMaxPool2D", .adaptiveMaxPool2D(Pair(2, 3))),
    ParityCase("upSampling2D", .upSampling2D(2)),
    ParityCase("maxPool1D", .maxPool1D(3, stride: 2)),
    ParityCase("layerNorm", .layerNorm()),
    ParityCase("rmsNorm", .rmsNorm()),
    ParityCase("groupNorm", .groupNorm(groups: 2)),
    ParityCase("instanceNorm", .instanceNorm(isAffine: true)),
    ParityCase("batchNorm", .batchNorm, isTraining: true),
    ParityCase("embedding", .embedding(vocabulary: 6, size: 3)),
    ParityCase("simpleRNN", .simpleRNN(units: 4, returnsSequences: true)),
    ParityCase("lstm", .lstm(units: 4, returnsSequences: true)),
    ParityCase("gru", .gru(units: 4, returnsSequences: true)),
    ParityCase("multiHeadAttention", .multiHeadAttention(heads: 2)),
    ParityCase("multiHeadAttention.causal", .multiHeadAttention(heads: 2, isCausal: true)),
    ParityCase("separable", .separableConv2D(filters: 3, kernel: 2, multiplier: 2)),
    ParityCase("averagePool1D", .averagePool1D(3, stride: 2)),
    ParityCase("upSampling2D.bilinear", .upSampling2D(Pair(2, 3), by: .bilinear)),
    ParityCase(
        "bidirectional.lstm", .bidirectional(.lstm(units: 4, returnsSequences: true))),
    ParityCase("bidirectional.gru", .bidirectional(.gru(units: 4, returnsSequences: true))),
    ParityCase("prelu", .prelu()),
    ParityCase(
        "zeroPadding2D", .zeroPadding2D(Padding2D(top: 1, bottom: 0, left: 2, right: 3))),
    ParityCase("globalAveragePool", .globalAveragePool),
    ParityCase("globalMaxPool", .globalMaxPool),
    ParityCase("transformerBlock", .transformerBlock(heads: 2, hidden: 12)),
]

private struct WithInput: TensorTree {
    var model: Sequential
    var input: Tensor

    mutating func forEachTensor<Failure: Error>(
        at path: TensorPath, _ body: (TensorPath, inout Tensor) throws(Failure) -> Void
    ) throws(Failure) {
        try model.forEachTensor(at: path, body)
        try body(path.appending("input"), &input)
    }
}

@Suite struct TorchParityTests {
    @Test(arguments: cases, [DType.float64, .float32])
    private func layer(_ parity: ParityCase, dtype: DType) throws {
        let vectors = try Vectors()
        let name = parity.name
        let x = try vectors.required("\(name)/x", dtype)
        let model = try Sequential([parity.spec], input: Shape(x.shape.dropFirst()))
        var count = 0
        let loaded = try model.mapTensors { path, tensor throws in
            let key = path.name.split(separator: ".").dropFirst().joined(separator: ".")
            guard path.role == .parameter else { return tensor.cast(to: dtype) }
            count += 1
            let parameter = try vectors.required("\(name)/p.\(key)", dtype)
            #expect(parameter.shape == tensor.shape, "\(path)")
            return parameter
        }
        let inFile = vectors.file.entries.filter { $0.name.hasPrefix("\(name)/p.") }.count
        #expect(count == inFile)
        try compare(parity, vectors, WithInput(model: loaded, input: x), dtype)
    }

    private func compare(
        _ parity: ParityCase, _ vectors: Vectors, _ tree: WithInput, _ dtype: DType
    ) throws {
        let name = parity.name
        let seed = try vectors.required("\(name)/seed", dtype)
        var output: Tensor?
        func run() -> WithInput {
            gradient(at: tree) { tree in
                let y = tree.model(tree.input)
                output = y
                return (y * seed).sum()
            }
        }
        let key = RandomKey(seed: 0)
        let gradients = parity.isTraining ? StepScope.training(key: key, run).result : run()
        let tolerance =
            dtype == .float64
            ? Tolerance(relative: 1e-10, absolute: 1e-11)
            : Tolerance(relative: 1e-5, absolute: 4e-6)
        let got = try #require(output)
        expectClose(got, try vectors.required("\(name)/y", dtype), tolerance: tolerance)
        if let dx = try vectors.tensor("\(name)/dx", dtype) {
            expectClose(gradients.input, dx, tolerance: tolerance)
        }
        for (path, tensor) in gradients.model.tensors where path.role == .parameter {
            let key = path.name.split(separator: ".").dropFirst().joined(separator: ".")
            let expected = try vectors.required("\(name)/g.\(key)", dtype)
            withEvery("gradient", in: [key]) { _ in
                expectClose(tensor, expected, tolerance: tolerance)
            }
        }
    }

    @Test func runningStatisticsAsInPyTorch() throws {
        let vectors = try Vectors()
        let x = try vectors.required("batchNorm/x", .float64)
        let layer = BatchNorm(3, .torch)
            .mapTensors { _, tensor in tensor.cast(to: .float64) }
        let step = StepScope.training(key: RandomKey(seed: 0)) { layer(x) }
        let after = step.reports.applied(to: layer)
        let tolerance = Tolerance(relative: 1e-10, absolute: 1e-11)
        let mean = try vectors.required("batchNorm/running.mean", .float64)
        let variance = try vectors.required("batchNorm/running.variance", .float64)
        expectClose(after.runningMean, mean, tolerance: tolerance)
        expectClose(after.runningVariance, variance, tolerance: tolerance)
    }

    @Test func paddingMaskAsInPyTorch() throws {
        let vectors = try Vectors()
        let name = "multiHeadAttention.padding"
        let x = try vectors.required("\(name)/x", .float64)
        let layer = try MultiHeadAttention(6, heads: 2).mapTensors { path, _ throws in
            try vectors.required("\(name)/p.\(path.name)", .float64)
        }
        let padding = Tensor(
            [true, true, true, false, true, false, false, false], shape: [2, 4])
        let expected = try vectors.required("\(name)/y", .float64)
        let tolerance = Tolerance(relative: 1e-10, absolute: 1e-11)
        expectClose(layer(x, padding: padding), expected, tolerance: tolerance)
    }
}
