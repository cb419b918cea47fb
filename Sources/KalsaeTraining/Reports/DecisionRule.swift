import KalsaeFiles
import KalsaeSupport

/// Of two classes, the one that is predicted from a probability on; below it the other is.
public struct DecisionRule: Sendable, Equatable {
    /// The number of the class: 0 or 1.
    public var positive: Int
    /// The least probability at which it is predicted.
    public var threshold: Double

    /// Makes a rule.
    public init(positive: Int, threshold: Double) {
        self.positive = positive
        self.threshold = threshold
    }

    /// The class that is predicted at a probability of ``positive``.
    public func callAsFunction(_ probability: Double) -> Int {
        probability >= threshold ? positive : 1 - positive
    }
}

/// How a decision rule is asked for.
public enum ThresholdChoice: Sendable, Equatable {
    /// The threshold that had the best F1 on rows held out in training.
    case best
    /// The least probability at which the class is predicted that ``best`` is about, the rarer one in
    /// training; the second one where there is none.
    case probability(Double)

    /// Throws where there are not two classes, or the probability is none.
    ///
    /// - Parameter names: the classes; none for numbers.
    public func check(_ names: [String]) throws(KalsaeError) {
        if case .probability(let value) = self, !(0...1).contains(value) {
            throw KalsaeError(
                "--threshold", expected: "best, or a probability from 0 to 1", got: "\(value)")
        }
        guard names.count == 2 else {
            throw KalsaeError(
                "--threshold", expected: "two classes",
                got: names.isEmpty
                    ? "numbers to predict" : "\(names.count.counting("class", "classes"))",
                advice: names.isEmpty
                    ? "leave it out" : "leave it out: the most probable class is predicted")
        }
    }

    /// The rule.
    ///
    /// - Parameters:
    ///   - names: the classes.
    ///   - best: the rule with the best F1, where one is known.
    func rule(_ names: [String], best: DecisionRule?) throws(KalsaeError) -> DecisionRule {
        try check(names)
        switch self {
        case .probability(let value):
            return DecisionRule(positive: best?.positive ?? 1, threshold: value)
        case .best:
            if let best { return best }
            throw KalsaeError(
                "--threshold", expected: "a model that knows its best threshold",
                got: "one without", advice: "train it again, or give a probability")
        }
    }
}

extension ModelMetadata {
    /// Keeps the best threshold of rows held out, and the rule that is asked for.
    mutating func decide(
        by choice: ThresholdChoice?, best point: OperatingPoint?
    ) throws(KalsaeError) {
        if let point, let positive = classNames.firstIndex(of: point.name) {
            bestDecision = DecisionRule(positive: positive, threshold: point.threshold)
        }
        if let choice {
            try choice.check(classNames)
            guard choice != .best || bestDecision != nil else {
                return Notice.say(
                    "--threshold best: the rows held out tell none, as where one class is not among "
                        + "them; the more probable class is predicted")
            }
            decision = try choice.rule(classNames, best: bestDecision)
        }
    }

    /// The rules as a part of the metadata; nil where there are none.
    var decisionJSON: JSONValue? {
        guard let positive = (bestDecision ?? decision)?.positive,
            classNames.indices.contains(positive)
        else { return nil }
        var members = [JSONValue.Member("class", .string(classNames[positive]))]
        if let bestDecision {
            members.append(JSONValue.Member("best", .number(bestDecision.threshold)))
        }
        if let decision {
            members.append(JSONValue.Member("threshold", .number(decision.threshold)))
        }
        return .object(members)
    }

    /// Reads what ``decisionJSON`` wrote.
    mutating func readDecision(_ json: JSONValue, _ path: String) throws(KalsaeError) {
        let name = json["class"]?.string ?? ""
        let numbers = ["best", "threshold"].map { json[$0]?.number }
        guard classNames.count == 2, let positive = classNames.firstIndex(of: name),
            numbers.compactMap({ $0 }).allSatisfy((0...1).contains),
            numbers.contains(where: { $0 != nil })
        else {
            throw KalsaeError(
                path, expected: "a decision between two classes in its metadata", got: json.text,
                advice: "use a file that `kalsae train` wrote")
        }
        bestDecision = numbers[0].map { DecisionRule(positive: positive, threshold: $0) }
        decision = numbers[1].map { DecisionRule(positive: positive, threshold: $0) }
    }
}
