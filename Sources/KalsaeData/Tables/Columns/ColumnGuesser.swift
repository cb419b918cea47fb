import KalsaeFiles
import KalsaeSupport

/// Decides what the columns of a table are, from all rows and without the target.
struct ColumnGuesser {
    let table: Table
    let options: TableOptions

    /// Of a hundred cells, the texts among numbers that make a column text: below, they are gaps.
    static let textsOfHundred = 5

    /// What a column is, or what a caller asks that it be.
    func guess(_ column: Int, asked: ColumnRole?) throws(KalsaeError) -> ColumnGuess {
        var guess = ColumnGuess(table, column: column)
        guess.isRequested = asked != nil
        if let asked {
            guess.reason = "as asked for"
            try request(asked, &guess)
            return guess
        }
        switch table.columns[column].contents {
        case .nothing: drop(&guess, "it is empty")
        case .numbers(let numbers): number(numbers, &guess)
        case .texts(let texts):
            guess.distinct = texts.names.count
            text(texts, &guess)
        }
        return guess
    }

    private func request(_ role: ColumnRole, _ guess: inout ColumnGuess) throws(KalsaeError) {
        let texts = table.texts(of: guess.column)
        guess.distinct = texts.names.count
        switch role {
        case .number:
            // A length of time is asked for as a number.
            let isTime = texts.names.allSatisfy { DateText.parse($0, .duration) != nil }
            if isTime, !texts.names.isEmpty, table.columns[guess.column].counts.numbers == 0 {
                date(.duration, isAmbiguous: false, texts, &guess)
            } else {
                spoiled(&guess)
            }
        case .category: category(texts, &guess)
        case .text: free(&guess)
        case .date:
            var order = DateOrder.guess(texts, dayFirst: options.dayFirst)?.order
            if case .numbers(let numbers) = table.columns[guess.column].contents {
                order = DateOrder.counted(numbers) ?? order
            }
            guard let order else {
                let row = texts.codes.firstIndex { $0 >= 0 } ?? 0
                throw table.fault(
                    guess.column, row, expected: "dates written in one way",
                    advice: "dates are read as 2024-03-01, 1.3.2024, 3/1/2024, 1 March 2024, "
                        + "seconds since 1970 or days since 1899-12-30")
            }
            date(order, isAmbiguous: false, texts, &guess)
        case .dropped, .identifier, .target, .weight, .group:
            guess.role = .dropped
            guess.becomes = "nothing"
        }
    }

    private func drop(_ guess: inout ColumnGuess, _ reason: String) {
        (guess.role, guess.reason, guess.becomes) = (.dropped, reason, "nothing")
        guess.note = "left out: \(reason)"
    }

    private func identifier(_ guess: inout ColumnGuess, _ reason: String) {
        (guess.role, guess.reason, guess.becomes) = (.identifier, reason, "nothing")
        guess.note = "left out: \(reason)"
    }

    private func presence(_ value: String, _ guess: inout ColumnGuess) {
        guess.role = .category
        guess.reason = "it is \"\(value)\" or empty"
        guess.becomes = "whether it is missing"
        guess.note = "is \"\(value)\" or empty: becomes whether it is missing"
    }

    private func number(_ numbers: [Double], _ guess: inout ColumnGuess) {
        let present = NumberProfile(numbers)
        guess.distinct = present.distinct
        if guess.distinct == 1 {
            guard guess.missing > 0 else { return drop(&guess, "it is constant") }
            return presence(TargetEncoder.className(present.least), &guess)
        }
        if guess.distinct == 2, present.least == 0, present.most == 1 {
            guess.role = .category
            guess.reason = "it is 0 or 1"
            guess.becomes = "one input" + gaps(guess)
            return
        }
        if isCompactDate(numbers, present) {
            return date(.yearFirst, isAmbiguous: false, table.texts(of: guess.column), &guess)
        }
        guess.role = .number
        let unit = table.csv.columns[guess.column].unit
        guess.reason = "all its cells are numbers" + (unit.map { " in \($0)" } ?? "")
        guess.becomes = "a number" + gaps(guess)
        guess.note = NumberHint.of(numbers, present, name: guess.name)
    }

    private func gaps(_ guess: ColumnGuess) -> String {
        guess.missing > 0 ? " and whether it is missing" : ""
    }

    /// Whether all are days as 20240301, at least three different ones: one in thirty numbers of
    /// that size is.
    private func isCompactDate(_ numbers: [Double], _ profile: NumberProfile) -> Bool {
        guard profile.distinct >= 3, profile.least >= 18_000_101, profile.most <= 22_001_231 else {
            return false
        }
        return numbers.allSatisfy {
            $0.isNaN
                || $0.rounded() == $0
                    && DateText.parse(TargetEncoder.className($0), .yearFirst) != nil
        }
    }

    private func text(_ texts: Table.Texts, _ guess: inout ColumnGuess) {
        let counts = table.columns[guess.column].counts
        let present = texts.codes.count - guess.missing
        if texts.names.count == 1 {
            guard guess.missing > 0 else { return drop(&guess, "it is constant") }
            return presence(texts.names[0], &guess)
        }
        if !counts.hasLeadingZeros, counts.texts > 0,
            counts.texts * 100 < present * Self.textsOfHundred
                || isNumbersAndAWord(texts, present, guess)
        {
            return spoiled(&guess)
        }
        if case (var order, let isAmbiguous)? = DateOrder.guess(texts, dayFirst: options.dayFirst) {
            if order == .timeOfDay, DateOrder.isDurationName(guess.name) { order = .duration }
            return date(order, isAmbiguous: isAmbiguous, texts, &guess)
        }
        let shape = TextShape(texts, present: present)
        if let reason = shape.identifierReason(guess.name) { return identifier(&guess, reason) }
        if shape.isFreeText, !BooleanWords.areAll(texts.names) {
            free(&guess)
            guess.reason = "\(texts.names.count) different texts in \(present.counting("cell"))"
            guess.note = "is free text: becomes \(guess.becomes)" + mixture(guess)
            return
        }
        category(texts, &guess)
    }

    /// Whether one or two words stand among many different numbers: gaps, although they are not few.
    private func isNumbersAndAWord(
        _ texts: Table.Texts, _ present: Int, _ guess: ColumnGuess
    ) -> Bool {
        let counts = table.columns[guess.column].counts
        guard counts.texts * 3 < present else { return false }
        let (words, _) = table.words(among: guess.column)
        return words.count <= 2 && texts.names.count - words.count >= 20
            && !table.csv.columns[guess.column].hasSeveralUnits
    }

    private func free(_ guess: inout ColumnGuess) {
        guess.role = .text
        let width = TextHashing.fitting(rows: table.rowCount).width
        guess.becomes = "\(width) inputs of hashed words and parts of words" + gaps(guess)
    }

    /// Numbers among which there are texts: those are gaps.
    private func spoiled(_ guess: inout ColumnGuess) {
        let rows = table.unreadableRows(of: guess.column)
        let texts = table.texts(of: guess.column)
        let words = Set(rows.map { texts.names[Int(texts.codes[$0])] })
        guess.role = .number
        guess.missingWords = words.sorted(by: CategoryFolding.isOrdered)
        guess.missing += rows.count
        guess.becomes = "a number" + gaps(guess)
        guard let first = rows.first else {
            if !guess.isRequested { guess.reason = "all its cells are numbers" }
            return
        }
        let cells = rows.count.counting("cell")
        let text = table.csv.text(row: first, column: guess.column)
        let told =
            "\(cells) of text, first \"\(text)\" on line \(table.csv.line(ofRow: first))"
        if !guess.isRequested { guess.reason = "numbers but for \(told)" }
        guess.note = "is numbers but for \(told), taken as missing"
    }

    private func date(
        _ order: DateOrder, isAmbiguous: Bool, _ texts: Table.Texts, _ guess: inout ColumnGuess
    ) {
        let parsed = texts.names.map { DateText.parse($0, order) }
        let unread = zip(texts.names, parsed).filter { $1 == nil }.map { $0.0 }
        guess.role = .date
        guess.dateOrder = order
        guess.missingWords = unread.sorted(by: CategoryFolding.isOrdered)
        if !guess.isRequested { guess.reason = "dates as \(order.rawValue)" }
        switch order {
        case .duration: guess.becomes = "a number"
        default: guess.becomes = DateInputs(parsed.compactMap { $0 }, order).text()
        }
        guess.becomes += unread.isEmpty ? gaps(guess) : " and whether it is missing"
        var note = "is a date (\(order.rawValue)"
        if isAmbiguous { note += "; day and month may be the other way round" }
        note += "): becomes \(guess.becomes)"
        if order == .timeOfDay { note += "; --column \(guess.name)=number reads a length of time" }
        if let first = unread.first { note += "; \"\(first)\" and the like are taken as missing" }
        guess.note = note
    }

    private func category(_ texts: Table.Texts, _ guess: inout ColumnGuess) {
        let counts = texts.counts(in: 0..<table.rowCount)
        let folding = CategoryFolding(texts.names, counts: counts)
        var byName: [String: Int] = [:]
        for (name, count) in zip(folding.names, counts) { byName[name, default: 0] += count }
        let (kept, rare) = CategoryFeature.split(byName, rows: table.rowCount)
        guess.role = .category
        if !guess.isRequested {
            guess.reason =
                folding.isBoolean
                ? "it says yes or no" : "\(byName.count) different texts"
        }
        guess.becomes =
            byName.count == 2 ? "one input" : "\(kept.count + (rare > 0 ? 1 : 0)) inputs"
        var notes = texts.note.map { [$0] } ?? []
        if !folding.folded.isEmpty {
            let shown = folding.folded.prefix(5).map { "\"\($0)\"" }.joined(separator: ", ")
            notes.append("has other spellings of the same, read alike: \(shown)")
        }
        if rare > 0, byName.count > 2 {
            let fewest = CategoryFeature.fewestRows(of: table.rowCount)
            let word = rare == 1 ? "text is" : "texts are"
            notes.append(
                "has \(byName.count) different texts; \(rare) \(word) rare (below \(fewest.counting("row")), "
                    + "or beyond \(CategoryFeature.mostInputs(of: table.rowCount)) texts) and taken together"
            )
            guess.becomes += ", one of them for \(rare) rare texts together"
        }
        let mixture = mixture(guess)
        if !mixture.isEmpty { notes.append("has \(byName.count) different texts" + mixture) }
        if let text = Self.capitals(byName.keys) {
            notes.append("has texts that differ in capitals only, kept apart: \(text)")
        }
        if table.columns[guess.column].counts.hasLeadingZeros {
            notes.append("has leading zeros, which make it text")
        }
        if byName.count == 2, guess.missing > 0 { guess.becomes += gaps(guess) }
        guess.note = notes.isEmpty ? nil : notes.joined(separator: "; ")
    }

    /// The first two texts that are the same but for capitals.
    private static func capitals(_ names: some Sequence<String>) -> String? {
        var seen: [String: String] = [:]
        for name in names.sorted() {
            if let other = seen.updateValue(name, forKey: name.lowercased()) {
                return "\"\(other)\", \"\(name)\""
            }
        }
        return nil
    }

    /// Points at the text that keeps a column of numbers from being one.
    private func mixture(_ guess: ColumnGuess) -> String {
        let counts = table.columns[guess.column].counts
        guard counts.numbers > counts.texts || table.csv.columns[guess.column].hasSeveralUnits,
            counts.numbers > 0, counts.texts > 0
        else { return "" }
        guard let first = table.words(among: guess.column).first else { return "" }
        let text = table.csv.text(row: first, column: guess.column)
        if table.csv.columns[guess.column].hasSeveralUnits {
            return "; its numbers have several units, \"\(text)\" on line "
                + "\(table.csv.line(ofRow: first)) another than most"
        }
        return "; \(counts.numbers.counting("cell")) are numbers, \"\(text)\" on line "
            + "\(table.csv.line(ofRow: first)) is not"
    }
}
