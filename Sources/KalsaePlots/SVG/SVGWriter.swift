/// Elements as SVG.
struct SVGWriter {
    var text = ""
    /// The number of clips that have not ended.
    private var depth = 0

    mutating func add(_ element: Drawing.Element) {
        guard let element = element.drawable else { return }
        switch element {
        case .polyline(let points, let stroke): addPath(data(points), stroke, isSharp: false)
        case .rule(let a, let b, let stroke): addPath(line(a, b), stroke, isSharp: true)
        case .polygon(let points, let color):
            text += "<path d=\"\(data(points))z\"\(fill(color))/>\n"
        case .rectangle(let area, let color, let stroke):
            text += "<rect\(frame(area))\(color.map(fill) ?? " fill=\"none\"")"
            text += "\(stroke.map(self.stroke) ?? "")/>\n"
        case .disks(let disks, let color, let stroke): addDisks(disks, color, stroke)
        case .text(let label): addText(label)
        case .image(let area, let pixels): addPixels(area, pixels)
        case .clip(let area):
            // A document inside of the document clips without an id, of which a page with several
            // figures would have two.
            let box = [area.x, area.y, area.width, area.height].map(NumberText.coordinate)
            depth += 1
            text += "<svg\(frame(area)) viewBox=\"\(box.joined(separator: " "))\">\n"
        case .endClip:
            guard depth > 0 else { return }
            depth -= 1
            text += "</svg>\n"
        }
    }

    mutating func endClips() {
        while depth > 0 { add(.endClip) }
    }

    func line(_ a: Drawing.Point, _ b: Drawing.Point) -> String {
        // Edges of lines of odd width lie between pixels where ends are on halves.
        func sharp(_ value: Double) -> String { NumberText.coordinate(value.rounded(.down) + 0.5) }
        if a.x == b.x {
            return "M\(sharp(a.x)) \(number(a.y))V\(number(b.y))"
        }
        if a.y == b.y {
            return "M\(number(a.x)) \(sharp(a.y))H\(number(b.x))"
        }
        return "M\(number(a.x)) \(number(a.y))L\(number(b.x)) \(number(b.y))"
    }

    mutating func addPath(_ data: String, _ stroke: Drawing.Stroke, isSharp: Bool) {
        text += "<path d=\"\(data)\" fill=\"none\"\(self.stroke(stroke))"
        text += isSharp ? "/>\n" : " stroke-linejoin=\"round\" stroke-linecap=\"round\"/>\n"
    }

    mutating func addImage(_ area: Drawing.Rectangle, file: [UInt8]) {
        text += "<image\(frame(area)) preserveAspectRatio=\"none\" "
        text += "style=\"image-rendering:pixelated\" href=\"data:image/png;base64,"
        text += Base64.text(file) + "\"/>\n"
    }

    private func number(_ value: Double) -> String { NumberText.coordinate(value) }

    private func data(_ points: [Drawing.Point]) -> String {
        var data = ""
        for (index, point) in points.enumerated() {
            data += index == 0 ? "M" : index == 1 ? "L" : " "
            data += "\(number(point.x)) \(number(point.y))"
        }
        return data
    }

    private func frame(_ area: Drawing.Rectangle) -> String {
        " x=\"\(number(area.x))\" y=\"\(number(area.y))\""
            + " width=\"\(number(area.width))\" height=\"\(number(area.height))\""
    }

    private func hex(_ color: Drawing.Color) -> String {
        let digits = Array("0123456789abcdef")
        var text = "#"
        for value in [color.red, color.green, color.blue] {
            text.append(digits[Int(value >> 4)])
            text.append(digits[Int(value & 15)])
        }
        return text
    }

    private func opacity(_ color: Drawing.Color, _ what: String) -> String {
        guard color.alpha < 255 else { return "" }
        return " \(what)-opacity=\"\(number(Double(color.alpha) / 255))\""
    }

    private func fill(_ color: Drawing.Color) -> String {
        " fill=\"\(hex(color))\"\(opacity(color, "fill"))"
    }

    private func stroke(_ stroke: Drawing.Stroke) -> String {
        var text = " stroke=\"\(hex(stroke.color))\"\(opacity(stroke.color, "stroke"))"
        if stroke.width != 1 { text += " stroke-width=\"\(number(stroke.width))\"" }
        if !stroke.dash.isEmpty {
            text += " stroke-dasharray=\"\(stroke.dash.map(number).joined(separator: " "))\""
        }
        return text
    }

    private mutating func addDisks(
        _ disks: [Drawing.Disk], _ color: Drawing.Color, _ stroke: Drawing.Stroke?
    ) {
        text += "<g\(fill(color))\(stroke.map(self.stroke) ?? "")>\n"
        for disk in disks {
            text += "<circle cx=\"\(number(disk.center.x))\" cy=\"\(number(disk.center.y))\""
            text += " r=\"\(number(disk.radius))\"/>\n"
        }
        text += "</g>\n"
    }

    private mutating func addText(_ label: Drawing.Label) {
        // The middle of a line is about a third of its height above the base line; not every
        // reader knows of other ones.
        let (x, y) = (number(label.point.x), number(label.point.y + label.size * 0.35))
        text +=
            "<text x=\"\(x)\" y=\"\(y)\" font-size=\"\(number(label.size))\"\(fill(label.color))"
        if label.anchor != .start { text += " text-anchor=\"\(label.anchor.rawValue)\"" }
        if label.isBold { text += " font-weight=\"bold\"" }
        if label.angle != 0 {
            text += " transform=\"rotate(\(number(label.angle)) \(x) \(number(label.point.y)))\""
        }
        text += ">\(label.text.xml)</text>\n"
    }

    /// Pixels as rectangles: runs of one color in a row are one, and all of one color one path.
    private mutating func addPixels(_ area: Drawing.Rectangle, _ pixels: Drawing.Pixels) {
        guard pixels.width > 0, pixels.height > 0 else { return }
        var order: [Drawing.Color] = []
        var paths: [Drawing.Color: String] = [:]
        for y in 0..<pixels.height {
            var x = 0
            while x < pixels.width {
                let color = pixels[x, y]
                let start = x
                while x < pixels.width, pixels[x, y] == color { x += 1 }
                guard color.alpha > 0 else { continue }
                if paths[color] == nil { order.append(color) }
                let run = x - start
                paths[color, default: ""] += "M\(start) \(y)h\(run)v1h-\(run)z"
            }
        }
        let across = area.width / Double(pixels.width)
        let down = area.height / Double(pixels.height)
        text += "<g shape-rendering=\"crispEdges\" transform=\"translate(\(number(area.x)) "
        text += "\(number(area.y))) scale(\(factor(across)) \(factor(down)))\">\n"
        for color in order { text += "<path d=\"\(paths[color] ?? "")\"\(fill(color))/>\n" }
        text += "</g>\n"
    }

    /// A factor with six decimals: a rounding of two would be seen at the far end.
    private func factor(_ value: Double) -> String {
        let millionths = Int((value * 1e6).rounded())
        let rest = String(millionths % 1_000_000)
        return "\(millionths / 1_000_000)." + String(repeating: "0", count: 6 - rest.count) + rest
    }
}

/// Bytes as text.
enum Base64 {
    private static let digits = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func text(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let part = bytes[start..<min(start + 3, bytes.count)]
            var bits = part.reduce(0) { $0 << 8 | UInt32($1) }
            bits <<= UInt32(8 * (3 - part.count))
            for digit in 0..<4 {
                text.append(
                    digit <= part.count
                        ? digits[Int(bits >> UInt32(18 - 6 * digit)) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
