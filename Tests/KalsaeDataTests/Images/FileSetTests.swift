import Foundation
import KalsaeData
import KalsaeFiles
import KalsaeSupport
import KalsaeTraining
import Testing

/// CIFAR's binary files and NumPy's arrays as data sets.
@Suite struct FileSetTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "kalsae-sets-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
        try body(path)
    }

    /// A record whose pixel k of channel c is 3 k + c + shift, as a byte.
    private func record(_ labels: [UInt8], _ shift: Int) -> [UInt8] {
        labels
            + (0..<3).flatMap { c in
                (0..<1024).map { UInt8(truncatingIfNeeded: 3 * $0 + c + shift) }
            }
    }

    @Test func cifar10() throws {
        try withFolder { base in
            let folder = "\(base)/cifar10/cifar-10-batches-bin"
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            for batch in 1...5 {
                let records = (0..<4).flatMap { record([UInt8(($0 + batch) % 10)], batch) }
                try AtomicFile.write(records, to: "\(folder)/data_batch_\(batch).bin")
            }
            try AtomicFile.write(record([7], 0) + record([2], 1), to: "\(folder)/test_batch.bin")
            try EnvironmentFlag.with(.data, base) {
                let parts = try NamedSet.cifar10.load(seed: 2)
                #expect([parts.train, parts.validation, parts.test].map(\.count) == [17, 3, 2])
                #expect(parts.train.featureShape == [32, 32, 3])
                #expect(parts.test.classes == [7, 2])
                #expect(parts.train.targets.classNames[8] == "ship")
                guard case .bytes(let bytes) = parts.test.features else {
                    Issue.record("expected bytes")
                    return
                }
                #expect(bytes.prefix(3072).enumerated().allSatisfy { $1 == UInt8($0 & 255) })
                #expect(FileSet(path: folder)?.kind == .cifar)
                // One of its files is a set of its own.
                let batch = try #require(FileSet(path: "\(folder)/data_batch_2.bin"))
                #expect(batch.kind == .cifar)
                let own = try batch.load(name: "batch", seed: 1)
                #expect([own.train, own.validation, own.test].map(\.count).reduce(0, +) == 4)
                #expect(own.train.targets.classNames[8] == "ship")
                try AtomicFile.write([1, 2, 3], to: "\(base)/data_batch_1.bin")
                #expect(FileSet(path: "\(base)/data_batch_1.bin") == nil)
                try AtomicFile.write(record([10], 0), to: "\(folder)/data_batch_3.bin")
                #expect(
                    message { _ = try NamedSet.cifar10.load(seed: 2) }.hasSuffix(
                        "data_batch_3.bin: expected labels below 10, got 10; fetch the file again"))
            }
        }
    }

    @Test func cifar100HasTheFineLabels() throws {
        try withFolder { folder in
            try AtomicFile.write(
                (0..<9).flatMap { record([1, UInt8($0 % 3 * 40)], $0) }, to: "\(folder)/train.bin")
            try AtomicFile.write(record([19, 99], 0), to: "\(folder)/test.bin")
            let set = try #require(FileSet(path: folder))
            let parts = try set.load(name: "c", seed: 1)
            #expect(parts.train.targets.classNames.count == 100)
            #expect(Set(parts.train.classes) == [0, 40, 80])
            #expect(parts.test.targets.classNames[Int(parts.test.classes[0])] == "worm")
        }
    }

    @Test func arraysAsKerasHandsOut() throws {
        try withFolder { folder in
            let path = "\(folder)/digits.npz"
            func images(_ count: Int) throws -> NPY {
                try NPY(
                    type: .uint8, shape: [count, 2, 3],
                    bytes: (0..<(count * 6)).map { UInt8(truncatingIfNeeded: $0) })
            }
            try NPZ.write(
                [
                    .init("x_train", images(20)),
                    .init("y_train", NPY((0..<20).map { $0 % 2 * 5 }, shape: [20])),
                    .init("x_test", images(3)), .init("y_test", NPY([5, 0, 5], shape: [3, 1])),
                ], to: path)
            let parts = try #require(FileSet(path: path)).load(name: "d", seed: 1)
            #expect([parts.train, parts.validation, parts.test].map(\.count) == [17, 3, 3])
            #expect(parts.train.featureShape == [2, 3, 1])
            #expect(parts.test.targets.classNames == ["0", "5"])
            #expect(parts.test.classes == [1, 0, 1])
        }
    }

    @Test func arraysOfNumbers() throws {
        try withFolder { folder in
            let path = "\(folder)/a.npz"
            let x = try NPY((0..<40).map { Float($0) }, shape: [10, 4])
            let y = try NPY((0..<10).map { Float($0) }, shape: [10])
            try NPZ.write([.init("rows", x), .init("price", y)], to: path)
            let set = try #require(FileSet(path: path))
            #expect(
                message { _ = try set.load(name: "a", seed: 1) }.contains(
                    "got rows, price; name the targets with --target"))
            var options = FileSet.Options()
            options.target = "price"
            let parts = try set.load(name: "a", options: options, seed: 1)
            #expect(parts.train.featureShape == [4])
            guard case .values(let values, let scale) = parts.train.targets else {
                Issue.record("expected values")
                return
            }
            // The scale is that of the training rows alone: their mean is not that of 0 to 9.
            let numbers = values.map { scale.invert(Double($0)).rounded() }
            #expect(numbers.count < 10 && numbers.allSatisfy { (0...9).contains($0) })
            let mean = numbers.reduce(0, +) / Double(numbers.count)
            #expect(abs(scale.mean - mean) <= 1e-6)
            // The same numbers as classes, and whole numbers as values.
            options.task = .classification
            let classes = try set.load(name: "a", options: options, seed: 1)
            #expect(classes.train.targets.classNames == (0..<10).map(\.description))
            try NPZ.write(
                [.init("x", x), .init("y", try NPY(Array(0..<10), shape: [10]))], to: path)
            options = FileSet.Options()
            options.task = .regression
            guard case .values = try set.load(name: "a", options: options, seed: 1).train.targets
            else {
                Issue.record("expected values")
                return
            }
            var spoiled = (0..<10).map { Float($0) }
            spoiled[7] = .nan
            try NPZ.write(
                [.init("x", x), .init("y", try NPY(spoiled, shape: [10]))], to: path)
            #expect(
                message { _ = try set.load(name: "a", seed: 1) }.contains(
                    "expected a finite number for each row, got nan in row 7, counted from 0"))
            spoiled[7] = 0.5
            try NPZ.write(
                [.init("x", x), .init("y", try NPY(spoiled, shape: [10]))], to: path)
            options.task = .classification
            #expect(
                message { _ = try set.load(name: "a", options: options, seed: 1) }.contains(
                    "expected whole numbers, as classes have, got 0.5 in row 7"))
            try NPZ.write([.init("x", x), .init("y", try NPY([1, 2], shape: [2]))], to: path)
            #expect(
                message { _ = try set.load(name: "a", seed: 1) }
                    == "\(path), y: expected a target for each of 10 rows, got sizes [2]")
        }
    }
}
