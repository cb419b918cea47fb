import Glibc
import KalsaeSupport

/// Images of digits, 28 by 28, drawn rather than scanned: a data set without a download.
///
/// A digit is a few strokes in the unit square. Each image moves the strokes' points a little,
/// bends the plane (elastic distortion), turns, slants, scales and shifts it, and draws with a pen
/// of its own width. Image `i` depends on the seed and on `i` alone, and shows the digit `i % 10`.
public enum DrawnDigits {
    /// Pixels a side.
    public static let side = 28

    /// Images in the named set `digits`.
    static let setCount = 10_000

    /// `count` images, `UInt8` [count, 28, 28, 1], white on black, with their digits as classes.
    public static func make(count: Int, seed: UInt64) -> LabeledData {
        let count = max(0, count)
        let size = side * side
        let pixels = [UInt8](unsafeUninitializedCapacity: count * size) { buffer, filled in
            var canvas = DigitCanvas()
            for index in 0..<count {
                canvas.draw(digit: index % 10, seed: seed, index: index)
                for (k, value) in canvas.pixels.enumerated() {
                    buffer.initializeElement(at: index * size + k, to: value)
                }
            }
            filled = count * size
        }
        let classes = (0..<count).map { Int32($0 % 10) }
        let names = (0..<10).map(\.description)
        return LabeledData(
            fitting: .bytes(pixels), [side, side, 1], .classes(classes, names: names))
    }

    /// The named set `digits`: 10,000 images in three parts.
    public static func load(
        fractions: Split.Fractions = .standard, seed: UInt64
    ) throws(KalsaeError) -> DataParts {
        let all = make(count: setCount, seed: seed)
        let classes = (0..<setCount).map { Int32($0 % 10) }
        let split = try Split(count: setCount, classes: classes, fractions: fractions, seed: seed)
        return DataParts(
            name: "digits", train: try all.rows(split.train),
            validation: try all.rows(split.validation), test: try all.rows(split.test))
    }
}

/// One image being drawn.
private struct DigitCanvas {
    var pixels = [UInt8](repeating: 0, count: DrawnDigits.side * DrawnDigits.side)
    private var ink = [Float](repeating: 0, count: DrawnDigits.side * DrawnDigits.side)

    mutating func draw(digit: Int, seed: UInt64, index: Int) {
        var generator = Philox(seed: seed, stream: RandomStream.digits, step: UInt64(index))
        for k in ink.indices { ink[k] = 0 }
        let variants = DigitStrokes.variants[digit]
        let strokes = variants[generator.next(below: variants.count)]
        let warp = Warp(&generator)
        let radius = generator.between(0.75, 1.55)
        for stroke in strokes {
            let moved = stroke.map { point in
                DigitPoint(
                    x: point.x + generator.between(-0.035, 0.035),
                    y: point.y + generator.between(-0.035, 0.035))
            }
            let line = Self.smooth(moved).map(warp.apply)
            for k in 1..<max(1, line.count) { mark(from: line[k - 1], to: line[k], radius: radius) }
        }
        let brightness = generator.between(0.8, 1) * 255
        for k in ink.indices { pixels[k] = UInt8(ink[k] * brightness) }
    }

    /// Five points for each but the last: Catmull-Rom, so that the curve goes through all of them.
    private static func smooth(_ points: [DigitPoint]) -> [DigitPoint] {
        var line: [DigitPoint] = []
        for k in 1..<max(1, points.count) {
            let (b, c) = (points[k - 1], points[k])
            let a = k >= 2 ? points[k - 2] : b
            let d = k + 1 < points.count ? points[k + 1] : c
            for step in 0..<5 {
                let t = Float(step) / 5
                line.append(
                    DigitPoint(
                        x: catmullRom(a.x, b.x, c.x, d.x, t), y: catmullRom(a.y, b.y, c.y, d.y, t)))
            }
        }
        if let last = points.last { line.append(last) }
        return line
    }

    private static func catmullRom(
        _ a: Float, _ b: Float, _ c: Float, _ d: Float, _ t: Float
    ) -> Float {
        let cubic = 3 * (b - c) + d - a
        let square = 2 * a - 5 * b + 4 * c - d
        return b + 0.5 * t * (c - a + t * (square + t * cubic))
    }

    /// Inks every pixel by its distance to the segment, one pixel of soft edge.
    private mutating func mark(from start: DigitPoint, to end: DigitPoint, radius: Float) {
        let side = DrawnDigits.side
        let reach = radius + 0.5
        func span(_ a: Float, _ b: Float) -> ClosedRange<Int>? {
            let low = max(0, Int((min(a, b) - reach).rounded(.down)))
            let high = min(side - 1, Int((max(a, b) + reach).rounded(.up)))
            return low <= high ? low...high : nil
        }
        guard let columns = span(start.x, end.x), let rows = span(start.y, end.y) else { return }
        let (dx, dy) = (end.x - start.x, end.y - start.y)
        let scale = 1 / max(dx * dx + dy * dy, 1e-6)
        for row in rows {
            for column in columns {
                let (px, py) = (Float(column) - start.x, Float(row) - start.y)
                let t = min(1, max(0, (px * dx + py * dy) * scale))
                let (ex, ey) = (px - t * dx, py - t * dy)
                let cover = min(1, max(0, reach - (ex * ex + ey * ey).squareRoot()))
                let index = row * side + column
                ink[index] = max(ink[index], cover)
            }
        }
    }
}

/// The distortion of one image: elastic, then affine, from the unit square to pixels.
private struct Warp {
    private let waves: [(kx: Float, ky: Float, phase: Float, ax: Float, ay: Float)]
    private let a, b, c, d, x, y: Float

    init(_ generator: inout Philox) {
        waves = (0..<3).map { _ in
            (
                generator.between(-5, 5), generator.between(-5, 5), generator.between(0, 6.2832),
                generator.between(-0.04, 0.04), generator.between(-0.04, 0.04)
            )
        }
        let angle = generator.between(-0.28, 0.28)
        let slant = generator.between(-0.3, 0.3)
        let width = generator.between(14, 20)
        let height = generator.between(16.5, 21)
        a = cosf(angle) * width
        b = (slant * cosf(angle) - sinf(angle)) * height
        c = sinf(angle) * width
        d = (slant * sinf(angle) + cosf(angle)) * height
        x = 13.5 + generator.between(-2.2, 2.2)
        y = 13.5 + generator.between(-1.6, 1.6)
    }

    func apply(_ point: DigitPoint) -> DigitPoint {
        var u = point.x - 0.5
        var v = point.y - 0.5
        for wave in waves {
            let bend = sinf(wave.kx * point.x + wave.ky * point.y + wave.phase)
            u += wave.ax * bend
            v += wave.ay * bend
        }
        return DigitPoint(x: a * u + b * v + x, y: c * u + d * v + y)
    }
}

extension Philox {
    fileprivate mutating func between(_ low: Float, _ high: Float) -> Float {
        low + (high - low) * Float(nextUniform())
    }
}
