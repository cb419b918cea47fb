/// One thing that a panel shows.
public enum Mark: Codable, Equatable, Sendable {
    /// A line through points, with a band or without.
    case line(Series)
    /// A path from a start to an end, which are marked: an optimizer's way over a surface.
    case trail(Series)
    /// Points with sizes and colors.
    case scatter(Scatter)
    /// Bars of named groups.
    case bars(Bars)
    /// Counts of intervals.
    case histogram(Histogram)
    /// Colors of a table's numbers.
    case heatMap(HeatMap)
    /// Lines of equal height.
    case contour(Contour)
    /// Small images beside each other; without axes.
    case images(ImageGrid)
    /// The classes that a model predicts in a plane.
    case regions(Regions)
    /// Quartiles, whiskers and outliers.
    case boxes(Boxes)
    /// Rows of a table as lines across one axis a column; without axes of its own.
    case parallel(ParallelCoordinates)
    /// Counts of predicted against true classes.
    case confusion(ConfusionMatrix)
    /// A computational graph with its values and gradients; without axes.
    case graph(GraphDiagram)
    /// Upright lines at moments of the horizontal axis.
    case events(Events)
    /// A dashed line between two positions that data are compared with.
    case reference(Reference)
}

extension Mark {
    var content: any MarkContent {
        switch self {
        case .line(let series): LineContent(series: series, isTrail: false)
        case .trail(let series): LineContent(series: series, isTrail: true)
        case .scatter(let scatter): scatter
        case .bars(let bars): bars
        case .histogram(let histogram): histogram
        case .heatMap(let map): map
        case .contour(let contour): contour
        case .images(let images): images
        case .regions(let regions): regions
        case .boxes(let boxes): boxes
        case .parallel(let parallel): parallel
        case .confusion(let matrix): matrix
        case .graph(let graph): graph
        case .events(let events): events
        case .reference(let reference): reference
        }
    }

    /// The name of the kind, as CSV has it.
    var kind: String {
        switch self {
        case .line: "line"
        case .trail: "trail"
        case .scatter: "scatter"
        case .bars: "bars"
        case .histogram: "histogram"
        case .heatMap: "heatMap"
        case .contour: "contour"
        case .images: "images"
        case .regions: "regions"
        case .boxes: "boxes"
        case .parallel: "parallel"
        case .confusion: "confusion"
        case .graph: "graph"
        case .events: "events"
        case .reference: "reference"
        }
    }
}
