extension Drawing.Element {
    /// The element, if all its coordinates are numbers that renderers can count with; else nothing,
    /// or a clip that shows nothing.
    var drawable: Drawing.Element? {
        if isDrawable { return self }
        guard case .clip = self else { return nil }
        return .clip(Drawing.Rectangle(x: 0, y: 0, width: 0, height: 0))
    }

    private var isDrawable: Bool {
        switch self {
        case .polyline(let points, let stroke):
            points.allSatisfy(\.isBounded) && stroke.isBounded
        case .rule(let a, let b, let stroke): a.isBounded && b.isBounded && stroke.isBounded
        case .polygon(let points, _): points.allSatisfy(\.isBounded)
        case .rectangle(let area, _, let stroke): area.isBounded && stroke?.isBounded ?? true
        case .disks(let disks, _, let stroke):
            disks.allSatisfy { $0.center.isBounded && isBounded($0.radius) }
                && stroke?.isBounded ?? true
        case .text(let label):
            label.point.isBounded && isBounded(label.size) && isBounded(label.angle)
        case .image(let area, _), .clip(let area): area.isBounded
        case .endClip: true
        }
    }
}

private func isBounded(_ value: Double) -> Bool { abs(value) <= 4e9 }

extension Drawing.Point {
    fileprivate var isBounded: Bool { KalsaePlots.isBounded(x) && KalsaePlots.isBounded(y) }
}

extension Drawing.Rectangle {
    fileprivate var isBounded: Bool {
        Drawing.Point(x, y).isBounded && Drawing.Point(width, height).isBounded
    }
}

extension Drawing.Stroke {
    fileprivate var isBounded: Bool {
        KalsaePlots.isBounded(width) && dash.allSatisfy(KalsaePlots.isBounded)
    }
}
