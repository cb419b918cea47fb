import KalsaeFiles
import KalsaePlots
import KalsaeSupport
import KalsaeTraining

/// An evaluation as one HTML file: the numbers, the figures, and the rows that are most wrong.
struct EvaluationReport {
    let model: String
    let data: String
    let figures: EvaluationFigures

    private var report: Report { figures.report }

    /// The page.
    func document() throws -> HTMLDocument {
        var page = HTMLDocument(title: "\(FileIdentity.stem(of: model)) on \(data)")
        page.blocks = [.facts(facts())]
        for notice in report.notices { page.blocks.append(.text("Note: \(notice).")) }
        page.blocks.append(.figure(try figures.first(), width: 560, height: 440))
        if let classes = report.classes { page.blocks.append(table(classes)) }
        page.blocks.append(.heading(report.values == nil ? "How sure, and how right" : "Errors"))
        for figure in try figures.more() {
            let height = figure.panels.count > 1 ? 520.0 : 380
            page.blocks.append(.figure(figure, width: 560, height: height))
        }
        let columns = figures.columns()
        if !columns.isEmpty { page.blocks.append(.heading("What columns do")) }
        for figure in columns { page.blocks.append(.figure(figure, width: 560, height: 360)) }
        page.blocks.append(.heading("Rows that are most wrong"))
        if let images = figures.worstImages(24) {
            page.blocks.append(.figure(images, width: 640, height: 480))
        }
        page.blocks.append(worst())
        page.blocks.append(
            .text("Made by \(KalsaeTool.configuration.version) from \(model)."))
        return page
    }

    private func facts() -> [(name: String, value: String)] {
        var facts = [("rows", "\(figures.rows.count)")]
        // The lines of the terminal, without their title and tables.
        if let classes = report.classes {
            let calibrated =
                classes.calibratedClass.map { "the probability of \"\($0)\"" }
                ?? "the predicted class"
            facts += [
                ("accuracy", classes.accuracy.short),
                ("balanced accuracy", classes.balancedAccuracy.short),
                ("mean F1 of the classes", classes.f1.short), ("log loss", classes.logLoss.short),
                ("calibration error of \(calibrated)", classes.calibrationError.short),
                (
                    "always \(classes.majority)",
                    "accuracy \(classes.majorityAccuracy.short), "
                        + "log loss of the shares \(classes.priorLogLoss.short)"
                ),
            ]
            if let area = classes.areaUnderCurve { facts.insert(("AUC", area.short), at: 3) }
            if let decision = classes.decision {
                facts.append(("rule", decision.text(classes.classes.map(\.name))))
            }
        }
        if let values = report.values {
            facts += [
                ("R²", values.r2.map(\.short) ?? "-"), ("RMSE", values.rmse.short),
                ("mean absolute error", values.mae.short),
                ("median absolute error", values.medianError.short),
                ("always the mean", "RMSE \(values.meanRMSE.short), MAE \(values.meanMAE.short)"),
            ]
            if let interval = values.interval {
                let covered = interval.coverage.map { ", holds \($0.short) of these rows" } ?? ""
                facts.append(
                    (
                        "interval of level \(interval.level.short)",
                        "prediction ± \(interval.halfWidth.short)\(covered)"
                    ))
            }
        }
        return facts
    }

    private func table(_ classes: ClassReport) -> HTMLDocument.Block {
        .table(
            caption: "Classes",
            columns: ["class", "rows", "predicted", "precision", "recall", "F1"],
            rows: classes.classes.map {
                [
                    $0.name, "\($0.rows)", "\($0.predicted)", $0.precision.short,
                    $0.recall?.short ?? "-", $0.f1.short,
                ]
            })
    }

    private func worst() -> HTMLDocument.Block {
        let rows = WorstRows(figures.rows, 15)
        return .table(
            caption: "By row of the data, from 1", columns: rows.columns, rows: rows.table)
    }
}
