import Hummingbird
import Kalsae

/// A request whose body may be at most 64 KiB: more is answered with 413.
struct PredictionContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    var maxUploadSize: Int { 1 << 16 }

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
    }
}

/// The routes of a model. A ``Predictor`` is `Sendable`, and any number of requests may ask it at once.
func router(for predictor: Predictor) -> Router<PredictionContext> {
    let router = Router(context: PredictionContext.self)
    router.get("model") { _, _ in
        ModelAnswer(columns: predictor.columnNames, classes: predictor.metadata.classNames)
    }
    router.post("predict") { request, context in
        let row = try await request.decode(as: [String: Cell].self, context: context)
        do {
            let predictions = try predictor.predict(cells: row.mapValues(\.text))
            return PredictionAnswer(predictions, classNames: predictor.metadata.classNames)
        } catch let error as KalsaeError {
            // One line: what was expected, what was got.
            throw HTTPError(.badRequest, message: error.description)
        }
    }
    return router
}
