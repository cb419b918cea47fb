import Foundation
import KalsaeFiles
import Testing

/// A text from the command: trained on, taken up, measured, written on.
@Suite struct TextCommandTests {
    private let folder: CommandRun.Folder
    private static let line = "the cat sat on the mat, and the dog sat on the log.\n"

    init() throws {
        folder = try CommandRun.Folder()
        try folder.write(String(repeating: Self.line, count: 40), to: "pets.txt")
        try folder.write("", to: "empty.txt")
        try folder.write(
            """
            - {layer: embedding, vocabulary: 17, size: 8}
            - {layer: gru, units: 8, returnsSequences: true}
            - {layer: dense, units: 17}
            """, to: "small.yaml")
    }

    private func run(_ arguments: [String]) throws -> CommandRun {
        try CommandRun(arguments, in: folder)
    }

    private let small = [
        "train", "pets.txt", "--network", "./small.yaml", "--context", "8", "--batch", "20",
        "--learning-rate", "0.02", "--patience", "0",
    ]

    @Test func trainsMeasuresAndWrites() throws {
        defer { folder.remove() }
        let trained = try run(small + ["--epochs", "8", "--json"])
        #expect(trained.status == 0, "\(trained.errors)")
        #expect(trained.errors.contains("pets.txt: a text, whose next character is learned"))
        let json = try trained.json
        // 2,080 characters; sixteen of them, and all others.
        let tokens = try #require(json["tokens"])
        let counts = ["train", "validation", "test"].map { tokens[$0]?.integer }
        #expect(counts == [1872, 104, 104] && tokens["context"]?.integer == 8)
        #expect(tokens["kind"]?.string == "characters" && tokens["vocabulary"]?.integer == 17)
        let loss = try #require(json["test"]?["loss"]?.number)
        // Far below the uniform ln 17 = 2.8.
        #expect(loss < 2.2)
        let perplexity = try #require(json["test"]?["perplexity"]?.number)
        #expect(abs(perplexity - Foundation.exp(loss)) < 1e-9 * perplexity)
        let prompt = ["predict", "pets.safetensors", "--prompt", "the ", "--length", "30"]
        let first = try run(prompt + ["--temperature", ".8", "--seed", "3"])
        #expect(first.output.count == 35 && first.output.hasPrefix("the "), "\(first.errors)")
        #expect(try run(prompt + ["--temperature", ".8", "--seed", "3"]).output == first.output)
        #expect(try run(prompt + ["--temperature", ".8", "--seed", "4"]).output != first.output)
        // The likeliest token always, in three ways, whatever the seed.
        let greedy = try run(prompt + ["--temperature", "0"])
        #expect(greedy.status == 0 && greedy.output.count == 35, "\(greedy.errors)")
        for options in [["--top-k", "1"], ["--top-p", "1e-6"], ["--temperature", "0"]] {
            #expect(try run(prompt + options + ["--seed", "5"]).output == greedy.output)
        }
        for (options, words) in [
            (["--top-k", "0"], "--top-k: expected at least 1 token, got 0"),
            (["--top-p", "1.5"], "--top-p: expected a probability above 0 and up to 1, got 1.5"),
            (["--temperature", "-1"], "--temperature: expected a number of at least 0, got -1.0"),
        ] {
            let wrong = try run(prompt + options)
            #expect(wrong.status == 1 && wrong.errors == "error: \(words)\n", "\(wrong.errors)")
        }
        let alone = try run(["predict", "pets.safetensors", "pets.txt", "--top-k", "2"])
        #expect(alone.errors == "error: --top-k: expected --prompt to go with, got none\n")
        let object = try run(prompt + ["--temperature", ".8", "--seed", "3", "--json"]).json
        #expect(object["prompt"]?.string == "the ")
        #expect("the " + (object["text"]?.string ?? "") + "\n" == first.output)
        let measured = try run(["evaluate", "pets.safetensors", "pets.txt", "--json"]).json
        #expect(measured["tokens"]?.integer == 2072 && (measured["loss"]?.number ?? 9) < 2.2)
        try folder.write("the cat — the dog", to: "dash.txt")
        let strange = try run(["evaluate", "pets.safetensors", "dash.txt"])
        #expect(strange.errors.contains("does not know 1 of the 17 tokens of dash.txt"))
        _ = try run(prompt + ["--output", "out.txt"])
        #expect(try folder.bytes(of: "out.txt").count == 35)
        let summary = try run(["summary", "pets.safetensors"])
        #expect(summary.status == 0, "\(summary.errors)")
        // As many parameters as `pets.txt` would give the preset: 17 tokens, windows of 64.
        let preset = try run(["summary", "text-lstm", "--outputs", "17", "--json"]).json
        let gates = 4 * 256
        #expect(
            preset["parameters"]?.integer
                == 17 * 64 + (64 + 256 + 1) * gates + (256 + 1) * 17)
        let usual = try run(["summary", "text-transformer", "--json"]).json
        let last = usual["layers"]?.array?.last
        #expect(last?["output"]?.array?.compactMap(\.integer) == [64, 65])
    }

    @Test func aRunIsTakenUpWithTheSameBits() throws {
        defer { folder.remove() }
        let whole = try run(small + ["--steps", "30", "--output", "whole.safetensors", "--quiet"])
        #expect(whole.status == 0, "\(whole.errors)")
        let part = try run(
            small + [
                "--steps", "30", "--name", "part", "--output", "part.safetensors", "--quiet",
                "--checkpoint-every", "7steps",
            ])
        #expect(part.status == 0, "\(part.errors)")
        let id = try #require(try run(["runs", "show", "part", "--json"]).json["id"]?.string)
        let checkpoints = "\(folder.runs)/\(id)/checkpoints"
        let names = try FileManager.default.contentsOfDirectory(atPath: checkpoints)
        // As if it had been killed behind step 14, in the second epoch.
        for name in names where !name.hasSuffix("000000014.safetensors") {
            try FileManager.default.removeItem(atPath: "\(checkpoints)/\(name)")
        }
        try FileManager.default.removeItem(atPath: "\(folder.path)/part.safetensors")
        let rest = try run(["train", "--resume", "part", "--quiet"])
        #expect(rest.status == 0, "\(rest.errors)")
        let (a, b) = (
            try SafetensorsFile(path: "\(folder.path)/whole.safetensors"),
            try SafetensorsFile(path: "\(folder.path)/part.safetensors")
        )
        #expect(a.entries.map(\.name) == b.entries.map(\.name) && !a.entries.isEmpty)
        for (x, y) in zip(a.entries, b.entries) {
            #expect(
                a.withBytes(of: x) { Array($0) } == b.withBytes(of: y) { Array($0) }, "\(x.name)")
        }
        let doctor = try run(["doctor", "part"])
        #expect(doctor.status == 0 && doctor.errors.isEmpty, "\(doctor.errors)")
        // Sixteen characters, and all others; six parameters of embedding, GRU and dense layer.
        #expect(doctor.output.contains("ln 17 is 2.8332"), "\(doctor.output)")
        #expect(doctor.output.contains("parameters have a gradient"))
    }

    @Test func ratesAreTriedOnATextToo() throws {
        defer { folder.remove() }
        let tried = try run(
            small.filter { $0 != "--patience" && $0 != "0" } + ["--find-rate", "--json"])
        #expect(tried.status == 0, "\(tried.errors)")
        let json = try tried.json
        let rates = json["rates"]?.array?.compactMap(\.number) ?? []
        let losses = json["losses"]?.array?.compactMap(\.number) ?? []
        #expect(rates.count == losses.count && rates.count > 40 && rates.first == 1e-7)
        // As of a network that knows nothing.
        #expect(abs((losses.first ?? 0) - 2.8332) < 0.15)
        #expect((json["suggestion"]?.number ?? 0) > 1e-4)
        #expect(folder.contents == ["empty.txt", "pets.txt", "small.yaml"])
    }

    @Test func tokensAreAlsoWordsAndThoseOfAFile() throws {
        defer { folder.remove() }
        let short = ["--epochs", "1", "--context", "8", "--network", "text-lstm", "--json"]
        let words = try run(
            ["train", "pets.txt", "--tokens", "words", "--vocabulary", "9"] + short)
        #expect(words.status == 0, "\(words.errors)")
        #expect(try words.json["tokens"]?["vocabulary"]?.integer == 9)
        let written = try run(
            ["predict", "pets.safetensors", "--prompt", "the cat", "--length", "5"])
        #expect(written.status == 0 && written.output.hasPrefix("the cat"), "\(written.errors)")
        let path = #filePath.replacing(
            "KalsaeCommandTests/Texts/TextCommandTests.swift",
            with: "KalsaeFilesTests/Vectors/tokenizers/bpe.json")
        let pairs = try run(
            ["train", "pets.txt", "--tokens", path, "--output", "pairs.safetensors"] + short)
        #expect(pairs.status == 0, "\(pairs.errors)")
        let count = try Tokenizer(path: path).vocabulary.count
        #expect(try pairs.json["tokens"]?["vocabulary"]?.integer == count)
    }

    @Test(arguments: [
        (["train", "pets.txt", "--folds", "3"], "--folds: expected rows or images to go with"),
        (["train", "pets.txt", "--effort", "quick"], "--effort: expected rows or images"),
        (["train", "iris", "--context", "3"], "--context: expected a text to go with, got iris"),
        (["train", "pets.txt", "--tokens", "letters"], "expected characters, words, or the path"),
        (
            ["train", "pets.txt", "--context", "2000"],
            "expected more than 2000 tokens for training"
        ),
        (["train", "pets.txt", "--network", "4-8-3"], "expected a network for text"),
        (["train", "pets.txt", "--output", "pets.txt"], "another file than the text pets.txt"),
        (
            ["train", "pets.txt", "--context", "0"],
            "--context: expected a whole number of at least"
        ),
        (["train", "pets.txt", "--test", "empty.txt"], "empty.txt: expected a text, got an empty"),
        (["train", "none.txt"], "none.txt: expected a readable file, got no such file"),
        (["search", "pets.txt", "--trials", "2"], "expected rows or images, got a text"),
        (["predict", "pets.txt", "--length", "3"], "--length: expected --prompt to go with"),
        (
            ["predict", "x.safetensors", "--prompt", "a", "--temperature", "-1"],
            "at least 0, got -1"
        ),
    ])
    func whatMakesNoSenseIsToldInALine(arguments: [String], error: String) throws {
        defer { folder.remove() }
        let result = try run(arguments)
        #expect(result.status != 0 && result.errors.contains(error), "\(result.errors)")
        #expect(result.errors.split(separator: "\n").last?.hasPrefix("error: ") == true)
        #expect(folder.contents == ["empty.txt", "pets.txt", "small.yaml"])
    }

    @Test func modelsOfOtherKindsAreToldApart() throws {
        defer { folder.remove() }
        #expect(try run(["train", "iris", "--epochs", "1"]).status == 0)
        let asked = try run(["predict", "iris.safetensors", "--prompt", "a"])
        #expect(asked.errors.contains("expected a model of text, got one of rows or images"))
        let bare = try run(["predict", "iris.safetensors"])
        #expect(bare.status == 1 && bare.errors.contains("expected files to predict, got none"))
    }
}
