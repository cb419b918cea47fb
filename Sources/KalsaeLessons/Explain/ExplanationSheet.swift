import KalsaeFiles
import KalsaePlots

/// What an explanation shows, in any form: a graph, tables, numbers.
public protocol ExplanationSheet: Sendable {
    /// What is explained.
    var title: String { get }
    /// How the graph is read, in a sentence or two.
    var remark: String { get }
    /// The graph.
    var diagram: GraphDiagram { get }
    /// The pixels across for each column of the graph.
    var columnWidth: Double { get }
    /// The numbers as tables.
    var tables: [ExplanationTable] { get }
    /// What comes out, as a line or some.
    var results: [String] { get }
    /// All numbers as one object.
    var json: JSONValue { get }
}

/// A table of an explanation.
public struct ExplanationTable: Sendable {
    /// What the rows are.
    public let caption: String
    /// The heads of the columns.
    public let columns: [String]
    /// The cells.
    public let rows: [[String]]
}

extension ExplanationSheet {
    /// The pixels across for each column of the graph: 150.
    public var columnWidth: Double { 150 }

    /// The graph as a figure.
    public var figure: Figure { Figure(title: title, marks: [.graph(diagram)]) }

    /// The graph as a picture of LaTeX's TikZ.
    public var tikz: String { diagram.tikz }

    /// A size in pixels that leaves the graph its air.
    public var size: (width: Double, height: Double) {
        if let (width, height) = diagram.wantedSize {
            return (min(max(width, 480), 6000), min(max(height, 260), 6000))
        }
        let (columns, rows) = extent
        return (min(max(columns * columnWidth, 480), 3600), min(max(rows * 110, 260), 3000))
    }

    /// The cells of a terminal that the graph needs.
    public var cells: (columns: Int, rows: Int) {
        let (columns, rows) = extent
        return (Int(columns * columnWidth / 7), Int(rows * 7) + 4)
    }

    /// The columns and rows of nodes.
    private var extent: (columns: Double, rows: Double) {
        let arcs = diagram.arcs.map { ($0.from, $0.to) }
        guard let graph = LayeredGraph(count: diagram.nodes.count, arcs: arcs) else {
            return (1, 1)
        }
        let span = (graph.offsets.max() ?? 0) - (graph.offsets.min() ?? 0)
        return (Double(graph.layers.count), span + 1)
    }

    /// A page with figure and tables.
    public var page: HTMLDocument {
        // The page's heading is the title.
        var graph = figure
        graph.title = ""
        graph.summary = title
        var blocks: [HTMLDocument.Block] = [
            .text(remark), .figure(graph, width: size.width, height: size.height),
        ]
        blocks += results.map { .text($0) }
        blocks += tables.map { .table(caption: $0.caption, columns: $0.columns, rows: $0.rows) }
        return HTMLDocument(title: title, blocks: blocks)
    }
}
