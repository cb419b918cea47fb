import KalsaeData
import KalsaeFiles
import KalsaeLayers
import KalsaeSupport

/// What is saved with a network so that it can be used without its data: classes, the encoder of
/// its table, the split's seed.
public struct ModelMetadata: Sendable {
    /// The name of the data that it was trained on.
    public var data: String
    /// The names of the classes; empty for values.
    public var classNames: [String]
    /// How a table becomes numbers; nil for images.
    public var encoder: TableEncoder?
    /// The scale of the predicted value; nil for classes.
    public var scale: TargetScale?
    /// The seed of the split.
    public var seed: Int
    /// Intervals around predicted numbers; nil for classes, and where none were made.
    public var intervals: PredictionIntervals?
    /// Of two classes, the rule with the best F1 on rows held out; nil where none was found.
    public var bestDecision: DecisionRule?
    /// The rule by which a class is predicted; nil for the most probable one.
    public var decision: DecisionRule?
    /// The shares of a named set that were held out; nil for other data.
    package var heldOut: Split.Fractions?
    /// Whether all parts were trained on in the end, those held out before too.
    package var learnedAll = false

    private static let key = "kalsae.data"

    init(_ data: DataParts, seed: Int) {
        self.data = data.name
        encoder = data.encoder
        heldOut = data.fractions
        self.seed = seed
        switch data.train.targets {
        case .classes(_, let names): (classNames, scale) = (names, nil)
        case .values(_, let scale): (classNames, self.scale) = ([], scale)
        }
    }

    /// Reads what was saved with a network.
    public init(_ file: ModelFile, path: String) throws(KalsaeError) {
        guard !TextModel.isText(file.metadata) else {
            throw KalsaeError(
                path, expected: "a model of rows or images", got: "one of text",
                advice: "let it write: kalsae predict \(path) --prompt TEXT")
        }
        guard let text = file.metadata[Self.key] else {
            throw KalsaeError(
                path, expected: "metadata \(Self.key)", got: "none",
                advice: "use a file that `kalsae train` wrote")
        }
        let json = try JSONValue(parsing: text, subject: path)
        guard let name = json["name"]?.string, let seed = json["seed"]?.integer,
            let classes = json["classes"]?.array
        else {
            throw KalsaeError(path, expected: "name, seed and classes in \(Self.key)", got: text)
        }
        data = name
        self.seed = seed
        classNames = classes.compactMap(\.string)
        if let table = json["table"] { encoder = try TableEncoder(json: table, subject: path) }
        if case .value(let scale)? = encoder?.target.kind { self.scale = scale }
        if let own = json["scale"] { scale = try TargetScale(json: own, subject: path) }
        guard scale != nil || !classNames.isEmpty else {
            throw KalsaeError(
                path, expected: "classes, or the scale of a number", got: "neither",
                advice: "train it again: files of earlier versions lack the scale")
        }
        intervals = json["intervals"].flatMap { PredictionIntervals(json: $0) }
        if let decision = json["decision"] { try readDecision(decision, path) }
        if let shares = json["heldOut"]?.array?.compactMap(\.number), shares.count == 2,
            shares.allSatisfy({ (0..<1).contains($0) }), shares[0] + shares[1] < 1
        {
            heldOut = Split.Fractions(validation: shares[0], test: shares[1])
        }
        learnedAll = json["learnedAll"]?.bool ?? false
        let outputs = max(classNames.count, 1)
        guard file.model.outputShape == [outputs], classes.count == classNames.count,
            encoder.map({ file.model.inputShape == [$0.width] }) ?? true
        else {
            throw KalsaeError(
                path, expected: "a network that fits its own table and classes",
                got: "input \(file.model.inputShape ?? []), output \(file.model.outputShape ?? [])")
        }
    }

    /// The strings for the file.
    var strings: [String: String] {
        var members: [JSONValue.Member] = [
            JSONValue.Member("name", .string(data)), JSONValue.Member("seed", .integer(seed)),
            JSONValue.Member("classes", .array(classNames.map { .string($0) })),
        ]
        if let encoder {
            members.append(JSONValue.Member("table", encoder.json))
        } else if let scale {
            members.append(JSONValue.Member("scale", .object(scale.members)))
        }
        if let intervals { members.append(JSONValue.Member("intervals", intervals.json)) }
        if let heldOut {
            members.append(
                JSONValue.Member(
                    "heldOut", [.number(heldOut.validation), .number(heldOut.test)]))
        }
        if learnedAll { members.append(JSONValue.Member("learnedAll", true)) }
        if let decisionJSON { members.append(JSONValue.Member("decision", decisionJSON)) }
        return [Self.key: JSONValue.object(members).text]
    }
}
