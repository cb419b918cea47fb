import KalsaeFiles
import KalsaeSearch
import KalsaeSupport
import Testing

/// Ranges and rules as people write them.
@Suite struct SpaceTextTests {
    @Test(arguments: [
        ("1e-6..1e-2 log", ParameterDomain.real(1e-6...1e-2, scale: .log)),
        ("1e-6...1e-2,log", .real(1e-6...1e-2, scale: .log)),
        ("0.5..0.999 log1m", .real(0.5...0.999, scale: .logOneMinus)),
        ("8..512 log", .integer(8...512, scale: .log)),
        ("16..64 step 16", .integer(16...64, step: 16)), ("0..1 real", .real(0...1)),
        ("-3..3", .integer(-3...3)), ("0..1 step 0.25 real", .real(0...1, step: 0.25)),
        ("sgd | adam", .choice(["sgd", "adam"])), ("16|32", .choice([16, 32])),
        ("true|false", .choice([true, false])), ("0.5", .choice([0.5])),
    ])
    func textsAreRanges(_ text: String, _ domain: ParameterDomain) throws {
        let parameter = try SpaceText.parameter("p", text, kind: .byBounds)
        #expect(parameter.domain == domain)
        #expect(parameter.condition == nil)
    }

    @Test func conditionsFollowWhen() throws {
        let parameter = try SpaceText.parameter(
            "m", "0.5..0.9 when optimizer = sgd | rmsprop", kind: .byBounds)
        #expect(parameter.domain == .real(0.5...0.9))
        #expect(
            parameter.condition == ParameterCondition("optimizer", isOneOf: ["sgd", "rmsprop"]))
    }

    @Test(arguments: ["1..", "..2", "a..b", "1..2 lag", "1..2 step", "4,8,16", "3..1", "-1..1 log"])
    func wrongTextsAreRefused(_ text: String) {
        #expect(throws: KalsaeError.self) {
            _ = try SpaceText.parameter("p", text, kind: .byBounds)
        }
    }

    @Test func objectsAreRanges() throws {
        let json = try JSONValue(
            parsing: #"{"from": 1e-3, "to": 0.1, "scale": "log", "when": {"o": ["a", "b"]}}"#)
        let parameter = try SpaceText.parameter("p", json, kind: .byBounds)
        #expect(parameter.domain == .real(1e-3...0.1, scale: .log))
        #expect(parameter.condition == ParameterCondition("o", isOneOf: ["a", "b"]))
        let wrong = try JSONValue(parsing: #"{"from": 1, "two": 2}"#)
        #expect(throws: KalsaeError.self) {
            _ = try SpaceText.parameter("p", wrong, kind: .byBounds)
        }
    }

    /// Each rule at a point that obeys it, and at one that does not.
    @Test(arguments: [
        ("b <= a", (2, 1), (1, 2)), ("2 * a + b <= 10", (4, 2), (4, 3)),
        ("a - b >= 1", (3, 2), (2, 2)), ("a + b <= 2 * b", (1, 2), (2, 1)),
        ("a >= 3", (3, 0), (2, 0)), ("a + 1 <= b", (1, 2), (2, 2)),
    ])
    func rulesAreSums(_ text: String, _ good: (Int, Int), _ bad: (Int, Int)) throws {
        let rule = try SpaceText.constraint(text)
        #expect(rule.holds(for: ["a": .integer(good.0), "b": .integer(good.1)]))
        #expect(!rule.holds(for: ["a": .integer(bad.0), "b": .integer(bad.1)]))
    }
}
