import KalsaeSupport

extension Figure {
    /// The most panels of a figure.
    static var mostPanels: Int { 100 }

    /// The marks of each panel, if all of them can be drawn.
    func checkedContents() throws(KalsaeError) -> [[any MarkContent]] {
        guard panels.count <= Self.mostPanels else {
            throw KalsaeError(
                "figure", expected: "at most \(Self.mostPanels) panels", got: "\(panels.count)")
        }
        if let columns, columns < 1 {
            throw KalsaeError("figure", expected: "columns of 1 and more", got: "\(columns)")
        }
        var contents: [[any MarkContent]] = []
        for panel in panels {
            try panel.x.check()
            try panel.y.check()
            guard panel.marks.count <= 1000 else {
                throw KalsaeError(
                    "figure", expected: "at most 1000 marks a panel", got: "\(panel.marks.count)")
            }
            let marks = panel.marks.map(\.content)
            for mark in marks { try mark.check() }
            contents.append(marks)
        }
        return contents
    }
}

extension Axis {
    func check() throws(KalsaeError) {
        let name = label.isEmpty ? "axis" : label.label()
        for end in [low, high] {
            guard let end else { continue }
            guard end.isFinite else {
                throw KalsaeError(name, expected: "ends that are finite", got: "\(end)")
            }
            guard scale == .linear || end > 0 else {
                throw KalsaeError(
                    name, expected: "ends over 0 on a logarithmic axis", got: "\(end)",
                    advice: "take a linear axis or leave the end out")
            }
        }
        if let low, let high, !(low < high) {
            throw KalsaeError(
                name, expected: "a low end below the high one", got: "\(low), \(high)")
        }
    }
}
