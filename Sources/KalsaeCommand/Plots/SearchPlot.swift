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

    @OptionGroup var figure: FigureOptions

    func run() throws {
        try figure.check()
        try figure.show(kind.figure(argument.open()))
    }
}
