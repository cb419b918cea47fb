/// The colors of a figure.
public enum Theme: String, Codable, CaseIterable, Sendable {
    /// Dark ink on white.
    case light
    /// Light ink on a dark ground.
    case dark
}

extension Theme {
    package var background: Drawing.Color {
        self == .light ? .white : Drawing.Color(0x15, 0x18, 0x1c)
    }
    /// The ground between the axes.
    package var panel: Drawing.Color { self == .light ? .white : Drawing.Color(0x1b, 0x1f, 0x24) }
    package var ink: Drawing.Color {
        self == .light ? Drawing.Color(0x1f, 0x23, 0x28) : Drawing.Color(0xe6, 0xe9, 0xed)
    }
    /// Of labels of ticks, and notes; at least 4.5 : 1 on the ground.
    package var muted: Drawing.Color {
        self == .light ? Drawing.Color(0x55, 0x5b, 0x63) : Drawing.Color(0xa9, 0xb1, 0xbb)
    }
    package var grid: Drawing.Color {
        self == .light ? Drawing.Color(0xe3, 0xe6, 0xea) : Drawing.Color(0x32, 0x38, 0x40)
    }
    package var axis: Drawing.Color {
        self == .light ? Drawing.Color(0x6b, 0x72, 0x7b) : Drawing.Color(0x8a, 0x93, 0x9e)
    }

    /// The color of the series with an index.
    ///
    /// Source: Okabe and Ito, "Color universal design" (2008), in an order in which neighbors
    /// differ in lightness too, and with the last for the ground's own ink.
    package func color(_ index: Int) -> Drawing.Color {
        let colors: [Drawing.Color] = [
            self == .light ? Drawing.Color(0x00, 0x72, 0xb2) : Drawing.Color(0x56, 0xb4, 0xe9),
            self == .light ? Drawing.Color(0xd5, 0x5e, 0x00) : Drawing.Color(0xe6, 0x9f, 0x00),
            Drawing.Color(0x00, 0x9e, 0x73),
            Drawing.Color(0xcc, 0x79, 0xa7),
            self == .light ? Drawing.Color(0xe6, 0x9f, 0x00) : Drawing.Color(0xf0, 0xe4, 0x42),
            self == .light ? Drawing.Color(0x56, 0xb4, 0xe9) : Drawing.Color(0x3d, 0x8f, 0xd1),
            self == .light ? Drawing.Color(0x6b, 0x72, 0x7b) : Drawing.Color(0xd5, 0x5e, 0x00),
        ]
        return colors[((index % colors.count) + colors.count) % colors.count]
    }

    /// Lines of series beyond the number of colors are dashed.
    package func dash(_ index: Int) -> [Double] {
        let dashes: [[Double]] = [[], [6, 3], [2, 2.5], [8, 3, 2, 3]]
        return dashes[max(0, index) / 7 % dashes.count]
    }
}
