import Foundation
import KalsaeFiles
import Testing

/// The schema that the command prints takes the files that the command takes, and no wrong key.
@Suite struct SchemaTests {
    /// As much of JSON schema as the printed one uses.
    private struct Validator {
        let root: JSONValue

        func takes(_ value: JSONValue, _ schema: JSONValue) -> Bool {
            if let reference = schema["$ref"]?.string {
                let name = String(reference.dropFirst("#/$defs/".count))
                guard let target = root["$defs"]?[name], takes(value, target) else { return false }
            }
            if let list = schema["anyOf"]?.array, !list.contains(where: { takes(value, $0) }) {
                return false
            }
            if let list = schema["enum"]?.array, !list.contains(value) { return false }
            if let type = schema["type"] {
                let types = type.array?.compactMap(\.string) ?? [type.string ?? ""]
                guard types.contains(where: { isOf(value, $0) }) else { return false }
            }
            if let least = schema["minimum"]?.number, let number = value.number, number < least {
                return false
            }
            if let items = schema["items"], let list = value.array {
                guard list.allSatisfy({ takes($0, items) }) else { return false }
            }
            guard let members = value.members else { return true }
            for name in schema["required"]?.array?.compactMap(\.string) ?? []
            where !members.contains(where: { $0.key == name }) { return false }
            return members.allSatisfy { takesMember($0, schema) }
        }

        private func takesMember(_ member: JSONValue.Member, _ schema: JSONValue) -> Bool {
            if let own = schema["properties"]?[member.key] { return takes(member.value, own) }
            for pattern in schema["patternProperties"]?.members ?? []
            where member.key.range(of: pattern.key, options: .regularExpression) != nil {
                return takes(member.value, pattern.value)
            }
            guard let others = schema["additionalProperties"] else { return true }
            return others == .bool(false) ? false : takes(member.value, others)
        }

        private func isOf(_ value: JSONValue, _ type: String) -> Bool {
            switch (type, value) {
            case ("null", .null), ("boolean", .bool), ("string", .string), ("array", .array),
                ("object", .object), ("integer", .integer), ("number", .integer),
                ("number", .number):
                true
            default: false
            }
        }
    }

    private func validator() throws -> Validator {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let run = try CommandRun(["schema"], in: folder)
        #expect(run.status == 0, "\(run.errors)")
        return Validator(root: try run.json)
    }

    private func takes(_ text: String, _ validator: Validator) throws -> Bool {
        validator.takes(try YAMLText(text, subject: "plan").value, validator.root)
    }

    @Test(arguments: [
        """
        data: {file: iris}
        training:
          network:
            - {layer: dense, units: 8, activation: relu}
            - {layer: residual, layers: [{layer: dense, units: 8}]}
            - {layer: dense, units: 3}
          optimizer: {optimizer: adam, learningRate: 0.02, beta1: 0.8}
          epochs: 5
          seed: 7
        """,
        """
        data:
          file: houses.csv
          target: price
          columns: {age: category}
          drop: [zip]
        training:
          schedule: {schedule: cosine, steps: 900}
          learning_rate: 0.01
          all-rows: true
        """,
        "data: iris\nlearningRate: 1e-3\ncheckpoint-every: 50steps\npatience: null\n",
        "data: iris\nname: planned\ntag: [one]\nguard: true\nnetwork: 4-8-3\nheader: false\n",
        """
        data: iris
        search:
          objective: [accuracy, parameters]
          space:
            learning-rate: 1e-4..1e-1 log
            batch: [16, 32]
            optimizer.momentum: {from: 0.5, to: 0.99, when: {optimizer: momentum}}
        """,
        "data: iris\ninterventions:\n  - {reason: branch, step: 200, set: learningRate, to: 0.0003}\n",
    ])
    func filesThatTrainAreTaken(_ text: String) throws {
        #expect(try takes(text, validator()))
    }

    @Test(arguments: [
        "data: iris\nepochz: 5\n", "data: iris\nepochs: many\n", "data: iris\nepochs: 1.5\n",
        "data: iris\noptimizer: addam\n", "data: iris\nnetwork: [{layer: dens, units: 3}]\n",
        "data: iris\nresume: last\n", "data: iris\nall-rows: 3\n", "- a\n",
        "data: iris\nsearch: {sampler: tpa}\n", "data: iris\nsearch: {space: [1, 2]}\n",
        "data: iris\ntraining: {epochz: 5}\n", "data: {file: iris, columns: {a: numbr}}\n",
    ])
    func filesThatAreWrongAreNot(_ text: String) throws {
        #expect(try !takes(text, validator()))
    }

    /// The plans of the guides.
    @Test func thePlansOfTheGuidesAreTaken() throws {
        let validator = try validator()
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let guide = try String(
            contentsOf: root.appendingPathComponent("Documentation/Configuration.md"),
            encoding: .utf8)
        let plans = guide.components(separatedBy: "```yaml\n").dropFirst().compactMap {
            $0.components(separatedBy: "```").first
        }
        #expect(!plans.isEmpty)
        for plan in plans { #expect(try takes(plan, validator), "\(plan)") }
    }
}
