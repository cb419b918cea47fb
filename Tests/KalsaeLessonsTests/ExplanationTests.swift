import Foundation
import KalsaeLessons
import KalsaeSupport
import Testing

@Suite struct ExplanationTests {
    private static let values = ["x": 1.5, "y": -0.5, "z": 4.0]

    /// Formulas beside the same in Swift, at x = 1.5, y = -.5, z = 4.
    static let formulas: [(text: String, value: Double)] = [
        ("x + y * z", 1.5 + -0.5 * 4), ("(x + y) * z", (1.5 - 0.5) * 4),
        ("x - y - z", 1.5 + 0.5 - 4),
        ("x / y / z", 1.5 / -0.5 / 4), ("2 ^ 3 ^ 2", 512), ("-x ^ 2", -2.25), ("2 ^ -1", 0.5),
        ("2 ** x", pow(2, 1.5)), ("- - x", 1.5), ("+x", 1.5), ("x * -y", 0.75),
        ("max(x, min(y, z))", 1.5), ("exp(log(z))", 4), ("sqrt(z) + abs(y)", 2.5),
        ("sigmoid(x)", 1 / (1 + exp(-1.5))), ("tanh(x + sin(y))", tanh(1.5 + sin(-0.5))),
        ("square(x) - softplus(y)", 2.25 - log(1 + exp(-0.5))), ("relu(y) + cos(x)", cos(1.5)),
        ("1e-3 + 2.5E2*.5", 0.001 + 125), ("x", 1.5), ("((((z))))", 4),
        ("x×y÷z−1", 1.5 * -0.5 / 4 - 1), ("ln(z) - log(z)", 0), ("pow(x, z)", pow(1.5, 4)),
    ]

    @Test(arguments: formulas)
    func aFormulaHasItsValue(_ formula: (text: String, value: Double)) throws {
        let parsed = try Formula(formula.text)
        let used = Self.values.filter { parsed.variables.contains($0.key) }
        let explanation = try Explanation(parsed, at: used)
        #expect(abs(explanation.result - formula.value) <= 1e-14 * max(1, abs(formula.value)))
        // Reverse differentiation beside central differences: their error is h² f'''/6, h = 1e-5.
        for node in explanation.nodes {
            guard let numeric = node.numeric else { continue }
            #expect(abs(node.gradient - numeric) <= 1e-7 * max(1, abs(numeric)), "\(formula.text)")
        }
    }

    /// The chain rule by hand: d = (x + y) z.
    @Test func gradientsFlowBack() throws {
        let explanation = try Explanation(Formula("(x + y) * z"), at: ["x": 2, "y": 3, "z": 4])
        #expect(explanation.names == ["x", "y", "n1", "z", "n2"])
        #expect(explanation.nodes.map(\.value) == [2, 3, 5, 4, 20])
        #expect(explanation.nodes.map(\.gradient) == [4, 4, 4, 5, 1])
        #expect(explanation.nodes.map(\.slopes) == [[], [], [1, 1], [], [4, 5]])
        #expect(explanation.nodes[4].operands == [2, 3])
        #expect(explanation.text(of: 4) == "n1 × z")
    }

    /// A variable that is read twice gets both gradients.
    @Test func aVariableReadTwiceIsOneNode() throws {
        let explanation = try Explanation(Formula("x * x * x"), at: ["x": 2])
        #expect(explanation.nodes.count == 3)
        #expect(explanation.nodes[0].gradient == 12)
        let figure = try explanation.figure.svg(width: 500, height: 300)
        #expect(figure.contains("x * x * x"))
        #expect(explanation.tikz.contains("\\draw[->] (n0)"))
        #expect(try explanation.page.html().contains("<table>"))
    }

    @Test(arguments: [
        ("", "the end"), ("x +", "the end"), ("(x", "closing"), ("x)", "opening"), ("x y", "\"y\""),
        ("foo(x)", "foo"), ("max(x)", "max"), ("1e400", "1e400"), ("2 $ 3", "$"), ("*x", "*"),
        ("1.2.3", "1.2.3"), ("x,,y", "parenthesis"), ("()", ")"), ("sin()", ")"), ("x^", "the end"),
    ])
    func whatIsNoFormulaIsRefused(_ text: String, _ word: String) {
        let error = #expect(throws: KalsaeError.self) { try Formula(text) }
        #expect(error?.description.contains(word) ?? false, "\(error?.description ?? "")")
    }

    @Test func depthAndLengthAreBounded() throws {
        let deep =
            String(repeating: "(", count: 100_000) + "x" + String(repeating: ")", count: 100_000)
        #expect(try Formula(deep).nodes.count == 1)
        let long = Array(repeating: "x", count: 5000).joined(separator: "+")
        #expect(throws: KalsaeError.self) { try Formula(long) }
        #expect(throws: KalsaeError.self) { try Explanation(Formula("x"), at: [:]) }
        #expect(throws: KalsaeError.self) { try Explanation(Formula("x"), at: ["x": 1, "u": 2]) }
    }
}
