import KalsaeData
import KalsaeFiles
import KalsaeSupport
import Testing

/// Numbers of a table on their way to inputs: scales, far cells, missing cells, old files.
@Suite struct NumberTests {
    private func parts(
        _ table: Table, _ options: TableOptions = TableOptions()
    ) throws -> (DataParts, [String]) {
        try Notice.collect {
            try DataParts(table, name: "a", target: "t", options: options, seed: 3)
        }
    }

    @Test func quartilesMakeTheScale() throws {
        // NumPy: median 3, percentiles 25 and 75 of 1...5 are 2 and 4.
        let scale = try #require(RobustScale(of: [5, 1, 4, 2, 3]))
        #expect(scale == RobustScale(median: 3, spread: 2, range: 1...5))
        #expect(scale.apply(3) == 0)
        // z = 1, clipped to 1 / √(1 + 1/9) = 3 / √10.
        #expect(abs(scale.apply(5) - 3 / 10.0.squareRoot()) < 1e-15)
        #expect(scale.apply(1) == -scale.apply(5))
        // Between two numbers by a straight line, as NumPy does: 1.75 and 3.25.
        #expect(
            RobustScale(of: [1, 2, 3, 4]) == RobustScale(median: 2.5, spread: 1.5, range: 1...4))
        // Quartiles alike: half of the range.
        #expect(
            RobustScale(of: [0, 0, 0, 0, 0, 8]) == RobustScale(median: 0, spread: 4, range: 0...8))
        #expect(RobustScale(of: []) == nil)
        #expect(RobustScale(of: [0.1, 0.1, 0.1]) == nil)
    }

    @Test func everyFiniteNumberStaysWithinThree() throws {
        let far = Double.greatestFiniteMagnitude
        let scales = [[-far, far], [-far, -far, far, far], [0, 5e-324], [1, 2, 3]].compactMap {
            RobustScale(of: $0)
        }
        try #require(scales.count == 4)
        for scale in scales {
            for value in [-far, -1, 0, 5e-324, 1, 1e154, far] {
                #expect(abs(scale.apply(value)) <= 3)
            }
        }
    }

    /// Where rows have times, later numbers go on: z = 20 stays 20 / √(1 + (20/30)²) and not below 3.
    @Test func numbersGoOnWhereRowsHaveTimes() throws {
        let table = try table("day,x,t", rows: 60) { "\($0),\($0 * 7 % 60),\($0 % 7).5" }
        var options = TableOptions()
        let (plain, _) = try parts(table, options)
        options.time = "day"
        let (timed, _) = try parts(table, options)
        for (parts, limit) in [(plain, 3.0), (timed, 30.0)] {
            let encoder = try #require(parts.encoder)
            let feature = try #require(encoder.features.first { $0.name == "x" })
            guard case .robust(let scale) = feature.kind else {
                Issue.record("x is \(feature.kind)")
                continue
            }
            #expect(scale.limit == limit)
            let far = scale.apply(scale.median + 20 * scale.spread)
            #expect(abs(far - 20 / (1 + 400 / (limit * limit)).squareRoot()) < 1e-12)
            // A file keeps the limit.
            #expect(try TableEncoder(json: encoder.json) == encoder)
        }
    }

    /// Selection gives the bits of sorting, for any order and repetition.
    @Test func theScaleIsThatOfSortedNumbers() throws {
        var random = SystemRandomNumberGenerator()
        for count in [2, 3, 4, 5, 8, 9, 100, 1_001] {
            for distinct in [2, 7, 100_000] {
                var numbers = (0..<count).map { _ in
                    Double(Int.random(in: 0..<distinct, using: &random)) / 8 - 3
                }
                numbers[0] = -4
                let sorted = numbers.sorted()
                func quantile(_ share: Double) -> Double {
                    let position = share * Double(count - 1)
                    let rest = position - position.rounded(.down)
                    let low = sorted[Int(position)]
                    return rest > 0 ? low * (1 - rest) + sorted[Int(position) + 1] * rest : low
                }
                let scale = try #require(RobustScale(of: numbers))
                #expect(scale.median == quantile(0.5))
                let distance = (quantile(0.75) / 2 - quantile(0.25) / 2) * 2
                let range = sorted[count - 1] / 2 - sorted[0] / 2
                #expect(scale.spread == (distance > 0 ? distance : range))
            }
        }
    }

    @Test(arguments: [3, 97, 5_000]) func distinctNumbersAreCounted(_ distinct: Int) throws {
        for step in [1.0, 0.001, 65_536] {
            let table = try table("x,y", rows: 6_000) {
                "\(Double($0 * 7_919 % distinct) * step),\($0).5"
            }
            #expect(try TableGuesses(table).columns[0].distinct == distinct)
        }
    }

    @Test func oneFarCellMovesNothingMuch() throws {
        func encoder(_ cell: String) throws -> TableEncoder {
            let table = try table("x,t", rows: 60) {
                "\($0 == 30 ? cell : "3.\($0 % 10)"),\(Double($0) * 1.5)"
            }
            return try #require(parts(table).0.encoder)
        }
        let (plain, spoiled) = (try encoder("3.5"), try encoder("31.8"))
        let cells = try table("x\n3.1\n3.9\n31.8\n")
        let (before, after) = (try plain.features(of: cells), try spoiled.features(of: cells))
        // One cell of 42 moves a quartile by at most one neighbour: a tenth, of a spread of half.
        #expect(abs(before[0] - after[0]) < 0.25)
        #expect(abs(before[1] - after[1]) < 0.25)
        #expect(after[2] < 3)
    }

    @Test func missingNumbersAreAnInputOfTheirOwn() throws {
        let table = try table("x,y,z,t", rows: 60) {
            "\($0 % 7).5,\($0 % 5 == 0 ? "" : "\($0 % 11)"),\($0 % 3 == 0 ? "4" : ""),\($0 % 2)"
        }
        let encoder = try #require(parts(table).0.encoder)
        // A column that only ever says 4 or nothing says whether it is there.
        #expect(encoder.inputNames == ["x", "y", "y is missing", "z is missing"])
        #expect(encoder.numberCount == 2)
        let inputs = try encoder.features(of: table, rows: [0, 1])
        #expect(inputs[1] == 0 && inputs[2] == 1 && inputs[3] == 0)
        #expect(inputs[5] != 0 && inputs[6] == 0 && inputs[7] == 1)
        #expect(try TableEncoder(json: JSONValue(parsing: encoder.json.text)) == encoder)
    }

    @Test func numbersComeFirst() throws {
        let table = try table("c,x,m,y,t", rows: 60) {
            "\(["a", "b", "c"][$0 % 3]),\($0 % 7).5,\($0 / 2 % 2 == 0 ? "yes" : "no"),"
                + "\($0 % 4 == 0 ? "" : "\($0 % 9).5"),\($0 % 2)"
        }
        let encoder = try #require(parts(table).0.encoder)
        #expect(encoder.numberCount == 2)
        #expect(encoder.inputNames.prefix(3) == ["x", "y", "y is missing"])
        #expect(encoder.width == 7)
    }

    @Test func standardScaleIsAChoice() throws {
        let table = try table("x,t", rows: 60) { "\($0 % 7).5,\($0 % 2)" }
        var options = TableOptions()
        options.scaling = .standard
        let encoder = try #require(parts(table, options).0.encoder)
        guard case .number = encoder.features[0].kind else {
            Issue.record("expected a standardized number")
            return
        }
        #expect(encoder.numberCount == 1)
        // The lectures' flowers stay on the scale that they had.
        let iris = try #require(NamedSet.iris.load(seed: 0).encoder)
        #expect(iris.features.allSatisfy { if case .number = $0.kind { true } else { false } })
        #expect(iris.width == 4 && iris.numberCount == 4)
    }

    @Test func filesOfBeforeReadAsTheyDid() throws {
        let text = #"""
            {"header":true,"columns":4,"features":[{"name":"age","column":1,"kind":"number",\#
            "mean":40.0,"deviation":20.0,"fill":38.0},{"name":"color","column":2,"kind":"categories",\#
            "names":["blue","red"]},{"name":"member","column":3,"kind":"flag","fill":1.0}],\#
            "target":{"name":"t","column":4,"kind":"classes","names":["0","1"]}}
            """#
        let encoder = try TableEncoder(json: JSONValue(parsing: text))
        let rows = try table("age,color,member\n60,red,no\n,blue,Yes\n400,green,\n")
        let (inputs, lines) = try Notice.collect { try encoder.features(of: rows) }
        #expect(inputs == [1, 0, 1, 0, Float((38.0 - 40) / 20), 1, 0, 1, 18, 0, 0, 1])
        #expect(lines.count == 1)
        #expect(encoder.json.text == text)
    }
}
