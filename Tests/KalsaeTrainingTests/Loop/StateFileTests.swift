import Foundation
import KalsaeData
import KalsaeLayers
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTraining
import Testing

/// A training as one file: what comes back goes on to the same bits, what does not fit is told.
@Suite struct StateFileTests {
    private let path = NSTemporaryDirectory() + "kalsae-\(UUID().uuidString).state"

    private func trainer(
        units: Int = 3, optimizer: any Optimizer = Adam(learningRate: 0.05)
    ) throws -> Trainer<Sequential> {
        let model = try withSeed(1) {
            try Sequential([.dense(units: units), .batchNorm, .dense(units: 1)], input: [2])
        }
        return try Trainer(model, loss: .meanSquaredError, optimizer: optimizer, seed: 3)
    }

    private func data(rows: Int = 20) throws -> Dataset {
        let x = Tensor.normal([rows, 2], key: RandomKey(seed: 4))
        return try Dataset(x, x.sum(axes: [1], keepsAxes: true))
    }

    private func options(epochs: Int) throws -> FitOptions {
        FitOptions(
            epochs: epochs, batch: 8, validation: try data(rows: 8),
            earlyStopping: EarlyStopping(patience: 50, restoresBestWeights: false))
    }

    private func message(_ body: () async throws -> Void) async -> String {
        do {
            try await body()
            return "no error"
        } catch { return "\(error)" }
    }

    @Test func aStateComesBackFromItsFile() async throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let whole = try trainer()
        try await whole.fit(data(), options(epochs: 4))
        let first = try trainer()
        try await first.fit(data(), options(epochs: 2))
        var state = try await first.state
        state.progress.fit?.lossSum = .nan
        try state.save(to: path)
        let back = try TrainingState(path: path)
        #expect(back.best != nil && back.progress.fit?.lossSum.isNaN == true)
        let second = try trainer()
        try await second.fit(data(), options(epochs: 4), resuming: back)
        let numbers = try await whole.model.tensors.map { try $0.tensor.values(Float.self) }
        #expect(try await second.model.tensors.map { try $0.tensor.values(Float.self) } == numbers)
    }

    /// However long the training, and taken up to the same bits: 139 parameters with 3,000 epochs
    /// had 622 KB.
    @Test func aLongHistoryTakesNoMoreThanAShortOne() async throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        func long(_ epochs: Int) throws -> FitOptions {
            var options = try options(epochs: epochs)
            options.earlyStopping?.patience = .max
            return options
        }
        let whole = try trainer()
        let history = try await whole.fit(data(), long(900))
        #expect(history.epochs.count == 900)
        let first = try trainer()
        try await first.fit(data(), long(700))
        let state = try await first.state
        try state.save(to: path)
        let back = try TrainingState(path: path)
        let kept = try #require(back.progress.fit?.history.epochs)
        // The newest 100, of the 600 before those of multiples of 8, and the best.
        #expect(kept.suffix(100).map(\.epoch) == Array(601...700))
        #expect(kept.count <= 100 + 75 + 1 && kept.count >= 100 + 75)
        let all = try #require(state.progress.fit?.history.epochs)
        #expect(kept.allSatisfy { all[$0.epoch - 1] == $0 })
        // A record is some 250 bytes of JSON; all 700 would be 175 KB.
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path)).count
        #expect(bytes < 80_000)
        try back.save(to: path)
        #expect(try TrainingState(path: path).progress == back.progress)
        let second = try trainer()
        let resumed = try await second.fit(data(), long(900), resuming: back)
        #expect(resumed.epochCount == 900)
        let numbers = try await whole.state.tensors.map { try $0.tensor.values(Float.self) }
        #expect(try await second.state.tensors.map { try $0.tensor.values(Float.self) } == numbers)
    }

    /// One bit of the weights, which no rule of the format could tell.
    @Test func aDamagedFileIsRefused() async throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let trainer = try trainer()
        try await trainer.fit(data(), options(epochs: 1))
        try await trainer.state.save(to: path)
        _ = try TrainingState(path: path)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[bytes.count - 5] ^= 0x40
        try bytes.write(to: URL(fileURLWithPath: path))
        let told = await message { _ = try TrainingState(path: path) }
        #expect(told.contains("damaged") && told.contains(path), "\(told)")
    }

    @Test func whatDoesNotFitIsRefusedAndChangesNothing() async throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let first = try trainer()
        try await first.fit(data(), options(epochs: 1))
        try await first.state.save(to: path)
        let state = try TrainingState(path: path)
        for (other, rows, part) in [
            (try trainer(units: 4), 20, "expected dense1.weight"),
            (try trainer(optimizer: SGD()), 20, "expected optimizer SGD, got Adam"),
            (try trainer(), 21, "other data, size, order or seed"),
        ] {
            let before = try await other.model.tensors.map { try $0.tensor.values(Float.self) }
            let got = await message {
                try await other.fit(data(rows: rows), options(epochs: 2), resuming: state)
            }
            #expect(got.contains(part) && !got.contains("\n"), "\(got)")
            let after = try await other.model.tensors.map { try $0.tensor.values(Float.self) }
            #expect(before == after)
        }
    }

    /// Counters at the ends of Int would end the process with the next step.
    @Test func impossibleCountersAreRefused() async throws {
        let trainer = try trainer()
        try await trainer.fit(data(), options(epochs: 1))
        let good = try await trainer.state
        let changes: [@Sendable (inout TrainingState) -> Void] = [
            { $0.progress.stepCount = .max }, { $0.progress.stepCount = -1 },
            { $0.progress.epochsBegun = .max }, { $0.progress.learningRate = .nan },
            { $0.progress.fit?.steps = .max }, { $0.progress.fit?.epochSteps = .min },
            { $0.progress.fit?.position.epoch = -1 }, { $0.progress.fit?.position.epoch = .max },
            { $0.progress.fit?.position.batch = .max }, { $0.progress.fit?.best.waited = .max },
            { $0.progress.fit?.rateScale = -1 },
        ]
        for (index, change) in changes.enumerated() {
            var bad = good
            change(&bad)
            let got = await message {
                try await trainer.fit(data(), options(epochs: 2), resuming: bad)
            }
            #expect(got.contains("expected ") && !got.contains("\n"), "\(index): \(got)")
        }
        #expect(await trainer.stepCount == 3)
    }

    @Test func damagedFilesAreRefused() async throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let trainer = try trainer()
        try await trainer.fit(data(), options(epochs: 1))
        try await trainer.state.save(to: path)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        for end in stride(from: 0, to: bytes.count, by: 7) {
            try bytes.prefix(end).write(to: URL(fileURLWithPath: path))
            #expect(throws: KalsaeError.self) { try TrainingState(path: path) }
        }
        try Weights.save(await trainer.model, to: path)
        let got = await message { _ = try TrainingState(path: path) }
        #expect(got.contains("metadata kalsae.training, got none"))
    }
}
