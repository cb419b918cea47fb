import Foundation
import KalsaeFiles
import KalsaeRuns
import Testing

/// Searches as a user begins, ends and looks at them.
@Suite("kalsae search") struct SearchRunTests {
    private let folder: CommandRun.Folder

    init() throws { folder = try CommandRun.Folder() }

    private let iris = ["search", "iris", "--epochs", "4"]

    private func run(_ arguments: [String]) throws -> CommandRun {
        try CommandRun(arguments, in: folder)
    }

    /// The object that `search show` prints of a study.
    private func shown(_ study: String) throws -> JSONValue {
        let run = try run(["search", "show", study, "--json"])
        #expect(run.status == 0, "\(run.errors)")
        return try run.json
    }

    private func trials(_ study: String) throws -> [JSONValue] {
        try #require(try shown(study)["all"]?.array)
    }

    @Test func aTrialIsARunThatCanBeRepeated() throws {
        defer { folder.remove() }
        let search = try run(iris + ["--trials", "6", "--objective", "accuracy", "--json"])
        #expect(search.status == 0, "\(search.errors)")
        let result = try search.json
        #expect(result["study"] == "iris")
        #expect(result["trials"]?.integer == 6)
        #expect(result["complete"]?.integer == 6)
        let all = try trials("iris")
        let values = all.compactMap { $0["value"]?.number }
        #expect(values.count == 6)
        #expect(result["best"]?["value"]?.number == values.max())
        // The recorded configuration alone gives the same number.
        let best = try #require(result["best"]?["run"]?.string)
        let again = try run(["train", "--config-of", best, "--json"])
        #expect(again.status == 0, "\(again.errors)")
        #expect(try again.json["validation"]?["accuracy"]?.number == values.max())
        let store = try Store(folder: folder.runs, for: .reading)
        let runs = try store.runs().filter { $0.tags == ["iris"] }
        #expect(runs.count == 6)
        #expect(runs.allSatisfy { $0.state == .finished })
        // Trials are left out of the list unless they are asked for.
        let list = try run(["runs", "list", "--json"]).json["runs"]?.array
        #expect(list?.count == 1)
        #expect(try run(["runs", "list", "--trials", "--json"]).json["runs"]?.array?.count == 7)
    }

    @Test func aFileSaysWhatIsSearched() throws {
        defer { folder.remove() }
        try folder.write(
            """
            data: iris
            epochs: 3
            optimizer: sgd
            search:
              objective: [accuracy, parameters]
              sampler: random
              trials: 8
              constraints: units + 10 * layers <= 40
              space:
                learning-rate: 1e-3..1e-1 log
                optimizer: [sgd, momentum]
                optimizer.momentum: {from: 0.5, to: 0.99, scale: log1m, when: {optimizer: momentum}}
                units: 4..32 step 4
                layers: 1..2
            """, to: "plan.yaml")
        let search = try run(["search", "plan.yaml", "--json"])
        #expect(search.status == 0, "\(search.errors)")
        #expect(try search.json["objectives"] == ["accuracy", "parameters"])
        #expect(try (search.json["front"]?.array ?? []).isEmpty == false)
        for trial in try trials("plan") {
            let parameters = try #require(trial["parameters"])
            let units = parameters["units"]?.integer ?? 0
            let layers = parameters["layers"]?.integer ?? 0
            #expect(units % 4 == 0 && units + 10 * layers <= 40)
            #expect(
                (parameters["optimizer.momentum"] != nil) == (parameters["optimizer"] == "momentum")
            )
            // 4 inputs, 3 classes.
            let sizes = [4] + Array(repeating: units, count: layers) + [3]
            let count = zip(sizes, sizes.dropFirst()).reduce(0) { $0 + ($1.0 + 1) * $1.1 }
            #expect(trial["values"]?.array?.last?.number == Double(count))
        }
    }

    /// What does not exist is refused before a study is made.
    @Test func wrongSearchesMakeNoStudy() throws {
        defer { folder.remove() }
        let cases: [(arguments: [String], text: String)] = [
            (["--space", "learning-rat=1e-4..1e-1"], "did you mean learning-rate?"),
            (["--space", "learning-rate=fast..slow"], "a range as"),
            (["--space", "learning-rate=0..1,log"], "log"),
            (["--space", "batch"], "NAME=RANGE"),
            (["--objective", "accurazy"], "did you mean \"accuracy\"?"),
            (["--objective", "r2"], "classes are learned"),
            (["--pruner", "median", "--objective", "f1"], "after each epoch"),
            (["--trials", "0"], "above 0"), (["--time", "soon"], "a duration"),
            (["--folds", "3"], "a plain training"), (["--epoch", "3"], "epochs"),
            (["--constraint", "units <= 4"], "units"), (["--find-rate"], "find-rate"),
            (["--set", "x.y=1", "--space", "units=4..8"], "option"),
            (["--space", "units=4,8,16"], "did you mean 4|8|16?"),
            (["--space", "learning-rate=1e-4-1e-1 log"], "a range as"),
            (["--space", "optimizer=sgd|adm"], "adm"),
            (["--network", "4-8-3", "--space", "units=4..8"], "one way to say the network"),
            (["--space", "units=4..8", "--constraint", "units * layers <= 9"], "sums"),
            (["--space", "units=4..8", "--warm-start", "none.db:s"], "no file"),
        ]
        for (arguments, text) in cases {
            let run = try run(["search", "iris"] + arguments)
            #expect(run.status != 0, "\(arguments)")
            #expect(run.errors.contains(text), "\(arguments): \(run.errors)")
            #expect(run.errors.split(separator: "\n").count <= 2, "\(run.errors)")
        }
        #expect(try run(["search", "nothing.csv"]).status != 0)
        #expect(try run(["search"]).status != 0)
        if Store.exists(in: folder.runs) {
            #expect(try Store(folder: folder.runs, for: .reading).studyNames().isEmpty)
        }
    }

    @Test func aTrialThatCannotBeTrainedIsFailedWithItsReason() throws {
        defer { folder.remove() }
        let search = try run(
            iris + [
                "--space", "learning-rate=0.01|1e38", "--sampler", "grid", "--optimizer", "sgd",
                "--network", "4-8-3", "--activation", "relu", "--json",
            ])
        #expect(search.status == 0, "\(search.errors)")
        #expect(try search.json["failed"]?.integer == 1)
        #expect(try search.json["complete"]?.integer == 1)
        let failed = try #require(try trials("iris").first { $0["state"] == "failed" })
        #expect(failed["reason"]?.string?.contains("a finite loss") == true)
        let none = try run(
            [
                "search", "iris", "--space", "learning-rate=1e36..1e38,log", "--optimizer", "sgd",
                "--network", "4-8-3", "--activation", "relu",
            ])
        #expect(none.status == 1)
        #expect(none.errors.contains("that failed"))
    }

    @Test func prunedTrialsEndEarly() throws {
        defer { folder.remove() }
        let search = try run([
            "search", "iris", "--epochs", "20", "--trials", "16", "--pruner", "successive-halving",
            "--sampler", "random", "--stack", "never", "--json",
        ])
        #expect(search.status == 0, "\(search.errors)")
        let pruned = try search.json["pruned"]?.integer ?? 0
        #expect(pruned >= 4)
        #expect(try search.json["complete"]?.integer == 16 - pruned)
    }

    @Test func aPersonEnqueuesExportsAndRetests() throws {
        defer { folder.remove() }
        let space = ["--space", "learning-rate=1e-3..1e-1,log", "--space", "units=4..32"]
        #expect(try run(iris + space + ["--trials", "3", "--study", "mine"]).status == 0)
        #expect(
            try run(["search", "enqueue", "mine", "learning-rate=0.05", "units=8"]).status == 0)
        #expect(try run(["search", "enqueue", "mine", "units=99"]).status != 0)
        #expect(try run(["search", "enqueue", "mine", "unit=9"]).errors.contains("units"))
        #expect(try run(["search", "--resume", "mine", "--trials", "5"]).status == 0)
        let all = try trials("mine")
        #expect(all.count == 5)
        #expect(all[3]["parameters"]?["learning-rate"]?.number == 0.05)
        #expect(all[3]["parameters"]?["units"]?.integer == 8)
        let csv = try run(["search", "export", "mine"]).output
        #expect(csv.split(separator: "\n").count == 6)
        #expect(csv.hasPrefix("trial,state,loss,time,run,learning-rate,units,reason\n"))
        let optuna = try run([
            "search", "export", "mine", "--format", "optuna", "--output", "o.db",
        ])
        #expect(optuna.status == 0, "\(optuna.errors)")
        #expect(try run(["search", "export", "mine", "--output", "o.db"]).status != 0)
        let warm = try run(
            iris + space + ["--trials", "2", "--study", "warm", "--warm-start", "o.db:mine"])
        #expect(warm.status == 0, "\(warm.errors)")
        #expect(warm.errors.contains("learns from 5 trials"))
        // What it learns from is no trial of its own.
        #expect(try trials("warm").count == 2)
        #expect(try run(["search", "best", "warm"]).status == 0)
        let retested = try run(["search", "retest", "warm", "--top", "9", "--json"])
        #expect(try retested.json["trials"]?.array?.count == 2)
        for wrong in ["o.db:min", "none.db:mine", "min"] {
            #expect(try run(iris + space + ["--warm-start", wrong]).status != 0)
        }
        // The same data and seeds: nothing has gone stale.
        let retest = try run(["search", "retest", "mine", "--top", "3", "--json"])
        #expect(retest.status == 0, "\(retest.errors)")
        #expect(try retest.json["data_changed"] == false)
        let again = try #require(try retest.json["trials"]?.array)
        #expect(again.count == 3)
        #expect(again.allSatisfy { $0["value"] == $0["value_before"] && $0["stale"] == false })
        // From three seeds: the first is the study's own, and the mean is ranked.
        let repeated = try run([
            "search", "retest", "mine", "--top", "2", "--repeats", "3", "--json",
        ])
        #expect(repeated.status == 0, "\(repeated.errors)")
        let rows = try #require(try repeated.json["trials"]?.array)
        #expect(rows.count == 2)
        for row in rows {
            let values = row["values"]?.array?.compactMap(\.number) ?? []
            #expect(Set(values).count == 3)
            #expect(values.first == row["value_before"]?.number)
            let mean = try #require(row["value"]?.number)
            #expect(abs(mean - values.reduce(0, +) / 3) <= 1e-12 * abs(mean))
        }
    }

    /// Other data or objectives are no trials of a study.
    @Test func aStudyStaysWhatItIs() throws {
        defer { folder.remove() }
        let first = iris + ["--trials", "2", "--study", "s"]
        #expect(try run(first).status == 0)
        for other in [
            ["search", "digits", "--study", "s"], first + ["--objective", "parameters"],
        ] {
            let run = try run(other)
            #expect(run.status != 0)
            #expect(run.errors.contains("give another --study"), "\(run.errors)")
        }
        let longer = try run([
            "search", "iris", "--study", "s", "--trials", "3", "--epochs", "5",
        ])
        #expect(longer.status == 0)
        #expect(longer.errors.contains("epochs differ"))
        #expect(try run(first).errors.contains("has 3 trials"))
    }

    @Test func anotherSpaceIsTheNextVersion() throws {
        defer { folder.remove() }
        let first = iris + ["--trials", "3", "--study", "s", "--space"]
        #expect(try run(first + ["learning-rate=1e-4..1e-3,log"]).status == 0)
        let second = try run(
            iris + ["--trials", "6", "--study", "s", "--space", "learning-rate=1e-2..1e-1,log"])
        #expect(second.status == 0, "\(second.errors)")
        #expect(second.errors.contains("version 2"))
        let rates = try trials("s").compactMap { $0["parameters"]?["learning-rate"]?.number }
        #expect(rates.prefix(3).allSatisfy { $0 <= 1e-3 })
        #expect(rates.suffix(3).allSatisfy { $0 >= 1e-2 })
    }

    /// The worst of a population give up, and branches of the best take their part.
    @Test func aPopulationBranches() throws {
        defer { folder.remove() }
        let search = try run([
            "search", "iris", "--epochs", "12", "--patience", "0", "--population", "8",
            "--interval", "4", "--json",
        ])
        #expect(search.status == 0, "\(search.errors)")
        // At two borders a quarter of eight is replaced.
        #expect(try search.json["complete"]?.integer == 8)
        #expect(try search.json["pruned"]?.integer == 4)
        let store = try Store(folder: folder.runs, for: .reading)
        let runs = try store.runs()
        let branches = runs.filter { $0.parent != nil }
        #expect(runs.count == 12)
        #expect(branches.count == 4)
        #expect(branches.allSatisfy { $0.parentStep ?? 0 > 0 })
        for more in [["--trials", "3"], ["--goal", "0"], ["--stack", "8"], ["--workers", "2"]] {
            #expect(try run(["search", "iris", "--population", "8"] + more).status != 0, "\(more)")
        }
        // A population that has ended is not begun again.
        let again = try run(["search", "--resume", "iris", "--json"])
        #expect(again.errors.contains("has ended"), "\(again.errors)")
        #expect(try again.json["trials"]?.integer == 12)
        let other = try run(["search", "iris", "--population", "8", "--space", "units=4..8"])
        #expect(other.status != 0)
        #expect(other.errors.contains("change in flight"))
    }

    @Test func trainSearchesAndTrainsTheBest() throws {
        defer { folder.remove() }
        let train = try run(["train", "iris", "--epochs", "4", "--search", "4", "--json"])
        #expect(train.status == 0, "\(train.errors)")
        let best = try #require(try shown("iris")["best"])
        #expect(try train.json["validation"]?["loss"]?.number == best["value"]?.number)
        #expect(folder.contents.contains("iris.safetensors"))
    }
}
