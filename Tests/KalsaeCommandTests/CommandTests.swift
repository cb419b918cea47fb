import Foundation
import KalsaeFiles
import Testing

@Suite struct CommandTests {
    private let folder: CommandRun.Folder

    init() throws { folder = try CommandRun.Folder() }

    private func run(_ arguments: String...) throws -> CommandRun {
        try CommandRun(arguments, in: folder)
    }

    @Test func helpAndVersionGoToStandardOutput() throws {
        defer { folder.remove() }
        #expect(try run("--version").output.hasPrefix("kalsae "))
        #expect(try run("--version").status == 0)
        let verbs = [
            "train", "evaluate", "predict", "summary", "data", "doctor", "bench", "profile",
            "lesson", "search",
        ]
        for verb in verbs {
            let help = try run(verb, "--help")
            #expect(help.status == 0 && help.output.contains("USAGE: kalsae \(verb)"))
        }
    }

    @Test(arguments: 0..<5) func irisIsLearned(seed: Int) throws {
        defer { folder.remove() }
        let training = try run("train", "iris", "--json", "--seed", "\(seed)")
        #expect(training.status == 0)
        let report = try training.json
        #expect(training.output.split(separator: "\n").count == 1)
        #expect(report["parameters"]?.integer == 139)
        #expect(report["model"]?.string == "iris.safetensors")
        for part in ["train", "validation", "test"] {
            #expect((report[part]?["accuracy"]?.number ?? 0) >= 0.86)
            #expect((report[part]?["loss"]?.number ?? 9) < 0.5)
        }
        #expect((report["test"]?["accuracy"]?.number ?? 0) >= 0.93)
        #expect(folder.contents == ["iris.safetensors"])
    }

    @Test func theSameSeedGivesTheSameFileOnOneAndOnTwoThreads() throws {
        defer { folder.remove() }
        var files: [Data] = []
        for (name, threads) in [("a", "1"), ("b", "1"), ("c", "2")] {
            let result = try run("train", "iris", "--threads", threads, "--output", name)
            #expect(result.status == 0)
            files.append(try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/\(name)")))
        }
        #expect(files[0] == files[1])
        #expect(files[0] == files[2])
        #expect(try run("train", "iris", "--seed", "8", "--output", "d").status == 0)
        #expect(try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/d")) != files[0])
    }

    @Test func aModelPredictsAndIsMeasured() throws {
        defer { folder.remove() }
        var csv = "x,y,kind\n"
        for index in 0..<200 {
            let (x, y) = (Double(index % 20) / 10 - 1, Double(index / 20) / 5 - 1)
            csv += "\(x),\(y),\(x + y > 0.05 ? "up, \"right\"" : "down")\n".csvQuoted
        }
        try csv.write(toFile: "\(folder.path)/points.csv", atomically: true, encoding: .utf8)
        let training = try run("train", "points.csv", "--target", "kind", "--json")
        #expect(training.status == 0, "\(training.errors)")
        let predictions = try run("predict", "points.safetensors", "points.csv")
        let lines = predictions.output.split(separator: "\n")
        #expect(lines.count == 201)
        #expect(lines[0] == "prediction,down,\"up, \"\"right\"\"\"")
        let cells = lines[1].split(separator: ",")
        let sum = (Double(cells[1]) ?? 0) + (Double(cells[2]) ?? 0)
        #expect(cells[0] == "down" && abs(sum - 1) < 1e-5)
        let measured = try run("evaluate", "points.safetensors", "points.csv", "--json").json
        #expect(measured["rows"]?.integer == 200)
        #expect((measured["accuracy"]?.number ?? 0) > 0.95)
        let summary = try run("summary", "points.safetensors", "--json").json
        #expect(summary["parameters"] == (try training.json)["parameters"])
    }

    @Test func aValueIsPredictedInItsOwnUnits() throws {
        defer { folder.remove() }
        var csv = "size;price\n"
        for size in 20..<220 { csv += "\(size);\(1000 * size + 50_000)\n" }
        try csv.write(toFile: "\(folder.path)/houses.csv", atomically: true, encoding: .utf8)
        let report = try run("train", "houses.csv", "--target", "price", "--json").json
        #expect((report["validation"]?["r2"]?.number ?? 0) > 0.98)
        #expect((report["validation"]?["mae"]?.number ?? 0) > 1)
        let predictions = try run("predict", "houses.safetensors", "houses.csv")
        let prices = predictions.output.split(separator: "\n").dropFirst().compactMap {
            Double($0)
        }
        #expect(prices.count == 200)
        #expect(abs((prices.first ?? 0) - 70_000) < 20_000)
    }

    @Test func theOldNameOfTheLessonsWorksWithANotice() throws {
        defer { folder.remove() }
        let (lesson, old) = (try run("lesson", "--json"), try run("experiment", "--json"))
        #expect(lesson.status == 0 && old.status == 0)
        #expect(try lesson.json["lessons"]?.array?.first?["name"]?.string == "perceptron")
        #expect(old.output == lesson.output)
        #expect(lesson.errors.isEmpty)
        #expect(old.errors.split(separator: "\n").count == 1, "\(old.errors)")
        #expect(old.errors.contains("`kalsae lesson`"))
    }

    struct Wrong: Sendable, CustomTestStringConvertible {
        var arguments: [String]
        var status: Int32
        var says: String
        var testDescription: String { arguments.joined(separator: " ") }
    }

    static let wrongs = [
        Wrong(arguments: ["fly"], status: 64, says: "one of train"),
        Wrong(arguments: ["train"], status: 64, says: "Missing expected argument"),
        Wrong(arguments: ["train", "iris", "--optimizer", "magic"], status: 64, says: "magic"),
        Wrong(arguments: ["train", "iris", "--schedule", "magic"], status: 64, says: "one-cycle"),
        Wrong(arguments: ["train", "iris", "--clip-norm", "0"], status: 1, says: "above 0"),
        Wrong(
            arguments: ["train", "iris", "--weight-decay", "nan"], status: 1, says: "at least 0"),
        Wrong(arguments: ["train", "iris", "--threads", "0"], status: 64, says: "1 to 1024"),
        Wrong(arguments: ["bench", "steps", "--net", "x"], status: 1, says: "iris"),
        Wrong(arguments: ["bench", "scaling", "--threads", "0"], status: 1, says: "as 1,2,4"),
        Wrong(arguments: ["bench", "ops", "--op", "x"], status: 1, says: "layerNorm"),
        Wrong(arguments: ["profile", "x"], status: 1, says: "kalsae data list"),
        Wrong(arguments: ["profile", "iris", "--seconds", "0"], status: 1, says: "--seconds"),
        Wrong(arguments: ["train", "flowers"], status: 1, says: "kalsae data list"),
        Wrong(
            arguments: ["train", "tiny-shakespeare", "--folds", "3"], status: 1, says: "--folds"),
        Wrong(arguments: ["train", "no.csv", "--target", "a"], status: 1, says: "no such file"),
        Wrong(arguments: ["train", "/", "--target", "a"], status: 1, says: "folder"),
        Wrong(arguments: ["train", "iris", "--network", "4-x-3"], status: 1, says: "784-50-10"),
        Wrong(
            arguments: ["train", "iris", "--network", "no.json"], status: 1, says: "no such file"),
        Wrong(
            arguments: ["train", "iris", "--network", "deep-convnet"], status: 1,
            says: "conv2D: expected input [height, width, channels]"),
        Wrong(
            arguments: ["train", "iris", "--augment", "crop"], status: 1,
            says: "augment: expected input [height, width, channels]"),
        Wrong(arguments: ["train", "iris", "--augment", "blur"], status: 64, says: "blur"),
        Wrong(arguments: ["summary", "deep-convnet", "--batch", "0"], status: 1, says: "batch 0"),
        Wrong(
            arguments: ["summary", "simple-convnet", "--input", "28,x"], status: 1,
            says: "28,28,1"),
        Wrong(
            arguments: ["train", "iris", "--epochs", "3", "--steps", "9"], status: 1,
            says: "--epochs: expected one length of the training, got --steps too"),
        Wrong(
            arguments: ["summary", "4-3", "--outputs", "7"], status: 1,
            says: "--outputs: expected a preset or a .json file to go with, got 4-3"),
        Wrong(
            arguments: ["steer", "last", "pause", "--wait", "nan"], status: 1,
            says: "--wait: expected seconds from 0 to"),
        Wrong(
            arguments: ["steer", "last", "pause", "--wait", "1e300"], status: 1,
            says: "--wait: expected seconds from 0 to"),
        Wrong(
            arguments: ["search", "iris", "--trials", "2", "--time", "99999999999999999999h"],
            status: 1, says: "--time"),
        Wrong(
            arguments: ["evaluate", "m", "iris", "--importance", "--repeats", "0"], status: 1,
            says: "--repeats: expected a whole number of at least 1, got 0"),
        Wrong(arguments: ["summary", "784-50-x"], status: 1, says: "784-50-10, got 784-50-x"),
        Wrong(
            arguments: ["summary", "deep-convnet", "--outputs", "0"], status: 1, says: "above 0"),
        Wrong(arguments: ["train", "iris", "--network", "5-8-3"], status: 1, says: "4 inputs"),
        Wrong(arguments: ["train", "iris", "--learning-rate", "0"], status: 1, says: "above 0"),
        Wrong(
            arguments: ["train", "iris", "--output", "/no/such/x"], status: 1,
            says: "no such file"),
        Wrong(arguments: ["predict", "none", "none"], status: 1, says: "no such file"),
        Wrong(arguments: ["summary", "/dev/null"], status: 1, says: "/dev/null"),
    ]

    @Test(arguments: wrongs) func wrongInputIsOneLineAndAnExitCode(_ wrong: Wrong) throws {
        defer { folder.remove() }
        let result = try CommandRun(wrong.arguments, in: folder)
        #expect(result.status == wrong.status)
        #expect(result.errors.contains(wrong.says), "\(result.errors)")
        // One form for all, also for those of the parser.
        #expect(result.errors.hasPrefix("error: "), "\(result.errors)")
        #expect(result.output.isEmpty)
        #expect(folder.contents.isEmpty)
        if wrong.status == 1 {
            #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
        }
    }

    @Test func layersOfAFileAreTrained() throws {
        defer { folder.remove() }
        let layers = """
            [{"layer": "conv2D", "filters": 4, "kernel": 5, "strides": 3, "activation": "relu"},
             {"layer": "flatten"}, {"layer": "dense", "units": 10}]
            """
        let path = "\(folder.path)/layers.json"
        try layers.write(toFile: path, atomically: true, encoding: .utf8)
        let training = try run(
            "train", "digits", "--network", "layers.json", "--steps", "300", "--augment",
            "shift(0.05)", "--augment", "crop(padding: 1)", "--json")
        #expect(training.status == 0, "\(training.errors)")
        #expect(try training.json["network"]?.string == "layers.json")
        #expect((try training.json["test"]?["accuracy"]?.number ?? 0) > 0.5)
        // 4 kernels of 5x5 with biases, then 8x8x4 to 10.
        #expect(try training.json["parameters"]?.integer == 4 * 26 + 257 * 10)
        let summary = try run("summary", "digits.safetensors", "--batch", "10", "--json").json
        let memory = try #require(summary["memory"])
        #expect(memory["model"]?.integer == 4 * (4 * 26 + 257 * 10))
        #expect(memory["optimizer"]?.integer == 8 * (4 * 26 + 257 * 10))
        #expect(memory["batch"]?.integer == 10 * 784 * 4 + 10 * 4)
        // At least the convolution's outputs must be kept.
        #expect((memory["arena"]?.integer ?? 0) >= 10 * 256 * 4)
        #expect(memory["best"]?.integer == memory["model"]?.integer)
        #expect(memory["boundary"]?.integer == 12 * (4 * 26 + 257 * 10))
        let parts = ["model", "optimizer", "batch", "arena", "best", "boundary", "measuring"]
        #expect(parts.reduce(0) { $0 + (memory[$1]?.integer ?? -1) } == memory["total"]?.integer)
        for (text, says) in [
            ("{}", "a JSON list of layers"), ("[{\"layer\": \"x\"}]", "a layer: dense"),
            ("[{\"layer\": \"dense\"}]", "layer 1"), ("[{", "a JSON list"),
            ("[{\"layer\": \"flatten\"}]", "outputs [10]"),
        ] {
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            let result = try run("train", "digits", "--network", "layers.json")
            #expect(result.status == 1 && result.errors.contains(says), "\(result.errors)")
            #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
        }
    }

    @Test func aDamagedModelFileIsRefused() throws {
        defer { folder.remove() }
        #expect(try run("train", "iris").status == 0)
        let path = "\(folder.path)/iris.safetensors"
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        for length in [0, 7, 100, whole.count / 2, whole.count - 1] {
            try Data(whole.prefix(length)).write(to: URL(fileURLWithPath: path))
            let result = try run("summary", "iris.safetensors")
            #expect(result.status == 1)
            #expect(result.errors.split(separator: "\n").count == 1)
        }
    }

    @Test func aFullDiscIsSaid() throws {
        defer { folder.remove() }
        #expect(try run("train", "iris").status == 0)
        let csv = "sepal_length,sepal_width,petal_length,petal_width\n5,3,1,0.2\n"
        try csv.write(toFile: "\(folder.path)/one.csv", atomically: true, encoding: .utf8)
        let result = try run("predict", "iris.safetensors", "one.csv", "--output", "/dev/full")
        #expect(result.status == 1 && result.errors.contains("no space left"))
    }
}

extension String {
    /// The last cell quoted where it holds a comma.
    fileprivate var csvQuoted: String {
        let parts = split(separator: ",", maxSplits: 2)
        guard parts.count == 3, parts[2].contains(",") else { return self }
        let text = parts[2].dropLast().replacingOccurrences(of: "\"", with: "\"\"")
        return "\(parts[0]),\(parts[1]),\"\(text)\"\n"
    }
}
