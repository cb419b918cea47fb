import ArgumentParser
import KalsaeSearch
import KalsaeSupport

extension StudyFigure: ExpressibleByArgument {}

struct SearchPlot: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plot",
        abstract: "Draw a study.",
        discussion: """
            Examples:
              kalsae search plot iris
              kalsae search plot iris --kind slice --output slice.svg
            """)

    @OptionGroup var argument: StudyArgument

    @Option(help: "\(StudyFigure.names).")
    var kind = StudyFigure.history

    @Flag(help: "Logarithmic axes of values.")
    var log = false

    @Option(
        help: "A setting of a contour; given twice. The two that matter most by default.")
    var setting: [String] = []

    @OptionGroup var figure: FigureOptions

    func run() throws {
        try figure.check()
        let style = StudyFigure.Style(isLogarithmic: log, settings: setting)
        try figure.show(kind.figure(argument.open(), style))
    }
}
