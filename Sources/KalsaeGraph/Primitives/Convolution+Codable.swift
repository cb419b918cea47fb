import KalsaeSupport

extension Pair: Codable {
    /// Reads one number for both, or `[height, width]`.
    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let size = try? value.decode(Int.self) {
            self.init(size, size)
            return
        }
        guard let sizes = try? value.decode([Int].self), sizes.count == 2 else {
            throw KalsaeError("size", expected: "a number or [height, width]", got: "neither")
        }
        self.init(sizes[0], sizes[1])
    }

    /// Writes one number where both are equal.
    public func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        if height == width {
            try value.encode(height)
        } else {
            try value.encode([height, width])
        }
    }
}

extension Padding2D: Codable {
    /// Reads one number, or `[top, bottom, left, right]`.
    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let size = try? value.decode(Int.self) {
            self.init(all: size)
            return
        }
        guard let sizes = try? value.decode([Int].self), sizes.count == 4 else {
            throw KalsaeError(
                "padding", expected: "a number or [top, bottom, left, right]", got: "neither")
        }
        self.init(top: sizes[0], bottom: sizes[1], left: sizes[2], right: sizes[3])
    }

    /// Writes `[top, bottom, left, right]`.
    public func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        try value.encode([top, bottom, left, right])
    }
}
