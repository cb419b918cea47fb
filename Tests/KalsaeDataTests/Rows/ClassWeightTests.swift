import KalsaeData
import KalsaeSupport
import Testing

@Suite struct ClassWeightTests {
    private func data(_ labels: [Int32], names: [String] = ["a", "b", "c"]) throws -> LabeledData {
        try LabeledData(
            features: .floats([Float](repeating: 1, count: labels.count)), featureShape: [1],
            targets: .classes(labels, names: names))
    }

    /// `n_samples / (n_classes * np.bincount(y))`, as in scikit-learn.
    @Test func balancedClassesCountAlike() throws {
        let data = try data([0, 0, 0, 0, 0, 1, 1, 2])
        let weights = try ClassWeights.balanced.values(for: data)
        let known: [Double] = [8.0 / 15, 8.0 / 6, 8.0 / 3]
        #expect(weights == known)
        let rows = try #require(data.weighted(byClass: weights).weights)
        #expect(rows.count == 8)
        for label: Int32 in 0..<3 {
            let sum = zip(data.classes, rows).reduce(0) { $0 + ($1.0 == label ? $1.1 : 0) }
            #expect(abs(sum - 8.0 / 3) < 1e-6)
        }
        // A class without rows has no part in it.
        let two: [Double] = [2.0 / 3, 2, 1]
        #expect(try ClassWeights.balanced.values(for: self.data([0, 0, 0, 1])) == two)
        // Weights of rows are multiplied: twice balanced is once.
        let twice = data.weighted(byClass: [1, 2, 3])
        let again = try ClassWeights.balanced.values(for: twice)
        // Weights of 5, 4 and 3 in three classes.
        for (weight, sum) in zip(again, [5.0, 4, 3]) { #expect(abs(weight - 4 / sum) < 1e-6) }
    }

    @Test func classesAreNamed() throws {
        let data = try data([0, 1, 2, 2], names: ["no", "yes, but", "a=b"])
        func weights(_ text: String) throws -> [Double] {
            try ClassWeights(parsing: text).values(for: data)
        }
        #expect(try weights("no=2,yes, but=0.5") == [2, 0.5, 1])
        #expect(try weights("a=b=3") == [1, 1, 3])
        #expect(try data.weighted(byClass: weights("no=2")).weights == [2, 1, 1, 1])
        #expect(message { _ = try weights("on=2") }.contains("did you mean \"no\"?"))
        #expect(message { _ = try weights("none=2") }.contains("one of the classes \"no\""))
        for text in [
            "", "no", "no=", "no=x", "no=0", "no=-1", "no=nan", "no=1e99", "no=1,no=2", "=1",
            "no=1,",
        ] {
            #expect(
                message { _ = try weights(text) }.hasPrefix("class weights: expected balanced, or"))
        }
    }

    @Test func numbersHaveNoClasses() throws {
        let data = try LabeledData(
            features: .floats([1, 2]), featureShape: [1],
            targets: .values([1, 2], scale: TargetScale(mean: 0, deviation: 1)))
        #expect(
            message { _ = try ClassWeights.balanced.values(for: data) }
                == "class weights: expected classes to predict, got numbers; "
                + "weigh rows by a column instead")
        #expect(data.weighted(byClass: [1]) == data)
    }
}
