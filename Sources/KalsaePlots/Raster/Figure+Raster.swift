import KalsaeSupport

extension Figure {
    /// The figure as pixels without transparency, for a PNG file.
    ///
    /// Words are drawn by strokes of Kalsae's own, which know ASCII, the Latin letters of Western
    /// Europe, Greek and Hangul; other characters are boxes.
    ///
    /// - Parameter scale: pixels of the image for one of the figure, 1 to 4.
    /// - Throws: a `KalsaeError` for figures that cannot be drawn, and for more than 67 million
    ///   pixels.
    public func raster(
        width: Int = 640, height: Int = 400, scale: Int = 1
    ) throws(KalsaeError) -> Drawing.Pixels {
        try drawing(width: Double(width), height: Double(height)).raster(scale: scale)
    }
}

extension Drawing {
    /// The drawing as pixels without transparency.
    public func raster(scale: Int = 1) throws(KalsaeError) -> Pixels {
        guard (1...4).contains(scale) else {
            throw KalsaeError("figure", expected: "a scale of 1 to 4", got: "\(scale)")
        }
        let factor = Double(scale)
        guard (1...1e6).contains(width), (1...1e6).contains(height) else {
            throw KalsaeError(
                "drawing", expected: "1 to 1,000,000 units a side", got: "\(width) x \(height)")
        }
        let (columns, rows) = (Int((width * factor).rounded()), Int((height * factor).rounded()))
        guard columns > 0, rows > 0, columns * rows <= 1 << 26 else {
            throw KalsaeError(
                "figure", expected: "at most 67,108,864 pixels", got: "\(columns) x \(rows)")
        }
        var canvas = Canvas(width: columns, height: rows, scale: factor, color: theme.background)
        for element in elements { canvas.add(element) }
        return canvas.pixels
    }
}
