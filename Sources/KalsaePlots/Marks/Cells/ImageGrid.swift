import KalsaeSupport

/// Small images of one size beside each other, with captions.
public struct ImageGrid: Codable, Equatable, Sendable {
    /// In pixels.
    public var width: Int
    /// In pixels.
    public var height: Int
    /// 1 for gray, 3 for red, green and blue.
    public var channels: Int
    /// The pixels of each image, row by row from the top, channels together.
    public var images: [[UInt8]]
    /// A line under each image; empty for none.
    public var captions: [String]
    /// The number of images side by side; `nil` for as many as make them largest.
    public var columns: Int?

    /// Makes a grid of images.
    public init(
        width: Int, height: Int, channels: Int = 1, images: [[UInt8]], captions: [String] = [],
        columns: Int? = nil
    ) {
        self.width = width
        self.height = height
        self.channels = channels
        self.images = images
        self.captions = captions
        self.columns = columns
    }

    /// Numbers as bytes, the least one 0 and the greatest 255; those that are not finite are 0.
    public static func bytes(_ values: [Double]) -> [UInt8] {
        let map = Extent(values).map(Axis(), margin: 0)
        return values.map { value in
            let position = map.position(value)
            return value.isFinite ? UInt8(min(max(position * 255, 0), 255).rounded()) : 0
        }
    }
}

extension ImageGrid: MarkContent {
    var needs: MarkNeeds {
        var needs = MarkNeeds()
        needs.isBare = true
        return needs
    }

    var colorCount: Int { 0 }
    var summary: String {
        "\(NumberText.count(images.count)) images of \(width) x \(height) pixels"
    }

    var table: DataTable {
        var table = DataTable(columns: ["image", "name", "row", "column", "channel", "value"])
        for (index, image) in images.enumerated() {
            let caption = index < captions.count ? captions[index] : ""
            for (at, byte) in image.enumerated() {
                let pixel = at / channels
                table.rows.append([
                    String(index), caption, String(pixel / width), String(pixel % width),
                    String(at % channels), String(byte),
                ])
            }
        }
        return table
    }

    func check() throws(KalsaeError) {
        guard (1...4096).contains(width), (1...4096).contains(height) else {
            throw KalsaeError(
                "images", expected: "1 to 4096 pixels a side", got: "\(width) x \(height)")
        }
        guard channels == 1 || channels == 3 else {
            throw KalsaeError("images", expected: "1 or 3 channels", got: "\(channels)")
        }
        let size = width * height * channels
        for image in images where image.count != size {
            throw KalsaeError(
                "images", expected: "\(size) bytes an image (\(width) x \(height) x \(channels))",
                got: "\(image.count)")
        }
        if !captions.isEmpty {
            try checkCounts("images", ("images", images.count), ("captions", captions.count))
        }
        if let columns, columns < 1 {
            throw KalsaeError("images", expected: "columns of 1 and more", got: "\(columns)")
        }
    }

    func draw(in context: inout PanelContext) {
        guard !images.isEmpty else { return }
        let (frame, metrics) = (context.frame, context.metrics)
        let line = captions.isEmpty ? 0 : metrics.lineHeight(metrics.tickSize)
        let gap = metrics.gap
        /// The height of an image where so many stand side by side.
        func scale(_ columns: Int, _ count: Int) -> Double {
            let rows = (count + columns - 1) / columns
            let wide = (frame.width - gap * Double(columns - 1)) / Double(columns * width)
            let high = (frame.height - (gap + line) * Double(rows)) / Double(rows * height)
            return min(wide, high)
        }
        let least = (metrics.isCells ? 4.0 : 10) / Double(max(width, height))
        var count = images.count
        var best = 1
        while count > 0 {
            let choices = columns.map { [min($0, count)] } ?? Array(1...min(count, 200))
            best = choices.max { scale($0, count) < scale($1, count) } ?? 1
            if scale(best, count) >= least { break }
            count = count * 3 / 4
        }
        guard count > 0 else {
            context.notes.append("too small for \(NumberText.count(images.count)) images")
            return
        }
        if count < images.count {
            context.notes.append(
                "\(NumberText.count(count)) of \(NumberText.count(images.count)) images drawn")
        }
        let unit = scale(best, count)
        let size = Drawing.Point(unit * Double(width), unit * Double(height))
        let total = Double(best) * size.x + gap * Double(best - 1)
        let left = frame.x + max(0, (frame.width - total) / 2)
        let rows = Double((count + best - 1) / best)
        let spare = frame.height - rows * (size.y + gap + line) + gap
        let top = frame.y + (metrics.isCells ? 0 : max(0, spare / 2))
        for index in 0..<count {
            let x = left + Double(index % best) * (size.x + gap)
            let y = top + Double(index / best) * (size.y + gap + line)
            let area = Drawing.Rectangle(x: x, y: y, width: size.x, height: size.y)
            context.add(.image(area, pixels(index, shrunk: max(1, Int(0.5 / unit)))))
            if !metrics.isCells {
                // Light pixels at an edge would run into a light ground, dark ones into a dark one.
                context.add(
                    .rectangle(
                        area, fill: nil, stroke: Drawing.Stroke(context.theme.axis, width: 0.8)))
            }
            guard index < captions.count else { continue }
            let text = metrics.fitted(
                captions[index].label(most: 100), width: size.x + gap * 0.6, size: metrics.tickSize)
            context.addText(
                text, at: Drawing.Point(area.middle.x, area.maxY + line / 2 + gap / 4),
                color: context.theme.muted, anchor: .middle)
        }
    }

    /// An image; blocks of `shrunk` x `shrunk` pixels, which a reader could not tell apart, as one.
    private func pixels(_ index: Int, shrunk: Int) -> Drawing.Pixels {
        let image = images[index]
        let columns = max(1, width / shrunk)
        let rows = max(1, height / shrunk)
        var bytes = [UInt8](repeating: 255, count: columns * rows * 4)
        for y in 0..<rows {
            for x in 0..<columns {
                for channel in 0..<3 {
                    var sum = 0
                    for dy in 0..<shrunk {
                        let line = min(y * shrunk + dy, height - 1) * width
                        for dx in 0..<shrunk {
                            let pixel = line + min(x * shrunk + dx, width - 1)
                            sum += Int(image[pixel * channels + (channels == 3 ? channel : 0)])
                        }
                    }
                    bytes[(y * columns + x) * 4 + channel] = UInt8(sum / (shrunk * shrunk))
                }
            }
        }
        return Drawing.Pixels(width: columns, height: rows, bytes: bytes)
    }
}
