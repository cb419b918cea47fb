import Foundation
import KalsaeFiles
import Testing

/// What people mistype and mix up, each told in one line with what to do.
@Suite struct MistakesTests {
    private let folder: CommandRun.Folder

    init() throws { folder = try CommandRun.Folder() }

    struct Mistake: Sendable, CustomTestStringConvertible {
        var line: String
        var status: Int32
        var says: String
        var testDescription: String { line }

        init(_ line: String, _ status: Int32, _ says: String) {
            (self.line, self.status, self.says) = (line, status, says)
        }
    }

    static let mistakes = [
        Mistake("trian iris", 64, "did you mean `kalsae train`?"),
        Mistake("evalute m t", 64, "did you mean `kalsae evaluate`?"),
        Mistake("data lst", 64, "did you mean `kalsae data list`?"),
        Mistake("bench step", 64, "did you mean `kalsae bench steps`?"),
        Mistake("bench steps --net irs", 1, "did you mean \"iris\"?"),
        Mistake("bench fit --epochs 0", 1, "--epochs: expected a number from 1 to 10000, got 0"),
        Mistake("bench serve --tasks 0", 1, "--tasks: expected a number from 1 to 64, got 0"),
        Mistake("bench ops --seconds nan", 1, "--seconds: expected a number above 0"),
        Mistake("bench store --points 0", 1, "--points: expected a number of 1 or more, got 0"),
        Mistake("search bench workers --kill-every nan", 1, "--kill-every: expected a number"),
        Mistake("data fetch mnst", 1, "did you mean \"mnist\"?"),
        Mistake("data fetch mnist --mirror ftp://x", 1, "--mirror: expected an address"),
        Mistake("houses.csv", 64, "to train on a file: kalsae train houses.csv"),
        Mistake("fly", 64, "see `kalsae --help`"),
        Mistake("train iris --learning-rate -1", 1, "--learning-rate: expected a number above 0"),
        Mistake("train iris --learning-rate nan", 1, "a number above 0"),
        Mistake("train iris --epochs -5", 1, "--epochs: expected a whole number of at least 1"),
        Mistake("train iris --steps 0", 1, "--steps: expected a whole number of at least 1"),
        Mistake("train iris --batch 0", 1, "--batch: expected a whole number of at least 1"),
        Mistake("train iris --patience -1", 1, "--patience: expected a whole number of at least 0"),
        Mistake("train iris --weight-decay -1", 1, "at least 0"),
        Mistake("train iris --test x.csv", 1, "a CSV file to go with"),
        Mistake("train houses.csv --target -1", 1, "a column from 1 to 3, got -1"),
        Mistake("train houses.csv --target 9", 1, "columns: 1 area, 2 age, 3 price"),
        Mistake("train houses.csv --target 0", 1, "a column from 1 to 3, got 0"),
        Mistake("train houses.csv --target pice", 1, "did you mean \"price\"?"),
        Mistake("train houses.csv --target price --split 80/30", 1, "add up to 100"),
        Mistake("train houses.csv --target price --split 80/x", 1, "add up to 100"),
        Mistake("train houses.csv --target price --split -1/101", 1, "add up to 100"),
        Mistake(
            "train houses.csv --target price --epochs 2 --split 90/0/10", 1,
            "a share to validate on"),
        Mistake(
            "train houses.csv --target price --split 80/20 --test houses.csv", 1, "a share of 0"),
        Mistake(
            "predict houses.csv houses.csv", 1,
            "expected a model that `kalsae train` wrote, got text"),
        Mistake(
            "evaluate houses.csv m.safetensors", 1,
            "the model comes first: kalsae evaluate m.safetensors houses.csv"),
        Mistake("summary houses.csv", 1, "got text, as a table is"),
        Mistake("train m.safetensors --target price", 1, "expected a table, got a model"),
        Mistake("predict m.safetensors m.safetensors", 1, "expected a table, got a model"),
        Mistake(
            "predict m.safetensors none.csv", 1,
            "columns named \"sepal_length\", \"sepal_width\", \"petal_length\", \"petal_width\""),
        Mistake(
            "evaluate m.safetensors none.csv", 1,
            "columns named \"sepal_length\", \"sepal_width\", \"petal_length\", \"petal_width\""),
        Mistake("predict m.safetensors near.csv", 1, "\"sepal_lenght\" for \"sepal_length\""),
        Mistake("predict m.safetensors near.csv --keep 7", 1, "near.csv"),
        Mistake("data show houses.csv --rows -1", 1, "--rows"),
        Mistake("data show nothing", 1, "kalsae data list"),
    ]

    @Test(arguments: mistakes) func isToldInOneLine(_ mistake: Mistake) throws {
        defer { folder.remove() }
        try folder.write(Tables.houses(), to: "houses.csv")
        try folder.write("a,b\n1,2\n3,4\n", to: "none.csv")
        try folder.write(
            "sepal_lenght,sepal_width,petal_length,petal_width\n5,3,1,0.2\n5,3,1,0.3\n",
            to: "near.csv")
        if mistake.line.contains("m.safetensors") {
            let model = ["train", "iris", "--epochs", "1", "--output", "m.safetensors", "--quiet"]
            #expect(try CommandRun(model, in: folder).status == 0)
        }
        let before = folder.contents
        let arguments = mistake.line.split(separator: " ").map(String.init)
        let result = try CommandRun(arguments, in: folder)
        #expect(result.status == mistake.status, "\(result.errors)")
        #expect(result.errors.contains(mistake.says), "\(result.errors)")
        // Beside notices, which begin with the command's name.
        let lines = result.errors.split(separator: "\n").filter { !$0.hasPrefix("kalsae: ") }
        #expect(lines.count == 1, "\(result.errors)")
        #expect(result.output.isEmpty)
        #expect(folder.contents == before)
    }
}
