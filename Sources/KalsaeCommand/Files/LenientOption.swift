import ArgumentParser
import KalsaeSupport
import KalsaeTraining

/// Whether what a model of a table cannot read is missing.
struct LenientOption: ParsableArguments {
    @Flag(
        help: """
            Take text in columns of numbers, and columns that are not there, as missing, and tell how \
            many.
            """)
    var lenient = false

    /// Throws where it is given for another model than one of a table.
    func check(_ predictor: Predictor, _ path: String) throws(KalsaeError) {
        guard lenient, predictor.metadata.encoder == nil else { return }
        throw KalsaeError(
            "--lenient", expected: "a model of a table to go with",
            got: "\(path), trained on \(predictor.metadata.data)", advice: "leave it out")
    }
}
