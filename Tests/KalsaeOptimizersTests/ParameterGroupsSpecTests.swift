import FoundationEssentials
import KalsaeOptimizers
import KalsaeSupport
import KalsaeTensor
import KalsaeTesting
import Testing

/// Settings for some parameters, as plain data.
@Suite struct ParameterGroupsSpecTests {
    private static let text = """
        {"optimizer": "parameterGroups", "base": {"optimizer": "adam", "learningRate": 0.25},
         "groups": [{"pattern": "a.first", "frozen": true}, {"pattern": "a.*", "rateFactor": 0.5},
                    {"pattern": "b", "optimizer": {"optimizer": "sgd", "learningRate": 0.125}}]}
        """

    private func decoded(_ text: String) throws -> OptimizerSpec {
        try JSONDecoder().decode(OptimizerSpec.self, from: Data(text.utf8))
    }

    private func message(_ text: String) -> String {
        do {
            _ = try decoded(text)
            return "no error"
        } catch { return "\(error)" }
    }

    @Test func groupsComeFromJSONAndGoBack() throws {
        let spec = try decoded(Self.text)
        let groups = try #require(try spec.optimizer() as? ParameterGroups)
        #expect(groups.learningRate == 0.25 && groups.base is Adam)
        #expect(groups.groups.map(\.pattern.text) == ["a.first", "a.*", "b"])
        #expect(!groups.trains(TensorPath("a.first")))
        #expect(groups.trains(TensorPath("a.second")) && groups.trains(TensorPath("b")))
        let scalar = Tensor.zeros([])
        // Adam has two slots, plain descent none.
        #expect(groups.initialSlots(for: scalar, at: TensorPath("a.second")).count == 2)
        #expect(groups.initialSlots(for: scalar, at: TensorPath("b")).count == 0)
        let whole = try OptimizerSpec(groups)
        #expect(whole.name == "parameterGroups")
        #expect(try OptimizerSpec(whole.optimizer()) == whole)
        let data = try JSONEncoder().encode(whole)
        #expect(try JSONDecoder().decode(OptimizerSpec.self, from: data) == whole)
        checkOptimizer(
            try decoded(
                #"{"optimizer": "parameterGroups", "base": "adam", "groups": "#
                    + #"[{"pattern": "1", "rateFactor": 0.5}]}"#
            ).optimizer())
    }

    /// The steps of what comes back are those of what was written, at the start and after a change
    /// of the rate, in which the groups' own rates take part.
    @Test func groupsThatComeBackHaveTheSameRates() throws {
        var groups = try decoded(Self.text).optimizer()
        let before = groups.scalars(step: 3).values
        for (rate, share) in [(0.25, 1.0), (0.0625, 0.25), (0, 0), (0.5, 2)] {
            groups.learningRate = rate
            var back = try OptimizerSpec(groups).optimizer()
            #expect(back.scalars(step: 3).values == groups.scalars(step: 3).values, "\(rate)")
            // The one rate of plain descent comes last but for its momentum's two numbers.
            let own = try #require(back as? ParameterGroups).ownScalars(step: 3)
            let index = try #require(own.names.lastIndex(of: "rate"))
            #expect(own[index] == 0.125 * share, "\(rate)")
            back.learningRate = 0.25
            #expect(back.scalars(step: 3).values == before, "\(rate)")
        }
    }

    @Test func whatAGroupDoesNotKnowIsRefused() {
        func group(_ text: String) -> String {
            message(#"{"optimizer": "parameterGroups", "base": "adam", "groups": [\#(text)]}"#)
        }
        let subject = "parameterGroups, group 1: expected "
        for (text, expected) in [
            (#"{"patern": "a"}"#, subject + "a setting pattern, got patern"),
            (
                #"{"pattern": "a", "frozn": true}"#,
                subject + "settings pattern, frozen, rateFactor, optimizer, got \"frozn\"; "
                    + "did you mean \"frozen\"?"
            ),
            (#"{"pattern": "a"}"#, subject + "one of frozen (true), rateFactor, optimizer"),
            (#"{"pattern": "a", "frozen": false}"#, subject + "one of frozen"),
            (#"{"pattern": "a", "frozen": true, "rateFactor": 1}"#, subject + "one of frozen"),
            (#"{"pattern": 1, "frozen": true}"#, subject + "text as pattern, got 1.0"),
            (#"{"pattern": "a", "frozen": 1}"#, subject + "true or false as frozen"),
            (#"{"pattern": "a", "rateFactor": -1}"#, subject + "rateFactor of at least 0, got -1"),
            (#"{"pattern": "a", "rateFactor": "x"}"#, subject + "a number as rateFactor"),
            (#"{"pattern": "a", "optimizer": "adm"}"#, "did you mean \"adam\"?"),
            (
                #"{"pattern": "a", "optimizer": {"optimizer": "adam", "bta1": 0}}"#,
                "did you mean \"beta1\"?"
            ),
            (#""a""#, subject + "settings pattern and frozen (true), rateFactor, optimizer"),
            ("{}", subject + "a setting pattern, got none"),
        ] {
            let got = group(text)
            #expect(got.contains(expected), "\(text) gave \(got)")
            #expect(!got.contains("\n"))
        }
        #expect(group(#"{"pattern": "a", "frozen": true, "x": 1}"#).contains("got \"x\""))
        #expect(
            message(#"{"optimizer": "parameterGroups", "base": "adam", "group": []}"#)
                .contains("a setting groups"))
    }
}
