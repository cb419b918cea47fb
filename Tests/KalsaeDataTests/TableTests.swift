import KalsaeData
import Testing

@Suite struct TableTests {
    @Test func columnsHaveTypes() throws {
        let table = try table("x,name,gap\n1,a,\n,b,NA\n2.5,a,?\n")
        #expect(table.columns.map(\.name) == ["x", "name", "gap"])
        let numbers = try table.numbers(of: 0)
        #expect(numbers.count == 3)
        #expect(numbers[0] == 1 && numbers[1].isNaN && numbers[2] == 2.5)
        guard case .texts(let texts) = table.columns[1].contents else {
            Issue.record("expected text")
            return
        }
        #expect(texts.codes == [0, 1, 0])
        #expect(texts.names == ["a", "b"])
        guard case .nothing = table.columns[2].contents else {
            Issue.record("expected nothing")
            return
        }
        #expect(try table.numbers(of: 2).allSatisfy { $0.isNaN })
        #expect(table.texts(of: 0).names == ["1", "2.5"])
    }

    @Test func aColumnIsFoundByNameOrNumber() throws {
        let named = try table("size,price,7\n1,2,3\n")
        #expect(try named.position(of: "price") == 1)
        #expect(try named.position(of: "7") == 2)
        #expect(try named.position(of: "1") == 0)
        #expect(
            message { _ = try named.position(of: "Prise") }
                == "a.csv: expected a column named \"Prise\", got \"size\", \"price\", \"7\"; "
                + "did you mean \"price\"?")
        #expect(
            message { _ = try named.position(of: "weight") }
                == "a.csv: expected a column named \"weight\", got \"size\", \"price\", \"7\"; "
                + "check the name")
        let nameless = try table("1,2\n3,4\n", header: .absent)
        #expect(try nameless.position(of: "2") == 1)
        #expect(try nameless.position(of: "column 2") == 1)
        for reference in ["0", "3", "-1", "price"] {
            #expect(
                message { _ = try nameless.position(of: reference) }
                    == "a.csv: expected a column number from 1 to 2, got \"\(reference)\"; "
                    + "the file has no header, so columns have no names")
        }
    }

    @Test func cellsThatAreNoNumbersAreToldByLine() throws {
        let table = try table("x,y\n1,1\n\ninf,2\n3,b\n")
        #expect(
            message { _ = try table.numbers(of: 0) }
                == "a.csv: expected a finite number in the column \"x\", got \"inf\" on line 4; "
                + "leave the cell empty where the value is unknown")
        #expect(
            message { _ = try table.numbers(of: 1) }
                == "a.csv: expected a number in the column \"y\", got \"b\" on line 5")
    }

    @Test func scales() throws {
        let scale = try #require(Scale(of: [1, 2, 3, 4]))
        #expect(scale.mean == 2.5)
        #expect(abs(scale.deviation - 1.118033988749895) < 1e-15)
        #expect(scale.invert(scale.apply(7)) == 7)
        #expect(Scale(of: []) == nil)
        #expect(Scale(of: [0.1, 0.1, 0.1]) == nil)
        #expect(Scale(of: [1e200, -1e200]) == nil)
        #expect(Scale(of: [1.7e9, 1.7e9 + 1]) != nil)
    }
}
