import Glibc
import KalsaeData
import KalsaeFiles
import KalsaeSupport
import Testing

/// Dates and times in the forms that tables have them.
@Suite struct DateTests {
    private func guess(_ cells: [String], dayFirst: Bool? = nil) throws -> ColumnGuess {
        let table = try table("d;x", rows: 60) { "\"\(cells[$0 % cells.count])\";\($0).5" }
        var options = TableOptions()
        options.dayFirst = dayFirst
        return try #require(TableGuesses(table, options: options).columns.first)
    }

    @Test(arguments: [
        (["2024-03-01", "2023-12-31", "2024-02-29"], DateOrder.yearFirst),
        (
            ["2024-03-01T10:30:00Z", "2024-03-02T11:00:00+09:00", "2024-03-02T11:00:00.250"],
            .yearFirst
        ),
        (["2024-03-01 10:30", "2024-03-02 23:59:59", "2024-03-05 00:00 UTC"], .yearFirst),
        (["2024/3/1", "2024/12/31", "2024/02/09"], .yearFirst),
        (["20240301", "20231231", "20240229"], .yearFirst),
        (["2024년 3월 1일", "2023년 12월 31일", "2024. 2. 29."], .yearFirst),
        (["2024년 3월 1일 오후 3:05", "2023년 12월 31일 오전 12:00", "2024.02.29 13:00"], .yearFirst),
        (["2024-03", "2023-12", "2024-01"], .yearFirst),
        (["01.03.2024", "31.12.2023", "9.2.24"], .dayFirst),
        (["01.03.2024 10:30", "31.12.2023 11:00 Uhr", "9.2.2024 08:15:00"], .dayFirst),
        (["13/01/2024", "31/12/2023", "01/02/2024"], .dayFirst),
        (["01/13/2024", "12/31/2023", "02/01/2024 3:30 PM"], .monthFirst),
        (["1 March 2024", "31. Dezember 2023", "9 févr. 2024", "3 de enero de 2024"], .named),
        (["Mar 1, 2024", "December 31st, 2023", "Fri, Feb 9, 2024 10:00 AM"], .named),
        (["01-Mar-2024", "31-DEC-23", "09-Feb-2024 10:00:00"], .named),
        (["10:30", "23:59:59", "1:05 pm"], .timeOfDay),
    ])
    func formsAreRecognized(cells: [String], order: DateOrder) throws {
        let guess = try guess(cells)
        #expect(guess.role == .date, "\(cells) \(guess.reason)")
        #expect(guess.dateOrder == order, "\(cells)")
        #expect(guess.missingWords.isEmpty)
        #expect(guess.note?.contains("is a date") == true)
    }

    @Test(arguments: [
        ["10-20", "20-30", "30-40"], ["192.168.1.1", "10.0.0.1", "127.0.0.1"],
        ["1.2.3", "1.10.2", "2.0.1"], ["2023-02-30", "2023-13-01", "2023-00-10"],
        ["12:75", "25:30", "10:61"], ["Maria", "Augusta", "Mai"], ["3/4", "1/2", "3/8"],
        ["2010-2020", "2000-2010", "1990-2000"],
    ])
    func othersAreNot(cells: [String]) throws {
        #expect(try guess(cells).role == .category, "\(cells)")
    }

    @Test func dayAndMonthAreDecidedByTheColumn() throws {
        let both = ["01/02/2024", "03/04/2024"]
        let unclear = try guess(both)
        #expect(unclear.dateOrder == .monthFirst)
        #expect(unclear.note?.contains("day and month may be the other way round") == true)
        #expect(try guess(both, dayFirst: true).dateOrder == .dayFirst)
        // In order of time only with the day first.
        let table = try table("d,x", rows: 12) { "0\($0 / 6 + 1)/0\($0 / 6 + 1)/2024,\($0).5" }
        #expect(try TableGuesses(table).columns[0].note?.contains("other way") == false)
        let ascending = try KalsaeDataTests.table("d,x", rows: 9) {
            "\(["01/02", "02/02", "03/02", "01/03", "05/03", "09/03", "02/04", "03/04", "04/04"][$0])/2024,\($0).5"
        }
        #expect(try TableGuesses(ascending).columns[0].dateOrder == .dayFirst)
    }

    /// What is told of a date is what it becomes.
    @Test func becomesNamesTheInputsThatAreThere() throws {
        func becomes(_ cell: (Int) -> String) throws -> String {
            let table = try table("d,t", rows: 60) { "\(cell($0)),\($0 % 2)" }
            return try TableGuesses(table).columns[0].becomes
        }
        #expect(
            try becomes { "202\($0 % 4)-0\($0 % 9 + 1)-1\($0 % 10)" }
                == "the time that passed, year, and cycles of month, weekday and day of the year")
        #expect(
            try becomes { "2024-03-01 0\($0 % 7):30" }
                == "the time that passed, and a cycle of hours")
        #expect(try becomes { "0\($0 % 7):30" } == "a cycle of hours")
    }

    @Test func partsAndCyclesAreInputs() throws {
        let table = try table("d,t", rows: 60) {
            "\(2020 + $0 % 4)-0\($0 % 9 + 1)-1\($0 % 10) 0\($0 % 7):30,\($0 % 2)"
        }
        let encoder = try #require(DataParts(table, name: "a", target: "t", seed: 1).encoder)
        #expect(
            encoder.inputNames == [
                "d: elapsed", "d: year", "d: month sine", "d: month cosine", "d: weekday sine",
                "d: weekday cosine", "d: day of year sine", "d: day of year cosine", "d: hour sine",
                "d: hour cosine",
            ])
        #expect(encoder.numberCount == 2)
        // 2021-04-01 was a Thursday, the 90th day after the first; 06:00 is a quarter of a day.
        let inputs = try encoder.features(of: KalsaeDataTests.table("d\n2021-04-01 06:00\n"))
        let phases = [3.0 / 12, 3.0 / 7, 90.0 / 366, 0.25]
        for (index, phase) in phases.enumerated() {
            #expect(abs(Double(inputs[2 + 2 * index]) - sin(2 * .pi * phase)) < 1e-6)
            #expect(abs(Double(inputs[3 + 2 * index]) - cos(2 * .pi * phase)) < 1e-6)
        }
        #expect(try TableEncoder(json: JSONValue(parsing: encoder.json.text)) == encoder)
        // A later moment has a larger number, and one that is no date is told.
        let two = try encoder.features(
            of: KalsaeDataTests.table("d\n2021-04-01 06:00\n2021-04-01 07:00\n"))
        #expect(two[0] < two[10])
        let (none, lines) = try Notice.collect {
            try encoder.features(of: KalsaeDataTests.table("d\nsoon\n"))
        }
        #expect(none.allSatisfy { $0 == 0 })
        #expect(lines.count == 1 && lines[0].contains("no date as year month day"))
    }

    @Test func daysAreThoseOfTheCalendar() throws {
        // Distances known from the calendar: a leap year, a century without, one with.
        for (from, to, days) in [
            ("2024-02-28", "2024-03-01", 2.0), ("1900-02-28", "1900-03-01", 1),
            ("2000-02-28", "2000-03-01", 2), ("1969-12-31", "1970-01-02", 2),
            ("2023-01-01", "2024-01-01", 365), ("1600-01-01", "2000-01-01", 146_097),
        ] {
            let table = try table(
                "d,t\n"
                    + (0..<10).map { "\($0 % 2 == 0 ? from : to),\($0)" }
                    .joined(separator: "\n"))
            var options = TableOptions()
            options.time = "d"
            options.task = .regression
            let times = try #require(PreparedTable(table, target: "t", options: options).times)
            #expect(times[1] - times[0] == days)
        }
    }
}
