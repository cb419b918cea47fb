import Glibc

/// A point of a stroke: x to the right, y down, both from 0 to 1.
struct DigitPoint: Sendable {
    var x: Float
    var y: Float
}

/// The strokes of the ten digits, each in one or more ways of writing it.
enum DigitStrokes {
    /// For each digit its variants; a variant is strokes, a stroke is points.
    static let variants: [[[[DigitPoint]]]] = [
        [[arc(0.5, 0.5, 0.36, 0.5, -90, 270)], [arc(0.5, 0.5, 0.27, 0.5, -60, 300)]],
        [
            [points(0.5, 0, 0.5, 0.35, 0.5, 0.7, 0.5, 1)],
            [points(0.3, 0.22, 0.42, 0.13, 0.53, 0), points(0.53, 0, 0.53, 0.5, 0.53, 1)],
            [
                points(0.32, 0.22, 0.43, 0.13, 0.53, 0), points(0.53, 0, 0.53, 0.5, 0.53, 1),
                points(0.28, 1, 0.53, 1, 0.78, 1),
            ],
        ],
        [
            [
                arc(0.48, 0.28, 0.34, 0.28, -165, 20) + points(0.66, 0.55, 0.4, 0.8, 0.14, 1),
                points(0.14, 1, 0.5, 1, 0.88, 0.98),
            ],
            [
                points(
                    0.16, 0.2, 0.4, 0.01, 0.72, 0.1, 0.76, 0.36, 0.55, 0.65, 0.3, 0.9, 0.12, 0.92,
                    0.2, 0.78, 0.42, 0.86, 0.64, 0.99, 0.88, 0.9)
            ],
        ],
        [
            [
                arc(0.44, 0.25, 0.32, 0.25, -150, 80) + arc(0.44, 0.74, 0.37, 0.26, -75, 150)
            ],
            [
                points(0.16, 0, 0.5, 0, 0.8, 0.01), points(0.8, 0.01, 0.62, 0.2, 0.42, 0.4),
                arc(0.42, 0.7, 0.38, 0.3, -88, 145),
            ],
        ],
        [
            [
                points(0.38, 0, 0.26, 0.3, 0.1, 0.62), points(0.1, 0.62, 0.5, 0.61, 0.92, 0.6),
                points(0.68, 0.25, 0.67, 0.6, 0.65, 1),
            ],
            [
                points(0.64, 0, 0.36, 0.34, 0.06, 0.68), points(0.06, 0.68, 0.5, 0.68, 0.94, 0.68),
                points(0.64, 0, 0.64, 0.5, 0.64, 1),
            ],
            [
                points(0.16, 0.02, 0.14, 0.25, 0.2, 0.48, 0.48, 0.52, 0.8, 0.44),
                points(0.82, 0, 0.8, 0.5, 0.74, 1),
            ],
        ],
        [
            [
                points(0.84, 0, 0.5, 0, 0.24, 0.02), points(0.24, 0.02, 0.21, 0.2, 0.18, 0.44),
                points(0.18, 0.44) + arc(0.44, 0.69, 0.38, 0.3, -110, 145),
            ],
            [
                points(0.22, 0.04, 0.2, 0.24, 0.18, 0.42)
                    + points(0.5, 0.36, 0.8, 0.5, 0.82, 0.76, 0.56, 0.99, 0.14, 0.94),
                points(0.22, 0.04, 0.5, 0.03, 0.86, 0),
            ],
        ],
        [
            [
                points(0.7, 0, 0.44, 0.14, 0.22, 0.42, 0.15, 0.72)
                    + arc(0.48, 0.73, 0.32, 0.26, 180, -180)
            ],
            [
                points(0.56, 0, 0.34, 0.25, 0.2, 0.55, 0.22, 0.86, 0.48, 1, 0.76, 0.88)
                    + points(0.78, 0.64, 0.52, 0.52, 0.24, 0.68)
            ],
        ],
        [
            [points(0.1, 0, 0.5, 0, 0.88, 0.01), points(0.88, 0.01, 0.62, 0.45, 0.42, 1)],
            [
                points(0.1, 0.02, 0.5, 0.01, 0.88, 0), points(0.88, 0, 0.64, 0.42, 0.4, 1),
                points(0.3, 0.5, 0.54, 0.48, 0.8, 0.47),
            ],
            [
                points(0.14, 0.18, 0.12, 0.02), points(0.12, 0.02, 0.5, 0.03, 0.86, 0),
                points(0.86, 0, 0.72, 0.3, 0.6, 0.6, 0.56, 1),
            ],
        ],
        [
            [arc(0.5, 0.24, 0.27, 0.24, 90, 450), arc(0.5, 0.74, 0.34, 0.26, -90, 270)],
            [
                points(
                    0.78, 0.12, 0.5, 0, 0.22, 0.16, 0.36, 0.4, 0.7, 0.6, 0.78, 0.82, 0.5, 1,
                    0.2, 0.84, 0.3, 0.6, 0.64, 0.4, 0.8, 0.14)
            ],
        ],
        [
            [
                arc(0.48, 0.28, 0.32, 0.28, 0, -360),
                points(0.8, 0.24, 0.78, 0.55, 0.66, 0.85, 0.5, 1),
            ],
            [arc(0.46, 0.27, 0.32, 0.27, -20, -340), points(0.78, 0.06, 0.78, 0.5, 0.76, 1)],
            [
                arc(0.48, 0.28, 0.32, 0.28, 0, -360),
                points(0.8, 0.24, 0.8, 0.6, 0.7, 0.92, 0.42, 1, 0.18, 0.9),
            ],
        ],
    ]

    private static func points(_ numbers: Float...) -> [DigitPoint] {
        stride(from: 0, to: numbers.count - 1, by: 2).map {
            DigitPoint(x: numbers[$0], y: numbers[$0 + 1])
        }
    }

    /// An elliptic arc about (x, y) between two angles in degrees, 0 to the right, 90 down.
    private static func arc(
        _ x: Float, _ y: Float, _ width: Float, _ height: Float, _ from: Float, _ to: Float
    ) -> [DigitPoint] {
        let steps = max(2, Int(abs(to - from) / 30))
        return (0...steps).map { step in
            let angle = (from + (to - from) * Float(step) / Float(steps)) * .pi / 180
            return DigitPoint(x: x + width * cosf(angle), y: y + height * sinf(angle))
        }
    }
}
