import Foundation
import KalsaeFiles
import KalsaePlots
import KalsaeTraining

/// The rows of an evaluation that are most wrong, the worst first, for files, terminals and pages.
struct WorstRows {
    /// The columns of `table`.
    let columns: [String]
    /// What each row is, and what it was taken for.
    let table: [[String]]
    private let rows: MeasuredRows
    private let order: [Int]
    private let cells: RowCells?

    /// The most letters of a cell that are kept.
    private static let mostLetters = 200

    /// - Parameter cells: the text of the rows of a table.
    init(_ rows: MeasuredRows, _ count: Int, cells: (([Int]) throws -> RowCells?)? = nil) rethrows {
        self.rows = rows
        order = rows.worst(count)
        self.cells = try cells?(order.map(rows.number))
        let files = order.map { rows.path($0).map { [$0] } ?? [] }
        let named = files.contains { !$0.isEmpty } ? ["file"] : []
        switch rows.outcomes {
        case .classes(let probabilities, let actual, let names):
            columns = ["row", "class", "its probability", "predicted"] + named
            let table = order.map { row in
                let best = rows.predicted(row) ?? actual[row]
                return [
                    "\(rows.number(row) + 1)", names[actual[row]],
                    probabilities[row * names.count + actual[row]].short,
                    "\(names[best]) (\(probabilities[row * names.count + best].short))",
                ]
            }
            self.table = zip(table, files).map { $0 + $1 }
        case .values(let predicted, let actual):
            columns = ["row", "true", "predicted", "error"]
            table = order.map { row in
                let numbers = [actual[row], predicted[row], predicted[row] - actual[row]]
                // Six digits: what a standardized number in single precision has.
                return ["\(rows.number(row) + 1)"] + numbers.map { NumberText.short($0, digits: 6) }
            }
        }
    }

    /// The table for a terminal.
    var lines: [String] {
        guard !table.isEmpty else { return ["no row was taken for another class"] }
        var text = TextTable(columns)
        for row in table { text.add(row) }
        return text.lines
    }

    /// Truths, predictions and cells; images as PNG in base64.
    var json: JSONValue {
        get throws {
            [
                "columns": .array((cells?.columns ?? []).map { .string($0) }),
                "rows": .array(try order.map { .object(try members(of: $0)) }),
            ]
        }
    }

    private func members(of row: Int) throws -> [JSONValue.Member] {
        var members = [JSONValue.Member("row", .integer(rows.number(row) + 1))]
        switch rows.outcomes {
        case .classes(let probabilities, let actual, let names):
            let best = rows.predicted(row) ?? actual[row]
            members += [
                .init("actual", .string(names[actual[row]])),
                .init("predicted", .string(names[best])),
                .init("probability", .number(probabilities[row * names.count + actual[row]])),
                .init("predictedProbability", .number(probabilities[row * names.count + best])),
            ]
        case .values(let predicted, let actual):
            members += [
                .init("actual", .number(actual[row])), .init("predicted", .number(predicted[row])),
            ]
        }
        if let cells = cells?.cells[rows.number(row)] {
            members.append(
                .init("cells", .array(cells.map { .string(String($0.prefix(Self.mostLetters))) })))
        }
        if let path = rows.path(row) { members.append(.init("file", .string(path))) }
        if let image = rows.image(row) {
            let text = Data(try image.encodePNG()).base64EncodedString()
            members.append(.init("image", .string(text)))
        }
        return members
    }
}
