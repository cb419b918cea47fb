/// A terminal's cells: each has eight dots, two across and four down, and holds the last of what
/// was drawn there, words before dots, dots before areas.
struct TerminalCanvas {
    struct Cell {
        /// `nil` beside a wide character too.
        var character: Character?
        var isContinued = false
        var ink: Drawing.Color?
        var isBold = false
        /// A bit for each dot of braille.
        var dots: UInt8 = 0
        var dotColor: Drawing.Color?
        /// Up, down, left and right: the parts of a box character.
        var box: UInt8 = 0
    }

    /// A part of an area: its color, and how dense it is where there are no colors.
    struct Fill: Equatable {
        var color: Drawing.Color
        var shade: Int
    }

    let width: Int
    let height: Int
    let color: TerminalColor
    let theme: Theme
    var cells: [Cell]
    /// Two across and four down in each cell.
    var fills: [Fill?]
    private var clips: [Drawing.Rectangle] = []
    /// Colors of lines and of areas in the order in which they came, which tell dashes and shades
    /// where there are no colors.
    private var lineColors: [Drawing.Color] = []
    private var areaColors: [Drawing.Color] = []

    init(width: Int, height: Int, color: TerminalColor, theme: Theme) {
        (self.width, self.height, self.color, self.theme) = (width, height, color, theme)
        cells = Array(repeating: Cell(), count: width * height)
        fills = Array(repeating: nil, count: width * height * 8)
    }

    mutating func add(_ element: Drawing.Element) {
        guard let element = element.drawable else { return }
        switch element {
        case .polyline(let points, let stroke): addLine(points, stroke)
        case .rule(let a, let b, _): addRule(a, b)
        case .polygon(let points, let color):
            // An area of dots would hide what is behind; its edge does not.
            addLine(
                points + points.prefix(1), Drawing.Stroke(color.with(alpha: 255), dash: [1, 3]))
        case .rectangle(let area, let fill, let stroke):
            if let fill, fill.alpha >= 100 { addArea(area, fill) }
            if let stroke { addLine(Self.outline(area), stroke) }
        case .disks(let disks, let fill, let stroke):
            let color = fill == theme.panel ? stroke?.color ?? fill : fill
            for disk in disks { addDisk(disk, color) }
        case .text(let label): addText(label)
        case .image(let area, let pixels): addImage(area, pixels)
        case .clip(let area): clips.append(area)
        case .endClip: _ = clips.popLast()
        }
    }

    private static func outline(_ area: Drawing.Rectangle) -> [Drawing.Point] {
        let (right, bottom) = (area.maxX, area.maxY)
        return [
            Drawing.Point(area.x, area.y), Drawing.Point(right, area.y),
            Drawing.Point(right, bottom), Drawing.Point(area.x, bottom),
            Drawing.Point(area.x, area.y),
        ]
    }

    private mutating func setDot(_ x: Double, _ y: Double, _ color: Drawing.Color) {
        var (x, y) = (x, y)
        if let clip = clips.last {
            // The ends of an axis belong to the frame.
            guard x >= clip.x - 0.5, x <= clip.maxX + 0.5, y >= clip.y - 0.5, y <= clip.maxY + 0.5
            else { return }
            x = min(max(x, clip.x), clip.maxX - 0.5)
            y = min(max(y, clip.y), clip.maxY - 0.5)
        }
        guard x >= 0, y >= 0, x < Double(2 * width), y < Double(4 * height) else { return }
        let (column, row) = (Int(x), Int(y))
        let bits: [UInt8] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80]
        let at = row / 4 * width + column / 2
        cells[at].dots |= bits[row % 4 * 2 + column % 2]
        cells[at].dotColor = color
    }

    private mutating func addLine(_ points: [Drawing.Point], _ stroke: Drawing.Stroke) {
        var dash = stroke.dash
        if color == .none, dash.isEmpty {
            let index = Self.index(of: stroke.color, in: &lineColors)
            let dashes: [[Double]] = [[], [4, 2], [1, 2], [5, 2, 1, 2]]
            dash = dashes[index % dashes.count]
        }
        let period = dash.reduce(0, +)
        var travelled = 0.0
        for (a, b) in zip(points, points.dropFirst()) {
            let length = max(abs(b.x - a.x), abs(b.y - a.y))
            // Far outside, a line has nothing to say.
            let steps = min(max(1, Int(length.rounded(.up))), 70_000)
            for step in 0...steps {
                let share = Double(step) / Double(steps)
                var phase =
                    period > 0
                    ? (travelled + length * share).truncatingRemainder(dividingBy: period) : 0
                var isDrawn = true
                for part in dash {
                    if phase < part { break }
                    phase -= part
                    isDrawn.toggle()
                }
                if isDrawn {
                    setDot(a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share, stroke.color)
                }
            }
            travelled += length
        }
    }

    private mutating func addDisk(_ disk: Drawing.Disk, _ color: Drawing.Color) {
        let reach = Int(min(max(disk.radius, 0), 40))
        for dy in -reach...reach {
            for dx in -reach...reach where dx * dx + dy * dy <= reach * reach {
                setDot(disk.center.x + Double(dx), disk.center.y + Double(dy), color)
            }
        }
    }

    /// A line of an axis, from cell to cell.
    private mutating func addRule(_ a: Drawing.Point, _ b: Drawing.Point) {
        func cell(_ point: Drawing.Point) -> (Int, Int) {
            (Int((point.x / 2).rounded(.down)), Int((point.y / 4).rounded(.down)))
        }
        let (from, to) = (cell(a), cell(b))
        func set(_ column: Int, _ row: Int, _ bits: UInt8) {
            guard (0..<width).contains(column), (0..<height).contains(row) else { return }
            cells[row * width + column].box |= bits
        }
        if from == to {
            set(from.0, from.1, b.x < a.x ? 4 : b.x > a.x ? 8 : b.y > a.y ? 2 : 1)
        } else if from.1 == to.1 {
            let (left, right) = (min(from.0, to.0), max(from.0, to.0))
            for column in left...right {
                set(
                    column, from.1,
                    (column > left ? 4 : 0)
                        | (column < right || a.x < b.x && column == right && right > left ? 8 : 0))
            }
        } else {
            let (top, bottom) = (min(from.1, to.1), max(from.1, to.1))
            for row in top...bottom {
                set(from.0, row, (row > top ? 1 : 2) | (row < bottom ? 2 : 0))
            }
        }
    }

    private mutating func addText(_ label: Drawing.Label) {
        let size = TextWidth.cells(label.text)
        let row = Int((label.point.y / 4).rounded(.down))
        guard size > 0, (0..<height).contains(row) else { return }
        let start: Double
        switch label.anchor {
        case .start: start = (label.point.x / 2).rounded()
        case .middle: start = (label.point.x / 2 - Double(size) / 2).rounded()
        case .end: start = (label.point.x / 2).rounded() - Double(size)
        }
        var column = max(0, min(Int(start), width - size))
        for character in label.text {
            let wide = TextWidth.cells(character)
            guard wide > 0 else { continue }
            guard column + wide <= width else { return }
            for offset in 0..<wide { clear(column + offset, row) }
            let at = row * width + column
            cells[at].character = character
            cells[at].ink = label.color
            cells[at].isBold = label.isBold
            if wide == 2 { cells[at + 1].isContinued = true }
            column += wide
        }
    }

    /// Takes away a character, and the other half of a wide one.
    private mutating func clear(_ column: Int, _ row: Int) {
        let at = row * width + column
        if cells[at].isContinued, column > 0 { cells[at - 1].character = " " }
        if column + 1 < width, cells[at + 1].isContinued {
            cells[at + 1].isContinued = false
            cells[at + 1].character = " "
        }
        cells[at].isContinued = false
        cells[at].character = nil
    }

    private mutating func addArea(_ area: Drawing.Rectangle, _ color: Drawing.Color) {
        let shades = [4, 2, 1, 3]
        let index = Self.index(of: color.with(alpha: 255), in: &areaColors)
        let fill = Fill(color: color.with(alpha: 255), shade: shades[index % shades.count])
        forDots(of: area) { canvas, x, y, _, _ in canvas.fills[y * 2 * canvas.width + x] = fill }
    }

    private mutating func addImage(_ area: Drawing.Rectangle, _ pixels: Drawing.Pixels) {
        guard pixels.width > 0, pixels.height > 0 else { return }
        let shades = Self.shades(pixels, isDark: theme == .dark)
        forDots(of: area) { canvas, x, y, across, down in
            let column = min(Int(across * Double(pixels.width)), pixels.width - 1)
            let row = min(Int(down * Double(pixels.height)), pixels.height - 1)
            let color = pixels[column, row]
            guard color.alpha > 0 else { return }
            let shade = shades[color] ?? Int((color.luminance.squareRoot() * 4).rounded())
            canvas.fills[y * 2 * canvas.width + x] = Fill(color: color, shade: shade)
        }
    }

    /// Few colors are told apart by their order, many by how light they are.
    private static func shades(_ pixels: Drawing.Pixels, isDark: Bool) -> [Drawing.Color: Int] {
        var colors: Set<Drawing.Color> = []
        for y in 0..<pixels.height {
            for x in 0..<pixels.width where pixels[x, y].alpha > 0 { colors.insert(pixels[x, y]) }
            if colors.count > 5 { return [:] }
        }
        let order = colors.sorted {
            ($0.luminance, $0.red, $0.green) < ($1.luminance, $1.red, $1.green)
        }
        var shades: [Drawing.Color: Int] = [:]
        for (index, color) in order.enumerated() {
            shades[color] = index * 4 / max(1, order.count - 1)
        }
        return shades
    }

    /// Calls `body` with each dot whose middle is inside, and with the shares of the area across
    /// and down to it.
    private mutating func forDots(
        of area: Drawing.Rectangle, _ body: (inout TerminalCanvas, Int, Int, Double, Double) -> Void
    ) {
        var seen = area
        if let clip = clips.last {
            let (x, y) = (max(area.x, clip.x), max(area.y, clip.y))
            seen = Drawing.Rectangle(
                x: x, y: y, width: min(area.maxX, clip.maxX) - x,
                height: min(area.maxY, clip.maxY) - y)
        }
        let columns =
            max(
                0, Int((seen.x - 0.5).rounded(.up)))..<max(
                0, min(2 * width, Int((seen.maxX - 0.5).rounded(.up))),
                max(0, Int((seen.x - 0.5).rounded(.up))))
        let first = max(0, Int((seen.y - 0.5).rounded(.up)))
        let rows = first..<max(first, min(4 * height, Int((seen.maxY - 0.5).rounded(.up))))
        for y in rows {
            for x in columns {
                body(
                    &self, x, y, (Double(x) + 0.5 - area.x) / max(area.width, 1e-9),
                    (Double(y) + 0.5 - area.y) / max(area.height, 1e-9))
            }
        }
    }

    private static func index(of color: Drawing.Color, in list: inout [Drawing.Color]) -> Int {
        if let index = list.firstIndex(of: color) { return index }
        list.append(color)
        return list.count - 1
    }
}
