import KalsaeSearch
import KalsaeSupport
import Testing

@Suite("Search spaces")
struct SpaceTests {
    private func value(_ domain: ParameterDomain, at u: Double) throws -> ParameterValue? {
        try SearchSpace([Parameter("p", domain)]).assignment(at: [u])["p"]
    }

    /// Coordinates of values by hand: the middle of a logarithmic range is its geometric mean, that
    /// of 1 − x likewise.
    @Test func scalesDivideTheirRangeEvenly() throws {
        #expect(try value(.real(0...8), at: 0.25) == .real(2))
        let rate = try value(.real(1e-4...1e-2, scale: .log), at: 0.5)?.number ?? 0
        #expect(abs(rate - 1e-3) < 1e-15)
        let momentum = try value(.real(0.9...0.999, scale: .logOneMinus), at: 0.5)?.number ?? 0
        #expect(abs(momentum - 0.99) < 1e-12)
        #expect(try value(.real(0.9...0.999, scale: .logOneMinus), at: 0) == .real(0.9))
        #expect(try value(.real(1e-4...1e-2, scale: .log), at: 1) == .real(1e-2))
    }

    /// Of values in steps each has a cell of its own, the ends too.
    @Test func stepsAreEquallyLikely() throws {
        for (domain, count) in [
            (ParameterDomain.integer(1...5), 5), (.integer(0...10, step: 5), 3),
            (.real(0...0.3, step: 0.1), 4), (.real(0...0.35, step: 0.1), 4),
        ] {
            #expect(domain.count == count)
            var counts: [ParameterValue: Int] = [:]
            for index in 0..<1200 {
                let found = try #require(try value(domain, at: (Double(index) + 0.5) / 1200))
                #expect(domain.contains(found), "\(found) of \(domain)")
                counts[found, default: 0] += 1
            }
            #expect(counts.count == count)
            #expect(counts.values.allSatisfy { abs($0 - 1200 / count) <= 1 }, "\(counts)")
        }
    }

    @Test func aWidthOnALogarithmicScaleHasWideSmallCells() throws {
        let domain = ParameterDomain.integer(1...64, scale: .log)
        var counts: [Int: Int] = [:]
        for index in 0..<10_000 {
            guard case .integer(let width) = try value(domain, at: (Double(index) + 0.5) / 10_000)
            else { continue }
            counts[width, default: 0] += 1
        }
        // Cells log(1.5 / 0.5) and log(64.5 / 63.5) of log(64.5 / 0.5).
        #expect(counts.count == 64)
        #expect(abs(Double(counts[1] ?? 0) / 10_000 - 0.22606) < 0.001)
        #expect(abs(Double(counts[64] ?? 0) / 10_000 - 0.003215) < 0.001)
    }

    @Test func pointsAndAssignmentsAreInverse() throws {
        let space = try SearchSpace([
            Parameter("rate", .real(1e-6...1e-2, scale: .log)),
            Parameter("momentum", .real(0.5...0.99, scale: .logOneMinus)),
            Parameter("width", .integer(8...512, scale: .log)),
            Parameter("layers", .integer(1...9, step: 2)),
            Parameter("optimizer", .choice(["sgd", "adam", 3, true])),
        ])
        for number in 0..<50 {
            let request = SamplerRequest(
                number: number, seed: 3, space: space, history: TrialHistory())
            let assignment = space.assignment(at: request.randomPoint())
            let again = space.assignment(at: space.point(of: assignment))
            #expect(again["width"] == assignment["width"])
            #expect(again["layers"] == assignment["layers"])
            #expect(again["optimizer"] == assignment["optimizer"])
            let (a, b) = (
                assignment["rate"]?.number ?? 0, again["rate"]?.number ?? 1
            )
            #expect(abs(a - b) < 1e-12 * a)
        }
    }

    @Test func conditionsLeaveParametersOut() throws {
        let space = try SearchSpace([
            Parameter("optimizer", .choice(["sgd", "adam"])),
            Parameter("momentum", .real(0...0.9), when: .init("optimizer", is: "sgd")),
            Parameter("kind", .choice(["a", "b"]), when: .init("optimizer", is: "adam")),
            Parameter("depth", .integer(1...3), when: .init("kind", is: "b")),
        ])
        #expect(space.assignment(at: [0.1, 0.5, 0.9, 0.5]).names == ["optimizer", "momentum"])
        #expect(space.assignment(at: [0.9, 0.5, 0.1, 0.5]).names == ["optimizer", "kind"])
        #expect(
            space.assignment(at: [0.9, 0.5, 0.9, 0.5]).names == ["optimizer", "kind", "depth"])
        let point = space.point(of: ["optimizer": "sgd", "momentum": 0.45])
        #expect(point[..<2] == [0.25, 0.5])
        #expect(point[2].isNaN && point[3].isNaN)
    }

    @Test func constraintsAreSumsOfParameters() throws {
        let rule = SpaceConstraint(["a": 1, "b": 2], atMost: 4)
        #expect(rule.holds(for: ["a": 2, "b": 1]))
        #expect(!rule.holds(for: ["a": 3, "b": 1]))
        #expect(rule.holds(for: ["b": 2, "c": 9]))
        #expect(SpaceConstraint.order("a", "b").holds(for: ["a": 1.5, "b": 1.5]))
    }

    @Test func whatCannotBeSearchedIsRefusedInOneLine() {
        func message(_ body: () throws -> Void) -> String {
            do {
                try body()
                return "nothing was thrown"
            } catch {
                return "\(error)"
            }
        }
        #expect(
            message { _ = try Parameter("rate", .real(0...1, scale: .log)) }
                == "rate: expected a range above 0 for the scale log, got 0.0...1.0; "
                + "move the bound, or search linearly")
        #expect(
            message { _ = try Parameter("m", .real(0.5...1, scale: .logOneMinus)) }
                .hasPrefix("m: expected a range below 1"))
        #expect(
            message { _ = try Parameter("a", .real(low: 2, high: 1)) }
                == "a: expected a range from a lower to an upper finite bound, got 2.0...1.0")
        #expect(
            message { _ = try Parameter("a", .real(low: .nan, high: 1)) }.contains("finite bound"))
        #expect(message { _ = try Parameter("a", .integer(1...2, step: 0)) }.contains("a step of"))
        #expect(message { _ = try Parameter("a", .real(0...1, step: -1)) }.contains("above 0"))
        #expect(
            message { _ = try Parameter("a", .choice([])) }
                == "a: expected at least one choice, got none")
        #expect(message { _ = try Parameter("a", .choice([1, 1])) }.contains("each choice once"))
        #expect(
            message {
                _ = try SearchSpace([
                    Parameter("a", .real(0...1)), Parameter("a", .real(0...1)),
                ])
            } == "a: expected each parameter once, got two of this name")
        #expect(
            message {
                _ = try SearchSpace([
                    Parameter("a", .real(0...1)),
                    Parameter("b", .real(0...1), when: .init("a", is: 1)),
                ])
            } == "b: expected a condition on a choice that stands before it, got \"a\"")
        #expect(
            message {
                _ = try SearchSpace([
                    Parameter("a", .choice(["x"])),
                    Parameter("b", .real(0...1), when: .init("a", is: "y")),
                ])
            } == "b: expected a condition on values of a, got y; it has x")
        #expect(
            message {
                _ = try SearchSpace(
                    [Parameter("width", .real(0...1))], constraints: [.order("widht", "width")])
            }.hasSuffix("did you mean \"width\"?"))
    }
}
