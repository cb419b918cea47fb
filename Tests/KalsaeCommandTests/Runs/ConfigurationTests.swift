import Foundation
import KalsaeFiles
import Testing

/// A file of options trains what the same options do on the command line.
@Suite struct ConfigurationTests {
    private func numbers(_ run: CommandRun) throws -> JSONValue? {
        #expect(run.status == 0, "\(run.errors)")
        return try run.json["history"]
    }

    private func withoutTimes(_ value: JSONValue?) -> [JSONValue] {
        (value?.array ?? []).map { epoch in
            .object((epoch.members ?? []).filter { $0.key != "seconds" })
        }
    }

    @Test func aFileSaysWhatOptionsSay() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        try folder.write(
            """
            # Comments and sections are for people.
            data: {file: iris}
            training:
              network:
                - {layer: dense, units: 8, activation: relu}
                - {layer: dense, units: 3}
              optimizer: {optimizer: adam, learningRate: 0.02, beta1: 0.8}
              epochs: 5
              seed: 7
            """, to: "plan.yaml")
        let file = try CommandRun(["train", "plan.yaml", "--json"], in: folder)
        let options = try CommandRun(
            [
                "train", "iris", "--network",
                #"[{"layer": "dense", "units": 8, "activation": "relu"}, {"layer": "dense", "units": 3}]"#,
                "--optimizer", #"{"optimizer": "adam", "beta1": 0.8}"#, "--learning-rate", "0.02",
                "--epochs", "5", "--seed", "7", "--json",
            ], in: folder)
        let wanted = try withoutTimes(numbers(options))
        #expect(wanted.count == 5)
        #expect(try withoutTimes(numbers(file)) == wanted)

        // An option and a change count instead of the file's; a record repeats both.
        let changed = try CommandRun(
            ["train", "plan.yaml", "--set", "optimizer.beta1=0.5", "--epochs", "4", "--json"],
            in: folder)
        #expect(try withoutTimes(numbers(changed)).count == 4)
        #expect(try withoutTimes(numbers(changed)) != Array(wanted.prefix(4)))
        let again = try CommandRun(["train", "--config-of", "last", "--json"], in: folder)
        #expect(try withoutTimes(numbers(again)) == withoutTimes(numbers(changed)))
    }

    @Test(arguments: [
        ("epochz: 5\n", "plan.yaml:1", "did you mean epochs?"),
        ("data: iris\nepochs: [1, 2]\n", "--epochs", ""),
        ("data: iris\ndata: iris\n", "plan.yaml", ""),
        ("- a\n- b\n", "plan.yaml", "options of `kalsae train`"),
        ("data: \"iris\n", "plan.yaml", ""),
        ("a: &a [1]\nb: *c\n", "plan.yaml", ""),
        ("", "plan.yaml", ""),
        ("data: iris\nnetwork: [{layer: dens, units: 3}]\n", "dens", "dense"),
        ("data: iris\noptimizer: {optimizer: adam, betta1: 1}\n", "betta1", "beta1"),
    ])
    func whatIsWrongIsTold(_ text: String, _ subject: String, _ advice: String) throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        try folder.write(text, to: "plan.yaml")
        let run = try CommandRun(["train", "plan.yaml"], in: folder)
        #expect(run.status != 0 && run.status < 128, "\(run.output)")
        #expect(
            run.errors.contains(subject) && (advice.isEmpty || run.errors.contains(advice)),
            "\(run.errors)")
        #expect(folder.contents == ["plan.yaml"])
    }

    @Test func namesKeepTheirZeros() throws {
        let text = try YAMLText(
            "a: 007\nb: 7\nc: \"7\"\nd: yes\ne: true\nf: 1e-3\ng: 2024-01-05", subject: "t")
        let wanted: [(String, JSONValue)] = [
            ("a", .string("007")), ("b", .integer(7)), ("c", .string("7")), ("d", .string("yes")),
            ("e", .bool(true)), ("f", .number(0.001)), ("g", .string("2024-01-05")),
        ]
        for (key, value) in wanted { #expect(text.value[key] == value, "\(key)") }
        #expect(text.lines["d"] == 4)
    }
}
