/// Chapters from Markdown: blocks between empty lines, each of a kind by how it begins.
///
/// `# name` begins a chapter; `= ` is its title, `- ` its summary, `? ` a question whose answer
/// begins with `! `, `>> ` the exercise, `+ ` what to do with own data with the command behind
/// `$ `, `* ` a misprint, `~ name: ` a caption; four spaces are a formula, all others paragraphs.
struct ChapterText {
    private(set) var chapters: [(name: String, chapter: Chapter)] = []

    init(_ text: String) {
        var block: [Substring] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.allSatisfy(\.isWhitespace) {
                add(block)
                block = []
            } else {
                block.append(line)
            }
        }
        add(block)
    }

    private mutating func add(_ lines: [Substring]) {
        guard let first = lines.first else { return }
        if first.hasPrefix("# ") {
            chapters.append((String(first.dropFirst(2)), Chapter()))
            return add(Array(lines.dropFirst()))
        }
        guard !chapters.isEmpty else { return }
        add(lines, first, to: &chapters[chapters.count - 1].chapter)
    }

    private func add(_ lines: [Substring], _ first: Substring, to chapter: inout Chapter) {
        if first.hasPrefix("    ") {
            chapter.passages.append(
                .formula(lines.map { $0.dropFirst(4) }.joined(separator: "\n")))
        } else if first.hasPrefix("= ") {
            for line in lines {
                if line.hasPrefix("= ") { chapter.title = String(line.dropFirst(2)) }
                if line.hasPrefix("- ") { chapter.summary = String(line.dropFirst(2)) }
            }
        } else if first.hasPrefix("? ") {
            let split = lines.firstIndex { $0.hasPrefix("! ") } ?? lines.endIndex
            chapter.questions.append(
                Chapter.Question(
                    text: joined(lines[..<split]).dropping(2),
                    answer: joined(lines[split...]).dropping(2)))
        } else if first.hasPrefix(">> ") {
            chapter.exercise = joined(lines[...]).dropping(3)
        } else if first.hasPrefix("+ ") {
            let split = lines.firstIndex { $0.hasPrefix("$ ") } ?? lines.endIndex
            chapter.ownData = joined(lines[..<split]).dropping(2)
            chapter.command = joined(lines[split...]).dropping(2)
        } else if first.hasPrefix("* ") {
            chapter.misprints.append(joined(lines[...]).dropping(2))
        } else if first.hasPrefix("~ ") {
            let text = joined(lines[...]).dropping(2)
            guard let colon = text.firstIndex(of: ":") else { return }
            chapter.captions[String(text[..<colon])] = String(text[text.index(after: colon)...])
                .dropping(1)
        } else {
            chapter.passages.append(.text(joined(lines[...])))
        }
    }

    private func joined(_ lines: ArraySlice<Substring>) -> String {
        lines.map { line in
            String(line.drop(while: \.isWhitespace))
        }.joined(separator: " ")
    }
}

extension String {
    fileprivate func dropping(_ count: Int) -> String { String(dropFirst(count)) }
}
