import KalsaeSupport

extension Figure {
    /// The figure as an SVG document without outside references, at a size in pixels.
    ///
    /// - Parameter png: makes a PNG file of pixels, which is embedded; without it, pixels are
    ///   rectangles.
    /// - Throws: a `KalsaeError` for figures that cannot be drawn, and what `png` throws.
    public func svg(
        width: Double = 640, height: Double = 400,
        png: ((Drawing.Pixels) throws(KalsaeError) -> [UInt8])? = nil
    ) throws(KalsaeError) -> String {
        try drawing(width: width, height: height).svg(png: png)
    }
}

extension Drawing {
    /// The drawing as an SVG document.
    public func svg(
        png: ((Pixels) throws(KalsaeError) -> [UInt8])? = nil
    ) throws(KalsaeError) -> String {
        var writer = SVGWriter()
        let size = "\(NumberText.coordinate(width)) \(NumberText.coordinate(height))"
        writer.text =
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(NumberText.coordinate(width))\" "
            + "height=\"\(NumberText.coordinate(height))\" viewBox=\"0 0 \(size)\" role=\"img\" "
            + "font-family=\"Helvetica, Arial, 'Liberation Sans', 'Noto Sans', 'Noto Sans KR', "
            + "'Noto Sans CJK KR', NanumGothic, sans-serif\">\n"
            + "<title>\(title.xml)</title>\n<desc>\(summary.xml)</desc>\n"
        writer.add(
            .rectangle(
                Rectangle(x: 0, y: 0, width: width, height: height), fill: theme.background,
                stroke: nil))
        var index = 0
        while index < elements.count {
            // Neighboring lines of one look are one path.
            if case .rule(_, _, let stroke)? = elements[index].drawable {
                var data = ""
                while index < elements.count,
                    case .rule(let a, let b, stroke)? = elements[index].drawable
                {
                    data += writer.line(a, b)
                    index += 1
                }
                writer.addPath(data, stroke, isSharp: true)
                continue
            }
            if case .image(let area, let pixels) = elements[index], let png,
                elements[index].drawable != nil
            {
                writer.addImage(area, file: try png(pixels))
            } else {
                writer.add(elements[index])
            }
            index += 1
        }
        writer.endClips()
        return writer.text + "</svg>\n"
    }
}

extension String {
    /// The text as XML and HTML have it: markup is escaped, what no document may hold is replaced.
    package var xml: String {
        var escaped = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\u{fffe}", "\u{ffff}": escaped += "\u{fffd}"
            default:
                let isSpace = scalar == "\n" || scalar == "\t"
                let isControl =
                    scalar.value < 0x20 && !isSpace || (0x7f...0x9f).contains(scalar.value)
                escaped.unicodeScalars.append(isControl ? "\u{fffd}" : scalar)
            }
        }
        return escaped
    }
}
