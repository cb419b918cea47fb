import KalsaeFiles
import KalsaeGraph
import KalsaeTensor

/// The small numbers of 'Deep Learning from Scratch', chapters 3 to 5, in `float64`.
struct Apples {
    var context = LessonContext()

    func report() throws -> LectureReport {
        var report = LectureReport("apples")
        try prices(into: &report)
        try network(into: &report)
        try softmax(into: &report)
        try losses(into: &report)
        try derivatives(into: &report)
        try descent(into: &report)
        try regression(into: &report)
        try AppleGraphs(context: context).show(into: &report)
        return report
    }

    /// The computational graphs of chapter 5: prices with tax, and their gradients.
    private func prices(into report: inout LectureReport) throws {
        let one = [100.0, 2, 1.1].map { Tensor($0) }
        let (price, gradient) = valueAndGradient(at: one) { $0[0] * $0[1] * $0[2] }
        report.check("2 apples", try price.item(Double.self), 220, within: 1e-9)
        report.check(
            "2 apples: gradient of price, number, tax", try numbers(gradient), [2.2, 110, 200],
            within: 1e-9)
        let both = [100.0, 2, 150, 3, 1.1].map { Tensor($0) }
        let (sum, gradients) = valueAndGradient(at: both) { x in
            (x[0] * x[1] + x[2] * x[3]) * x[4]
        }
        report.check("2 apples, 3 oranges", try sum.item(Double.self), 715, within: 1e-9)
        report.check(
            "2 apples, 3 oranges: gradient of prices, numbers, tax", try numbers(gradients),
            [2.2, 110, 3.3, 165, 650], within: 1e-9)
    }

    private func numbers(_ scalars: [Tensor]) throws -> [Double] {
        try scalars.map { try $0.item(Double.self) }
    }

    /// The three-layer network of chapter 3: sigmoid, sigmoid, identity.
    func network(into report: inout LectureReport) throws {
        let x = Tensor.doubles([1, 0.5], [1, 2])
        let a1 =
            x.matmul(.doubles([0.1, 0.3, 0.5, 0.2, 0.4, 0.6], [2, 3])) + .doubles([0.1, 0.2, 0.3])
        let z1 = a1.sigmoid()
        let a2 =
            z1.matmul(.doubles([0.1, 0.4, 0.2, 0.5, 0.3, 0.6], [3, 2])) + .doubles([0.1, 0.2])
        let z2 = a2.sigmoid()
        let y = z2.matmul(.doubles([0.1, 0.3, 0.2, 0.4], [2, 2])) + .doubles([0.1, 0.2])
        let rows: [(String, Tensor, [Double])] = [
            ("A1", a1, [0.3, 0.7, 1.1]), ("Z1", z1, [0.5744425168, 0.6681877722, 0.7502601056]),
            ("A2", a2, [0.5161598378, 1.2140269562]), ("Z2", z2, [0.6262493704, 0.7710106969]),
            ("output", y, [0.3168270764, 0.6962790899]),
        ]
        for (name, tensor, expected) in rows {
            report.check("3-layer \(name)", try tensor.doubles, expected, within: 1e-9)
        }
    }

    /// Softmax, its guard against overflow, and its gradient with the loss.
    func softmax(into report: inout LectureReport) throws {
        report.check(
            "softmax(.3, 2.9, 4)", try Tensor.doubles([0.3, 2.9, 4]).softmax().doubles,
            [0.0182112733, 0.2451918129, 0.7365969138], within: 1e-9)
        let large = Tensor.doubles([1010, 1000, 990])
        report.check(
            "softmax(1010, 1000, 990)", try large.softmax().doubles,
            [0.9999546000, 4.5397868609e-05, 2.0610600462e-09], within: 1e-9)
        let naive = large.exp() / large.exp().sum()
        let lost = try naive.isNaN().cast(to: .float64).sum().item(Double.self)
        report.check("without the guard: numbers that are NaN", lost, 3, within: 0)
        let cases: [([Double], [Double])] = [
            ([0.3, 0.2, 0.5], [0.3, -0.8, 0.5]), ([0.01, 0.99, 0], [0.01, -0.01, 0]),
        ]
        for (y, expected) in cases {
            // The log of 0 is -∞; -1e3 has the same softmax.
            let logits = Tensor.doubles(y).log().maximum(-1e3)
            let slope = gradient(at: logits) { -$0.logSoftmax()[1] }
            report.check(
                "softmax with loss, y \(y): gradient", try slope.doubles, expected, within: 1e-12)
        }
    }

    /// Half the sum of squares and cross-entropy of chapter 4, true class 2.
    func losses(into report: inout LectureReport) throws {
        let cases: [([Double], Double, Double, Double)] = [
            (
                [0.1, 0.05, 0.6, 0, 0.05, 0.1, 0, 0.1, 0, 0], 0.0975, 0.510825457099338,
                0.5108256237659907
            ),
            (
                [0.1, 0.05, 0.1, 0, 0.05, 0.1, 0, 0.6, 0, 0], 0.5975, 2.302584092994546,
                2.3025850929940455
            ),
        ]
        for (index, (values, half, guarded, exact)) in cases.enumerated() {
            let y = Tensor.doubles(values)
            let t = Tensor(Int32(2)).oneHot(classes: 10, dtype: .float64)
            let name = index == 0 ? "guess 2" : "guess 7"
            let squares = ((y - t).square() * 0.5).sum()
            report.check(
                "\(name): half sum of squares", try squares.item(Double.self), half, within: 1e-12)
            let safe = -(t * (y + 1e-7).log()).sum()
            report.check(
                "\(name): cross-entropy with 1e-7", try safe.item(Double.self), guarded,
                within: 1e-12)
            let plain = -y[2].log()
            report.check(
                "\(name): cross-entropy", try plain.item(Double.self), exact, within: 1e-12)
        }
    }

    /// Numerical and exact derivatives of .01x² + .1x and x₀² + x₁².
    func derivatives(into report: inout LectureReport) throws {
        func curve(_ x: Tensor) -> Tensor { x.square() * 0.01 + x * 0.1 }
        for (point, slope) in [(5.0, 0.2), (10, 0.3)] {
            let above = try curve(Tensor(point + 1e-4)).item(Double.self)
            let below = try curve(Tensor(point - 1e-4)).item(Double.self)
            report.check(
                "central difference at \(point)", (above - below) / 2e-4, slope, within: 1e-9)
            let exact = gradient(at: Tensor(point)) { curve($0) }
            report.check(
                "derivative at \(point)", try exact.item(Double.self), slope, within: 1e-12)
        }
        for point in [[3.0, 4], [0, 2], [3, 0]] {
            let slope = gradient(at: .doubles(point)) { $0.square().sum() }
            report.check(
                "gradient of x0^2 + x1^2 at \(point)", try slope.doubles, point.map { 2 * $0 },
                within: 1e-12)
        }
    }

    /// A hundred steps of gradient descent on x₀² + x₁² from (-3, 4).
    func descent(into report: inout LectureReport) throws {
        let rows: [(Double, [Double], Double)] = [
            (0.1, [-6.1111079290e-10, 8.1481439053e-10], 1e-18),
            (1e-10, [-2.99999994, 3.99999992], 1e-9),
            (10, [-2.2515e+128, 3.0021e+128], 1e124),
        ]
        for (rate, expected, tolerance) in rows {
            let step = try CompiledStep(Tensor.doubles([-3, 4])) { x, _ in
                x -= gradient(at: x) { $0.square().sum() } * rate
                return []
            }
            for _ in 0..<100 { try step.run([]) }
            report.check(
                "descent, rate \(rate)", try step.state.doubles, expected, within: tolerance)
        }
        let printed = [-2.5898374737e+13, -1.2952486169e+12]
        let numerical = try numericalDescent(rate: 10)
        report.check("descent with numerical gradients, rate 10", numerical, printed, within: 1e4)
        report.note(
            "descent at rate 10 diverges; the book prints what numerical gradients give, "
                + "exact gradients give (-2.25e+128, 3.00e+128)")
    }

    /// Descent along central differences, whose rounding decides where it ends when it diverges.
    func numericalDescent(rate: Double) throws -> [Double] {
        func f(_ x: [Double]) throws -> Double {
            try Tensor.doubles(x).square().sum().item(Double.self)
        }
        var x = [-3.0, 4]
        for _ in 0..<100 {
            var slope = [0.0, 0]
            for index in x.indices {
                var (above, below) = (x, x)
                above[index] += 1e-4
                below[index] -= 1e-4
                slope[index] = (try f(above) - f(below)) / (2 * 1e-4)
            }
            for index in x.indices { x[index] -= rate * slope[index] }
        }
        return x
    }

    /// The gradient of a softmax regression for one example.
    func regression(into report: inout LectureReport) throws {
        let weight = Tensor.doubles(
            [0.47355232, 0.9977393, 0.84668094, 0.85557411, 0.03563661, 0.69422093], [2, 3])
        let x = Tensor.doubles([0.6, 0.9], [1, 2])
        let scores = x.matmul(weight)
        report.check(
            "regression scores", try scores.doubles, [1.054148091, 0.630716529, 1.132807401],
            within: 1e-9)
        let (loss, slope) = valueAndGradient(at: weight) { weight in
            -x.matmul(weight).logSoftmax()[0, 2]
        }
        let guarded = -(scores.softmax()[0, 2] + 1e-7).log()
        report.check("regression loss", try loss.item(Double.self), 0.92806853874, within: 1e-10)
        report.check(
            "regression loss with 1e-7", try guarded.item(Double.self), 0.9280682857864075,
            within: 1e-12)
        let expected = [
            0.2192476267, 0.1435624661, -0.3628100928, 0.32887144, 0.2153436992, -0.5442151392,
        ]
        report.check("regression gradient", try slope.doubles, expected, within: 1e-9)
        report.note("the book prints loss .92806853663, from weights before rounding, without 1e-7")
    }
}
