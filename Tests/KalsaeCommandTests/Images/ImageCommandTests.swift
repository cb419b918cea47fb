import Foundation
import KalsaeFiles
import KalsaeTesting
import Testing

/// `kalsae` on a folder of images, as a user meets it.
@Suite struct ImageCommandTests {
    private func json(_ run: CommandRun) throws -> JSONValue {
        #expect(run.status == 0, "\(run.errors)")
        return try JSONValue(parsing: run.output)
    }

    @Test func fromAFolderToPredictions() throws {
        let pictures = try PictureFolder(count: 40)
        defer { pictures.remove() }
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let training = try json(
            CommandRun(
                [
                    "train", pictures.path, "--epochs", "6", "--batch", "16", "--output",
                    "m.safetensors",
                    "--json", "--workers", "2",
                ], in: folder))
        #expect(training["test"]?["accuracy"]?.number ?? 0 > 0.9)
        #expect(training["split"]?["train"]?.integer == 84)
        #expect(training["data"]?["shape"]?.array?.compactMap(\.integer) == [8, 8, 3])
        #expect(training["data"]?["workers"]?.integer == 2)

        let measured = try json(
            CommandRun(["evaluate", "m.safetensors", pictures.path, "--json"], in: folder))
        #expect(measured["rows"]?.integer == 120)
        #expect(measured["accuracy"]?.number ?? 0 > 0.9)

        let blue = "\(pictures.path)/blue"
        let predicted = try CommandRun(["predict", "m.safetensors", blue], in: folder)
        let lines = predicted.output.split(separator: "\n")
        #expect(lines.first == "file,prediction,blue,green,red")
        #expect(lines.count == 41)
        #expect(lines[1].hasPrefix("\(blue)/1000.png,"))
        #expect(lines.dropFirst().count { $0.contains(".png,blue,") } >= 36)
        // One image, of another size.
        let large = try ImagePixels(
            width: 20, height: 16, channels: 4,
            bytes: (0..<320).flatMap { _ in [10, 10, 250, 255] as [UInt8] })
        try pictures.write(large, to: "large.png")
        let one = try CommandRun(
            ["predict", "m.safetensors", "\(pictures.path)/large.png"], in: folder)
        #expect(
            one.output.hasPrefix(
                "file,prediction,blue,green,red\n\(pictures.path)/large.png,blue,"))
        let told = try CommandRun(
            ["predict", "m.safetensors", "\(pictures.path)/large.png", "--json"], in: folder
        ).json
        #expect(told["files"]?.array?.first?["file"]?.string == "\(pictures.path)/large.png")
    }

    @Test func theMostWrongImagesAreNamed() throws {
        let pictures = try PictureFolder(count: 30)
        defer { pictures.remove() }
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let target = try CommandRun(["train", pictures.path, "--target", "blue"], in: folder)
        #expect(target.status == 1 && target.errors.contains("--target"), "\(target.errors)")
        // A network that has learned nothing takes all images for one class.
        _ = try json(
            CommandRun(
                [
                    "train", pictures.path, "--steps", "1", "--learning-rate", "1e-9", "--output",
                    "m.safetensors", "--json",
                ], in: folder))
        let measured = try json(
            CommandRun(
                ["evaluate", "m.safetensors", pictures.path, "--worst", "5", "--json"], in: folder))
        let rows = try #require(measured["worst"]?["rows"]?.array)
        #expect(rows.count == 5)
        for row in rows {
            let file = try #require(row["file"]?.string)
            #expect(file.hasPrefix("\(pictures.path)/\(row["actual"]?.string ?? "?")/"))
        }
    }

    /// The final weights do not depend on who decodes, nor on an end and a resume.
    @Test func runsGoOnToTheSameBits() throws {
        let pictures = try PictureFolder(count: 30)
        defer { pictures.remove() }
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let options = [
            "--batch", "8", "--patience", "0", "--network", "192-16-3", "--augment", "shift",
        ]
        func train(_ name: String, _ more: [String]) throws {
            let run = try CommandRun(
                ["train", pictures.path, "--output", "\(name).safetensors", "--name", name]
                    + options
                    + more, in: folder)
            #expect(run.status == 0, "\(run.errors)")
        }
        try train("none", ["--workers", "0", "--epochs", "4"])
        try train("four", ["--workers", "4", "--epochs", "4"])
        try train("part", ["--epochs", "2"])
        let resumed = try CommandRun(["train", "--resume", "part", "--epochs", "4"], in: folder)
        #expect(resumed.status == 0, "\(resumed.errors)")
        let files = try ["none", "four", "part"].map {
            try SafetensorsFile(path: "\(folder.path)/\($0).safetensors")
        }
        for entry in files[0].entries {
            let all = try files.map { file in
                file.withBytes(of: try #require(file.entry(named: entry.name))) { Array($0) }
            }
            #expect(all[0] == all[1] && all[0] == all[2], "\(entry.name)")
        }
    }

    @Test func infoTellsAndDraws() throws {
        let pictures = try PictureFolder(count: 5)
        defer { pictures.remove() }
        let odd = try ImagePixels(
            width: 3, height: 9, channels: 2, bytes: [UInt8](repeating: 7, count: 54))
        try pictures.write(odd, to: "red/odd.png")
        try AtomicFile.write([1], to: "\(pictures.path)/red/notes.txt")
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let info = try CommandRun(
            ["data", "info", pictures.path, "--sheet", "s.png"], in: folder)
        for part in [
            "16 rows of 8 x 8 x 3 numbers", "  blue: 5\n", "  red: 6\n",
            "sizes: 8 x 8 (15), 3 x 9 (1)", "PNG RGB 8 bits (15)",
            "1 of 16 of other sizes: scaled to cover 8 x 8, cropped  [--image-size]",
            "1 of 16 with alpha: laid over white", "1 other files are left out",
            "sheet: s.png, rows: blue, green, red",
        ] {
            #expect(info.output.contains(part), "\(part) in \(info.output) \(info.errors)")
        }
        // 48 pixels a cell of six times 8, ten columns, three classes, lines of two.
        let sheet = try ImageFile.pixels(path: "\(folder.path)/s.png")
        #expect(sheet.width == 502 && sheet.height == 152 && sheet.channels == 3)
        let first = try ImageFile.pixels(path: "\(pictures.path)/blue/1000.png")
        #expect(Array(sheet.bytes[0..<3]) == [255, 255, 255])
        let again = try CommandRun(
            ["data", "info", pictures.path, "--sheet", "s.png"], in: folder)
        #expect(again.status == 1)
        #expect(again.errors.contains("--sheet: expected a new file, got s.png"))
        #expect(first.width == 8)
    }

    @Test func foldsAndSetsOfTheirOwn() throws {
        let pictures = try PictureFolder(count: 12)
        defer { pictures.remove() }
        let other = try PictureFolder(count: 4, in: "test")
        defer { other.remove() }
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let common = ["train", pictures.path, "--standardize", "--epochs", "3", "--json"]
        let folded = try json(
            CommandRun(
                common + [
                    "--folds", "3", "--test", "\(other.path)/test", "--output", "f.safetensors",
                ],
                in: folder))
        #expect(folded["validated_rows"]?.integer == 36)
        #expect(folded["cross_validation"]?["folds"]?.integer == 3)
        let measured = try json(
            CommandRun(
                ["evaluate", "f.safetensors", "\(other.path)/test", "--json"], in: folder))
        #expect(measured["rows"]?.integer == 12)
        #expect(folded["test"]?["accuracy"] == measured["accuracy"])
        let own = try json(
            CommandRun(
                common + [
                    "--validation", "\(other.path)/test", "--test", "\(other.path)/test",
                    "--output", "v.safetensors",
                ], in: folder))
        let counts = ["train", "validation", "test"].map { own["split"]?[$0]?.integer }
        #expect(counts == [36, 12, 12])
    }

    @Test func mistakesAreTold() throws {
        let pictures = try PictureFolder(count: 5)
        defer { pictures.remove() }
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let cases: [([String], String)] = [
            (["train", "\(pictures.path)/red"], "a folder for each class"),
            (
                ["train", pictures.path, "--folds", "40"],
                "from 2 folds to as many as there are rows"
            ),
            (
                ["train", pictures.path, "--test", "x.csv"],
                "x.csv: expected a folder with a folder"
            ),
            (["train", pictures.path, "--group", "a"], "expected a CSV file to go with"),
            (["train", "iris", "--standardize"], "columns of tables are standardized by their"),
            (["train", pictures.path, "--effort", "quick"], "--effort: expected a CSV file"),
            (["train", pictures.path, "--image-size", "big"], "--image-size: expected pixels"),
            (
                ["train", pictures.path, "--workers", "-1"],
                "--workers: expected threads from 0 to 64"
            ),
            (["train", "iris", "--image-size", "8"], "expected a folder of images to go with"),
        ]
        for (arguments, expected) in cases {
            let run = try CommandRun(arguments, in: folder)
            #expect(run.status != 0)
            #expect(run.errors.contains(expected), "\(arguments): \(run.errors)")
        }
        #expect(folder.contents.filter { !$0.hasPrefix(".") }.isEmpty)
    }
}
