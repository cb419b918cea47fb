import KalsaeFiles
import KalsaeSupport
import KalsaeTraining

/// The file of a model among the arguments of a verb.
enum ModelArgument {
    /// Opens a model; a table that was given in its place is called one.
    ///
    /// - Parameters:
    ///   - verb: the verb, for advice.
    ///   - others: the other arguments, one of which may be the model.
    ///   - threshold: the rule by which one of two classes is predicted; without it the model's own.
    static func open(
        _ path: String, verb: String, others: [String], threshold: ThresholdChoice? = nil
    ) throws -> Predictor {
        try check(path, verb: verb, others: others)
        for other in others where isModel(other) {
            throw KalsaeError(
                other, expected: "a table", got: "a model",
                advice: "kalsae \(verb) takes one model, then tables")
        }
        var predictor = try Predictor(path: path)
        if let threshold { try predictor.decide(by: threshold) }
        if let decision = predictor.decision {
            let rule = decision.text(predictor.metadata.classNames)
            let own = "as it was trained; --threshold .5 for the more probable class"
            Notice.say("\(path): \(rule)\(threshold == nil ? ", " + own : "")")
        }
        return predictor
    }

    /// Throws where a path holds something else than safetensors.
    static func check(_ path: String, verb: String, others: [String] = []) throws(KalsaeError) {
        let bytes = FileIdentity.beginning(of: path, count: 4096)
        guard !bytes.isEmpty, !isModel(bytes) else { return }
        // Text in any encoding has few bytes that no text has.
        let strange = bytes.count { $0 < 9 || ($0 > 13 && $0 < 32 && $0 != 27) }
        let isText = strange == 0 && bytes.contains { $0 == 10 || $0 == 13 }
        guard isText else { return }
        let swapped = others.first(where: isModel)
        throw KalsaeError(
            path, expected: "a model that `kalsae train` wrote", got: "text, as a table is",
            advice: swapped.map { "the model comes first: kalsae \(verb) \($0) \(path)" }
                ?? "train one: kalsae train \(path) --target COLUMN")
    }

    /// Whether a file is a model of text; false where it cannot be read.
    static func isOfText(_ path: String) throws -> Bool {
        guard isModel(path), let file = try? SafetensorsFile(path: path) else { return false }
        return TextModel.isText(file.metadata)
    }

    /// Whether a file is one of tensors.
    static func isModel(_ path: String) -> Bool {
        isModel(FileIdentity.beginning(of: path, count: 9))
    }

    /// A length of eight bytes, then a JSON object.
    private static func isModel(_ bytes: [UInt8]) -> Bool {
        bytes.count > 8 && bytes[8] == 0x7b && bytes[5] == 0 && bytes[6] == 0 && bytes[7] == 0
    }
}
