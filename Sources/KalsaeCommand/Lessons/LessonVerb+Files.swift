import Glibc
import KalsaeFiles
import KalsaeLessons
import KalsaeSupport

extension LessonVerb {
    /// Throws for a page that cannot be written, before anything is computed.
    func checkFiles() throws {
        guard let html else { return }
        _ = try FigureFile(html, overwrite: overwrite, kinds: ["html"])
    }

    /// Writes the page and the figures where they are asked for.
    func writeFiles(
        _ lesson: Lesson, _ report: LectureReport, _ language: LessonLanguage
    ) throws {
        for (folder, kind) in [(svg, "svg"), (png, "png")] {
            guard let folder else { continue }
            try makeFolder(folder)
            for figure in report.figures {
                let file = try FigureFile("\(folder)/\(figure.name).\(kind)", overwrite: overwrite)
                try file.write(
                    figure.figure.themed(dark ? .dark : .light), width: figure.width,
                    height: figure.height)
            }
        }
        guard let html else { return }
        let page = try LessonPage(lesson, report, language).html
        try AtomicFile.write(Array(page.utf8), to: html)
    }

    private func makeFolder(_ path: String) throws(KalsaeError) {
        guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
            throw KalsaeError(
                path, expected: "a folder to write to", got: String(cString: strerror(errno)))
        }
    }
}
