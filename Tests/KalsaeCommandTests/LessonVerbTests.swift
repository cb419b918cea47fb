import Foundation
import KalsaeFiles
import Testing

/// Lessons, as a reader asks for them.
@Suite struct LessonVerbTests {
    private let folder: CommandRun.Folder

    init() throws { folder = try CommandRun.Folder() }

    private func run(_ arguments: String..., locale: String = "C.UTF-8") throws -> CommandRun {
        var environment = ["LC_ALL": locale]
        environment["KALSAE_DATA"] = dataFolder
        return try CommandRun(["lesson"] + arguments, in: folder, environment: environment)
    }

    @Test func theListHasTitlesRowsAndKnobs() throws {
        defer { folder.remove() }
        let lessons = try #require(try run("--list", "--json").json["lessons"]?.array)
        #expect(lessons.count == 40)
        var rows: Set<Int> = []
        for lesson in lessons {
            #expect(lesson["title"]?.string?.isEmpty == false)
            rows.formUnion(lesson["rows"]?.array?.compactMap(\.integer) ?? [])
        }
        #expect(rows == Set(1...29))
        let backprop = try #require(lessons.first { $0["name"]?.string == "backprop" })
        let knob = try #require(backprop["knobs"]?.array?.first)
        #expect(knob["name"]?.string == "rate" && knob["default"]?.number == 0.5)
        #expect(knob["low"]?.number == 0.001 && knob["high"]?.number == 50)
    }

    @Test func theLanguageIsThatOfTheLocaleOrOfTheOption() throws {
        defer { folder.remove() }
        let korean = try run("perceptron", locale: "ko_KR.UTF-8")
        #expect(korean.status == 0, "\(korean.errors)")
        #expect(korean.output.hasPrefix("퍼셉트론과 논리 게이트\n"))
        #expect(try run("perceptron").output.hasPrefix("Perceptron and logic gates\n"))
        let chosen = try run("perceptron", "--language", "ko")
        #expect(chosen.output.contains("예측해 보고 펼치기"))
    }

    @Test func aTerminalShowsQuestionsNumbersAndAnswers() throws {
        defer { folder.remove() }
        let text = try run("backprop").output
        let parts = [
            "Lectures: 000 “5. 순전파”", "Predict, then reveal", "The eight weights",
            "The lectures' numbers beside those of this run", "is a misprint: 0.68047 is z₄",
            "── Answer", "--answer …", "--set rate=0.5", "Now with my data",
            "39 of 39 numbers come out",
        ]
        var rest = text[...]
        for part in parts {
            let found = try #require(rest.range(of: part), "\(part)")
            rest = rest[found.upperBound...]
        }
        #expect(text.contains("W5  0.4500  0.025923  0.4370    0.4370"))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
        #expect(try run("backprop", "--quiet").output.hasSuffix(" s\n"))
    }

    @Test func anAnswerIsChecked() throws {
        defer { folder.remove() }
        #expect(try run("perceptron", "--answer=1,-1,-0.5").status == 0)
        let wrong = try run("optimizers-2d", "--answer=-6.7977,5", "--json")
        #expect(wrong.status == 1)
        #expect(try wrong.json["right"]?.bool == false)
        #expect(try wrong.json["numbers"]?.array?.map(\.bool) == [true, false])
        for (answer, says) in [("1,2", "expected 3 numbers, got 2"), ("a,b,c", "expected numbers")]
        {
            let refused = try run("perceptron", "--answer", answer)
            #expect(refused.status == 1 && refused.errors.contains(says), "\(refused.errors)")
        }
    }

    @Test func knobsAreChangedAndRefused() throws {
        defer { folder.remove() }
        let changed = try run("backprop", "--set", "rate=1", "--json")
        #expect(changed.status == 0)
        #expect(try changed.json["demanded"]?.bool == false)
        #expect(try changed.json["passed"]?.bool == false)
        for (knob, says) in [
            ("rate=99", "from 0.001 to 50, got 99"), ("speed=1", "expected one of rate"),
            ("rate", "expected as rate=0.5"), ("rate=fast", "expected as rate=0.5"),
        ] {
            let refused = try run("backprop", "--set", knob)
            #expect(refused.status == 1 && refused.errors.contains(says), "\(refused.errors)")
        }
    }

    @Test func aKnobIsSetOnce() throws {
        defer { folder.remove() }
        let refused = try run("backprop", "--set", "rate=1", "--set", "rate=2")
        #expect(refused.status == 1)
        #expect(
            refused.errors == "error: --set: expected each knob once, got rate more than once\n")
    }

    @Test func aPageHasItsEnding() throws {
        defer { folder.remove() }
        let refused = try run("perceptron", "--html", "page.txt")
        #expect(refused.status == 1 && refused.output.isEmpty)
        #expect(refused.errors.contains("expected a file that ends with .html, got page.txt"))
        #expect(folder.contents.isEmpty)
    }

    /// Where a lesson has a short form, and in both languages.
    @Test(.enabled(if: dataFolder != nil, "needs the public data sets"))
    func aShortLessonSaysSo() throws {
        defer { folder.remove() }
        let said = [
            "en": "Cut short, with fewer seeds or steps; the whole lesson: ",
            "ko": "시드나 단계를 줄인 짧은 실행입니다. 전체 실행: ",
        ]
        for (language, line) in said {
            let text = try run(
                "overfit", "--short", "--language", language, "--html", "\(language).html")
            #expect(text.output.contains(line + "kalsae lesson overfit\n"))
            let page = String(decoding: try folder.bytes(of: "\(language).html"), as: UTF8.self)
            #expect(page.contains(line + "<code>kalsae lesson overfit</code>"))
        }
        #expect(try !run("xor", "--short").output.contains("Cut short"))
    }

    @Test func aPageAndFiguresAreWritten() throws {
        defer { folder.remove() }
        let written = try run("xor", "--html", "xor.html", "--svg", "a", "--png", "b", "--dark")
        #expect(written.status == 0, "\(written.errors)")
        let page = String(decoding: try folder.bytes(of: "xor.html"), as: UTF8.self)
        #expect(page.contains("<h1>XOR and the multi-layer perceptron</h1>"))
        #expect(try folder.bytes(of: "b/loss.png").starts(with: [0x89, 0x50, 0x4e, 0x47]))
        #expect(try folder.bytes(of: "a/regions.svg").starts(with: Data("<".utf8)))
        let again = try run("xor", "--html", "xor.html")
        #expect(again.status == 1 && again.errors.contains("--overwrite"))
        #expect(try run("xor", "--html", "xor.html", "--overwrite", "--quiet").status == 0)
    }
}
