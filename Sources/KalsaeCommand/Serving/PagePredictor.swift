import Foundation
import KalsaeFiles
import KalsaeSupport
import KalsaeTraining
import Synchronization

/// Predicts what the page draws or fills in, with the models of runs; the last ones stay open.
final class PagePredictor: Sendable {
    private struct Known: Sendable {
        var path: String
        var changed: Date
        var predictor: Predictor
    }

    private static let mostModels = 4

    private let known = Mutex<[Known]>([])

    /// The classes or the value for `pixels` from 0 to 255, or for a `row` by the names of columns.
    func predict(model path: String, _ body: JSONValue) throws -> JSONValue {
        let predictor = try predictor(of: path)
        if let pixels = body["pixels"]?.array {
            let values = pixels.compactMap(\.number)
            guard values.count == pixels.count, values.allSatisfy({ (0...255).contains($0) }) else {
                throw KalsaeError("pixels", expected: "numbers from 0 to 255", got: "others")
            }
            let width = predictor.model.inputShape?.elementCount ?? 0
            guard values.count == width, predictor.metadata.encoder == nil else {
                throw KalsaeError(
                    "pixels", expected: "a model of images of \(values.count) pixels",
                    got: "one of \(width) inputs")
            }
            return json(try predictor.predict(rows: values.map { Float($0 / 255) }), predictor)
        }
        guard let row = body["row"]?.members, !row.isEmpty else {
            throw KalsaeError("predict", expected: "pixels or a row", got: "neither")
        }
        let cells = row.map {
            ($0.key, $0.value.string ?? ($0.value == .null ? "" : $0.value.text))
        }
        return json(
            try predictor.predict(cells: Dictionary(cells) { _, last in last }), predictor)
    }

    private func json(_ predictions: Predictor.Predictions, _ predictor: Predictor) -> JSONValue {
        switch predictions {
        case .classes(let best, let probabilities):
            [
                "prediction": best.first.map { .string(predictor.metadata.classNames[$0]) }
                    ?? .null,
                "classes": .array(predictor.metadata.classNames.map { .string($0) }),
                "probabilities": .array((probabilities.first ?? []).map { .float($0) }),
            ]
        case .values(let values):
            [
                "value": values.first.map { .number($0) } ?? .null, "classes": [],
                "probabilities": [],
            ]
        }
    }

    private func predictor(of path: String) throws -> Predictor {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        let changed = attributes[.modificationDate] as? Date ?? .distantPast
        let open = known.withLock { $0.first { $0.path == path && $0.changed == changed } }
        if let open { return open.predictor }
        let predictor = try Predictor(path: path)
        known.withLock { known in
            known.removeAll { $0.path == path }
            known.insert(Known(path: path, changed: changed, predictor: predictor), at: 0)
            if known.count > Self.mostModels { known.removeLast() }
        }
        return predictor
    }
}
