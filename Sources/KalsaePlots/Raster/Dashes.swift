/// Lines cut into dashes.
enum Dashes {
    /// The pieces of a line that are drawn.
    static func split(_ points: [Drawing.Point], _ dash: [Double]) -> [[Drawing.Point]] {
        guard !dash.isEmpty, dash.allSatisfy({ $0 > 0.1 }), points.count > 1 else {
            return [points]
        }
        var pieces: [[Drawing.Point]] = []
        var piece = [points[0]]
        var index = 0
        var left = dash[0]
        for (a, b) in zip(points, points.dropFirst()) {
            let (dx, dy) = (b.x - a.x, b.y - a.y)
            let length = (dx * dx + dy * dy).squareRoot()
            // Nobody sees the dashes of a line that goes far outside.
            guard length.isFinite, length < 20_000 else {
                piece.append(b)
                continue
            }
            var done = 0.0
            while length - done > left {
                done += left
                let at = Drawing.Point(a.x + dx * done / length, a.y + dy * done / length)
                if index % 2 == 0 {
                    pieces.append(piece + [at])
                    piece = []
                } else {
                    piece = [at]
                }
                index += 1
                left = dash[index % dash.count]
            }
            left -= length - done
            if index % 2 == 0 { piece.append(b) }
        }
        if index % 2 == 0, piece.count > 1 { pieces.append(piece) }
        return pieces
    }
}
