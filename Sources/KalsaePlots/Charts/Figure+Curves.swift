import KalsaeSupport

/// A model's score of each row and whether the row is of the class that is looked for.
public struct ScoredRows: Codable, Equatable, Sendable {
    /// The name in the legend; empty for none.
    public var name: String
    /// The higher, the surer.
    public var scores: [Double]
    /// Whether each row is of the class.
    public var isPositive: [Bool]

    /// Makes scored rows.
    public init(_ name: String = "", scores: [Double], isPositive: [Bool]) {
        self.name = name
        self.scores = scores
        self.isPositive = isPositive
    }

    /// Numbers of true and false positives from the highest score to the lowest, one for each
    /// different score, which begin with none of both.
    func counts() throws(KalsaeError) -> [(positives: Double, negatives: Double)] {
        try checkCounts(name, ("scores", scores.count), ("truths", isPositive.count))
        guard scores.allSatisfy({ !$0.isNaN }) else {
            throw KalsaeError(name.label(), expected: "scores that are numbers", got: "NaN")
        }
        let order = scores.indices.sorted { scores[$0] > scores[$1] }
        var counts = [(positives: 0.0, negatives: 0.0)]
        var last = (positives: 0.0, negatives: 0.0)
        for (at, index) in order.enumerated() {
            if isPositive[index] { last.positives += 1 } else { last.negatives += 1 }
            // Rows of one score are taken together.
            let next = at + 1 < order.count ? scores[order[at + 1]] : nil
            if next != scores[index] { counts.append(last) }
        }
        guard last.positives > 0, last.negatives > 0 else {
            throw KalsaeError(
                name.isEmpty ? "curve" : name.label(), expected: "rows of the class and others",
                got: last.positives > 0 ? "only rows of the class" : "none of the class")
        }
        return counts
    }
}

extension Figure {
    /// The share of the class that is found against the share of the others that is taken for it,
    /// as the threshold falls; the legend names the areas under the curves.
    ///
    /// - Throws: a `KalsaeError` where scores are missing or all rows are of one kind.
    public static func receiverOperatingCharacteristic(
        title: String = "ROC", _ models: [ScoredRows], xLabel: String = "false positive rate",
        yLabel: String = "true positive rate", theme: Theme = .light
    ) throws(KalsaeError) -> Figure {
        var marks: [Mark] = [.reference(Reference(x: [0, 1], y: [0, 1]))]
        for model in models {
            let counts = try model.counts()
            let last = counts[counts.count - 1]
            let x = counts.map { $0.negatives / last.negatives }
            let y = counts.map { $0.positives / last.positives }
            var area = 0.0
            for (index, right) in x.enumerated().dropFirst() {
                area += (right - x[index - 1]) * (y[index] + y[index - 1]) / 2
            }
            let name = model.name.isEmpty ? "" : model.name + ", "
            marks.append(
                .line(Series("\(name)AUC \(NumberText.rounded(area, decimals: 3))", x: x, y: y)))
        }
        return Figure(
            title: title, x: Axis(xLabel, low: 0, high: 1), y: Axis(yLabel, low: 0, high: 1),
            marks: marks, theme: theme)
    }

    /// The share of right ones among those taken for the class against the share of it that is
    /// found, as the threshold falls; the legend names the average precisions.
    ///
    /// - Throws: a `KalsaeError` where scores are missing or all rows are of one kind.
    public static func precisionRecall(
        title: String = "Precision and recall", _ models: [ScoredRows], xLabel: String = "recall",
        yLabel: String = "precision", theme: Theme = .light
    ) throws(KalsaeError) -> Figure {
        var marks: [Mark] = []
        for model in models {
            let counts = try model.counts()
            let total = counts[counts.count - 1].positives
            var x: [Double] = [0]
            var y: [Double] = []
            var average = 0.0
            for count in counts.dropFirst() {
                let (recall, precision) = (
                    count.positives / total, count.positives / (count.positives + count.negatives)
                )
                average += (recall - x[x.count - 1]) * precision
                if y.isEmpty { y.append(precision) }
                x.append(recall)
                y.append(precision)
            }
            let name = model.name.isEmpty ? "" : model.name + ", "
            marks.append(
                .line(Series("\(name)AP \(NumberText.rounded(average, decimals: 3))", x: x, y: y)))
        }
        return Figure(
            title: title, x: Axis(xLabel, low: 0, high: 1), y: Axis(yLabel, low: 0, high: 1.02),
            marks: marks, theme: theme)
    }

    /// A confusion matrix with its axes.
    public static func confusion(
        title: String = "", _ matrix: ConfusionMatrix, xLabel: String = "predicted class",
        yLabel: String = "true class", theme: Theme = .light
    ) -> Figure {
        Figure(
            title: title, x: Axis(xLabel), y: Axis(yLabel), marks: [.confusion(matrix)],
            theme: theme)
    }
}
