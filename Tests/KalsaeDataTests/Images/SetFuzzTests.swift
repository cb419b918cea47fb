import Foundation
import KalsaeData
import KalsaeFiles
import KalsaeTesting
import KalsaeTraining
import Testing

/// Damaged sets in files: refused, or rows that fit together.
@Suite struct SetFuzzTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "kalsae-fuzz-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try body(path)
    }

    private func check(_ data: LabeledData) {
        #expect(data.features.count == data.count * data.featureShape.reduce(1, *))
        let names = data.targets.classNames.count
        #expect(data.classes.allSatisfy { (0..<Int32(names)).contains($0) })
    }

    @Test func arrays() throws {
        let x = try NPY(type: .uint8, shape: [4, 2, 2], bytes: [UInt8](0..<16))
        let y = try NPY([0, 1, 0, 1], shape: [4])
        let values = try NPY([0.5, 1, 2, 3], shape: [4, 1])
        let files = try [
            NPZ.encode([.init("x", x), .init("y", y)]),
            NPZ.encode([.init("x", values), .init("y", values)], isCompressed: true),
            NPZ.encode([
                .init("x_train", x), .init("y_train", y), .init("x_test", x), .init("y_test", y),
            ]),
        ]
        try withFolder { folder in
            let path = "\(folder)/a.npz"
            try checkReader(files, seed: 41, areChecked: true) { bytes in
                try bytes.withUnsafeBytes { try Data($0).write(to: URL(fileURLWithPath: path)) }
                let parts = try #require(FileSet(path: path)).load(name: "a", seed: 1)
                for part in [parts.train, parts.validation, parts.test] { check(part) }
            }
        }
    }

    @Test func cifar() throws {
        let records = (0..<3).flatMap { label in
            [UInt8(label)] + (0..<3072).map { UInt8(truncatingIfNeeded: $0 + label) }
        }
        try withFolder { folder in
            for name in (1...5).map({ "data_batch_\($0)" }) + ["test_batch"] {
                try AtomicFile.write(records, to: "\(folder)/\(name).bin")
            }
            let path = URL(fileURLWithPath: "\(folder)/data_batch_2.bin")
            try checkReader([records], seed: 42) { bytes in
                try Data(bytes).write(to: path)
                let parts = try #require(FileSet(path: folder)).load(name: "c", seed: 1)
                for part in [parts.train, parts.validation, parts.test] { check(part) }
            }
        }
    }
}
