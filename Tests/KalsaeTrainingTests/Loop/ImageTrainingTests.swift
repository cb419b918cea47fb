import Foundation
import KalsaeData
import KalsaeFiles
import KalsaeLayers
import KalsaeOptimizers
import KalsaeTensor
import KalsaeTesting
import KalsaeTraining
import Testing

/// Trainings on folders of images: decoding ahead, by any number of threads, into memory or a file,
/// changes no bit; nor does a stop.
@Suite struct ImageTrainingTests {
    private func options(workers: Int, mostMemory: Int? = nil) -> ImageFolder.Options {
        var options = ImageFolder.Options()
        (options.workers, options.mostMemory) = (workers, mostMemory)
        return options
    }

    private func trainer() throws -> Trainer<Sequential> {
        let model = try withSeed(1) {
            try Sequential(
                [
                    .augment(.flipHorizontal(), .crop(padding: 1)),
                    .conv2D(filters: 4, kernel: 3, activation: .relu), .flatten,
                    .dropout(rate: 0.2),
                    .dense(units: 3),
                ], input: [8, 8, 3])
        }
        return try Trainer(
            model, loss: .softmaxCrossEntropy, optimizer: Adam(learningRate: 0.01),
            metrics: [.accuracy], seed: 5)
    }

    private struct StopAt: Callback {
        let step: Int

        func onStepEnd(_ record: StepRecord, _ control: inout TrainingControl) {
            if record.step == step { control.stop("at \(step)") }
        }
    }

    private func fit(
        _ train: LabeledData, _ validation: LabeledData, stop: Int? = nil,
        resuming state: TrainingState? = nil
    ) async throws -> (history: History, state: TrainingState) {
        var options = FitOptions(epochs: 2, batch: 8, validation: try Dataset(validation))
        options.callbacks = [StopAt(step: stop ?? .max)]
        let trainer = try trainer()
        let history = try await trainer.fit(try Dataset(train), options, resuming: state)
        return (history, try await trainer.state)
    }

    private func expectEqual(_ one: TrainingState, _ two: TrainingState) throws {
        let (left, right) = (one.tensors, two.tensors)
        #expect(left.map(\.tensor.type) == right.map(\.tensor.type))
        for (a, b) in zip(left, right) {
            let same = try a.tensor.values(Double.self) == b.tensor.values(Double.self)
            #expect(same, "\(a.path.name)")
        }
    }

    @Test func workersAndMemoryChangeNoBit() async throws {
        let pictures = try PictureFolder(count: 20)
        defer { pictures.remove() }
        let folder = try ImageFolder(path: pictures.path)
        // The oracle has all pixels in memory before it begins.
        let parts = try folder.load(name: "p", options: options(workers: 0), seed: 1)
        func resident(_ data: LabeledData) throws -> LabeledData {
            let bytes = try #require(data.images).bytes(of: 0..<data.count)
            return try LabeledData(
                features: .bytes(bytes), featureShape: data.featureShape, targets: data.targets)
        }
        let expected = try await fit(resident(parts.train), resident(parts.validation))
        #expect(expected.history.steps == 12)
        for (workers, mostMemory) in [(0, Int?.none), (1, nil), (4, nil), (4, 1)] {
            let parts = try folder.load(
                name: "p", options: options(workers: workers, mostMemory: mostMemory), seed: 1)
            let got = try await fit(parts.train, parts.validation)
            try expectEqual(got.state, expected.state)
            #expect(got.history.epochs.map(\.loss) == expected.history.epochs.map(\.loss))
            #expect(parts.train.images?.decodedCount == 42)
        }
    }

    @Test(arguments: [1, 3, 6, 8])
    func aStopInsideOfAnEpochChangesNoBit(stop: Int) async throws {
        let pictures = try PictureFolder(count: 20)
        defer { pictures.remove() }
        let folder = try ImageFolder(path: pictures.path)
        func parts(_ workers: Int) throws -> DataParts {
            try folder.load(name: "p", options: options(workers: workers), seed: 1)
        }
        let whole = try parts(1)
        let expected = try await fit(whole.train, whole.validation)
        let first = try parts(4)
        let stopped = try await fit(first.train, first.validation, stop: stop)
        #expect(stopped.history.steps == stop)
        // Another process decodes anew, and begins with what comes next.
        let second = try parts(2)
        let got = try await fit(second.train, second.validation, resuming: stopped.state)
        try expectEqual(got.state, expected.state)
    }

    @Test func aDamagedFileEndsTheTrainingWithItsName() async throws {
        let pictures = try PictureFolder(count: 20)
        defer { pictures.remove() }
        let bad = "\(pictures.path)/green/1001.png"
        var bytes = try FileBytes.read(bad)
        bytes[bytes.count / 2] ^= 0x10
        try AtomicFile.write(bytes, to: bad)
        let parts = try ImageFolder(path: pictures.path).load(name: "p", seed: 1)
        do {
            _ = try await fit(parts.train, parts.validation)
            Issue.record("expected an error")
        } catch {
            #expect("\(error)".hasPrefix("\(bad): expected an intact image"))
        }
    }
}
