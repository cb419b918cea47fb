import Foundation
import KalsaeGraph
import KalsaeLayers
import KalsaeTensor
import KalsaeTesting
import KalsaeTraining
import Testing

/// Files that Kalsae wrote before layer settings were one struct each.
@Suite struct FormerFilesTests {
    private let path = vectors("former-model.safetensors")

    @Test func aModelOfEveryKindIsRead() throws {
        let file = try ModelFile(path: path)
        let spec = try #require(file.model.spec)
        // All kinds of the time but lstm, which stands inside of bidirectional, and embedding.
        #expect(Set(spec.map(\.kind)).count == 37)
        #expect(
            spec[4]
                == .conv2D(
                    filters: 4, kernel: Pair(2, 3), strides: Pair(1, 2), padding: .same,
                    activation: .leakyRelu(slope: 0.2)))
        #expect(spec.contains(.batchNorm))
        #expect(spec.contains(.dropout(rate: 0.125, isClassic: true)))
        #expect(spec.contains(.checkpointed([.dense(units: 3)])))
        #expect(spec.contains(.bidirectional(.lstm(units: 2, returnsSequences: true))))
    }

    @Test func itPredictsWhatItDid() throws {
        let model = try ModelFile(path: path).model
        // Two rows of Iris, standardized by the file's means and deviations.
        let rows: Tensor = [
            [-0.86386843, 1.0751183, -1.3616224, -1.3407074],
            [0.20005374, -0.40911582, 0.41277961, 0.3806947],
        ]
        // Printed with 8 digits by the version that wrote the file. Inputs are rounded to 6e-8;
        // some 40 layers, of which norms divide by deviations above .1, make at most 1e-4 of it.
        let tolerance = Tolerance(relative: 1e-6, absolute: 1e-4)
        expectClose(
            model(rows).softmax(),
            [0.34933394, 0.3337555, 0.31691054, 0.3424807, 0.33515438, 0.322365], shape: [2, 3],
            tolerance: tolerance)
    }

    @Test func itIsWrittenAndReadAgain() throws {
        let file = try ModelFile(path: path)
        let copy = NSTemporaryDirectory() + "kalsae-\(UUID().uuidString).safetensors"
        defer { try? FileManager.default.removeItem(atPath: copy) }
        try file.save(to: copy)
        let again = try ModelFile(path: copy)
        #expect(again.model.spec == file.model.spec)
        #expect(again.model.tensors.map(\.path.name) == file.model.tensors.map(\.path.name))
    }
}
