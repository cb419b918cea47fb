import KalsaeData
import KalsaeFiles
import KalsaeSupport
import Testing

/// Columns beyond the usual: lengths of time, mixed dates, counts of days, stand-ins, large numbers.
@Suite struct FoundColumnTests {
    private func guess(_ name: String = "c", _ role: ColumnRole? = nil, _ cell: (Int) -> String)
        throws -> ColumnGuess
    {
        let table = try table("\(name);x", rows: 60) { "\(cell($0));\($0 % 7).5" }
        var options = TableOptions()
        options.roles[name] = role
        return try #require(TableGuesses(table, options: options).columns.first)
    }

    /// The inputs of cells after a fit on them, on the scale where the first is 0.
    private func elapsed(_ cells: [String], as role: ColumnRole? = nil) throws -> [Double] {
        let table = try table("c;t", rows: 60) { "\(cells[$0 % cells.count]);\($0 % 2)" }
        var options = TableOptions()
        options.roles["c"] = role
        options.time = "c"
        let times = try #require(PreparedTable(table, target: "t", options: options).times)
        return (0..<cells.count).map { (times[$0] - times[0]) * 86_400 }
    }

    @Test func lengthsOfTimeAreNumbers() throws {
        let long = try guess { "\(20 + $0 % 30):1\($0 % 9):05" }
        #expect(long.role == .date && long.dateOrder == .duration)
        #expect(long.becomes == "a number")
        // Of a length below a day only the name tells, or whoever is asked.
        let short: (Int) -> String = { "\($0 % 5):1\($0 % 9):05" }
        #expect(try guess("c", nil, short).dateOrder == .timeOfDay)
        #expect(try guess("c", nil, short).note?.contains("--column c=number") == true)
        #expect(try guess("Fahrtdauer", nil, short).dateOrder == .duration)
        #expect(try guess("c", .number, short).dateOrder == .duration)
        let times = try elapsed(["24:00:00", "25:30:15", "30:00:00.5"])
        // Days of a Double have steps of 1e-15.
        #expect(zip(times, [0, 5415, 21_600.5]).allSatisfy { abs($0 - $1) < 1e-6 })
        let table = try table("duration;t", rows: 60) { "\($0 % 5):3\($0 % 9);\($0 % 2)" }
        let encoder = try #require(DataParts(table, name: "a", target: "t", seed: 1).encoder)
        #expect(encoder.inputNames == ["duration"] && encoder.numberCount == 1)
        #expect(try TableEncoder(json: JSONValue(parsing: encoder.json.text)) == encoder)
    }

    @Test func proportionsAreNoTimes() throws {
        #expect(try guess { "\($0 % 3 + 1):\($0 % 4 + 1)" }.role == .category)
        #expect(try guess { "\($0 % 3 + 1):\($0 % 2 + 90)" }.role == .category)
    }

    @Test func erasWeeksQuartersAndZones() throws {
        // 2019-05-01 and 2024-05-01 are 1827 days apart; Monday of week 1 of 2024 is January 1.
        #expect(try elapsed(["令和1年5月1日", "令和6年5月1日"]) == [0, 1827 * 86_400])
        #expect(
            try elapsed(["2024-W01", "2024-W02-3", "2023-W52"]) == [0, 9 * 86_400, -7 * 86_400])
        #expect(try elapsed(["2024Q1", "2024-Q2", "2024 Q1"]) == [0, 91 * 86_400, 0])
        let zones = ["2024-03-01 10:00 CET", "2024-03-01 09:00 UTC", "2024-03-01 04:00 EST"]
        #expect(try elapsed(zones).allSatisfy { abs($0) < 1e-4 })
    }

    @Test func oneColumnInSeveralWays() throws {
        let ways = ["2024-03-14", "14.03.2024", "March 14, 2024", "20240314", "14 Mar 2024"]
        #expect(try guess { ways[$0 % 5] }.dateOrder == .mixedDayFirst)
        #expect(try elapsed(ways) == [0, 0, 0, 0, 0])
        let american = ["2024-03-14", "03/14/2024", "Mar 14, 2024"]
        #expect(try guess { american[$0 % 3] }.dateOrder == .mixedMonthFirst)
    }

    @Test func countsOfDaysAndSecondsAreToldAndRead() throws {
        let serial = try guess("Datum") { "\(45_000 + $0 * 7 % 60)" }
        #expect(serial.role == .number)
        #expect(serial.note?.contains("days since 1899-12-30") == true)
        #expect(try guess("Datum", .date) { "\(45_000 + $0 % 60)" }.dateOrder == .serialDays)
        let seconds = try guess("created_at") { "\(1_700_000_000 + $0 * 7 % 60 * 3_600)" }
        #expect(seconds.note?.contains("seconds since 1970") == true)
        let asked = try guess("c", .date) { "\(1_700_000_000_000 + $0 * 1_000)" }
        #expect(asked.dateOrder == .unixSeconds)
        #expect(try guess("price") { "\(45_000 + $0 * 7 % 60)" }.note == nil)
    }

    @Test func standInsForMissingNumbersAreTold() throws {
        let cold = try guess { $0 % 10 == 3 ? "-999" : "\($0 % 30).5" }
        #expect(
            cold.note
                == "has -999 in 6 cells, far from all others; --missing -999 takes it as missing")
        #expect(try guess { "\($0 % 10 == 3 ? 999 : 900 + $0 % 60)" }.note == nil)
        #expect(try guess { "\($0 % 10 == 3 ? -1 : $0 % 30)" }.note == nil)
    }

    @Test func wholeNumbersBeyondDoubleAreTold() throws {
        let large = try guess { "\(9_007_199_254_740_993 + $0 * 2)" }
        #expect(large.note?.contains("beyond 2^53") == true)
        #expect(try guess { "\($0 * 7 % 60)e30" }.note == nil)
    }

    @Test func severalCurrenciesAreNotOne() throws {
        let mixed = try guess { "\(["$", "€", "£"][$0 % 3])\($0 % 9).50" }
        #expect(mixed.role != .number)
        #expect(mixed.note?.contains("several units") == true, "\(mixed.note ?? "")")
        #expect(try guess { "\($0 * 7 % 60).5 kg" }.reason == "all its cells are numbers in kg")
    }

    @Test func unicodeAndBlanksDoNotTellTextsApart() throws {
        // One name composed, one decomposed; blanks of no width and of no break.
        let names = ["K\u{f6}ln", "Ko\u{308}ln", "K\u{f6}ln\u{200b}", "\u{a0}K\u{f6}ln", "Ulm"]
        let table = try table("Gr\u{f6}\u{df}e\u{a0}\u{200b};c;t", rows: 60) {
            "\($0 * 7 % 60).5;\(names[$0 % 5]);\($0 % 2)"
        }
        #expect(table.columns[0].name == "Gr\u{f6}\u{df}e")
        let encoder = try #require(DataParts(table, name: "a", target: "t", seed: 1).encoder)
        #expect(encoder.inputNames.filter { $0.hasPrefix("c") } == ["c=Ulm"])
        #expect(try table.position(of: "Gro\u{308}\u{df}e") == 0)
    }

    @Test func capitalsAreKeptAndTold() throws {
        let city = try guess { ["Berlin", "BERLIN", "Bonn"][$0 % 3] }
        #expect(city.distinct == 3)
        #expect(city.note?.contains("capitals only, kept apart: \"BERLIN\", \"Berlin\"") == true)
    }

    @Test func aColumnHasOneRoleAndTheTargetNone() throws {
        let table = try table("a,b,t", rows: 60) { "\($0 % 7).5,\($0 % 5),\($0 % 2)" }
        func fault(_ change: (inout TableOptions) -> Void) -> String {
            var options = TableOptions()
            change(&options)
            return message { _ = try TableGuesses(table, target: "t", options: options) }
        }
        #expect(fault { $0.drop = ["t"] }.contains("dropped for the target \"t\""))
        #expect(fault { $0.roles["t"] = .text }.contains("--task says what the target is"))
        #expect(
            fault {
                $0.drop = ["a"]; $0.roles["1"] = .text
            }.contains("one role for the column"))
        #expect(
            fault { $0.roles = ["a": .number, "1": .text] }.contains("number and text")
                || fault { $0.roles = ["a": .number, "1": .text] }.contains("text and number"))
    }

    @Test func textsWithAscendingDigitsAreNotNumberings() throws {
        for cell: (Int) -> String in [
            { "\($0):\($0 % 50 + 10)" }, { "52°\($0)'\($0)\"N" }, { "v1.\($0)" }, { "\($0)/100" },
        ] {
            #expect(try guess("c", nil, cell).role != .identifier)
        }
        #expect(try guess { "ORD-2024-\(100 + $0)" }.role == .identifier)
    }
}
