import KalsaeGraph
import KalsaeTensor

/// Images sampled at other positions: the tensor programs below augmentations.
///
/// Images are `[batch, height, width, channels]`; numbers that differ from image to image are
/// `[batch]`.
enum ImageWarp {
    /// Where each pixel of the result comes from, as a map of centered coordinates:
    /// `(y, x) ↦ (a y + b x + dy, c y + d x + dx)`; each `[batch]`.
    struct Map {
        var a: Tensor
        var b: Tensor
        var c: Tensor
        var d: Tensor
        var dy: Tensor
        var dx: Tensor
    }

    /// Images by a map of positions, between pixels by their four neighbors (bilinear); `fill` where
    /// the position is outside.
    static func warped(_ images: Tensor, _ map: Map, fill: Double) -> Tensor {
        let (height, width) = (images.shape[1], images.shape[2])
        let y = centered(height).reshaped(to: [1, height, 1])
        let x = centered(width).reshaped(to: [1, 1, width])
        func each(_ numbers: Tensor) -> Tensor { numbers.reshaped(to: [images.shape[0], 1, 1]) }
        let fromY = each(map.a) * y + each(map.b) * x + each(map.dy) + Double(height - 1) / 2
        let fromX = each(map.c) * y + each(map.d) * x + each(map.dx) + Double(width - 1) / 2
        let (top, left) = (fromY.floor(), fromX.floor())
        let (down, right) = (fromY - top, fromX - left)
        let corners = [
            (top, left, (1 - down) * (1 - right)), (top, left + 1, (1 - down) * right),
            (top + 1, left, down * (1 - right)), (top + 1, left + 1, down * right),
        ]
        var result: Tensor?
        for (row, column, share) in corners {
            let part =
                taken(images, row, column, fill: fill)
                * share.expandingShape(at: -1).cast(to: images.dtype)
            result = result.map { $0 + part } ?? part
        }
        return result ?? images
    }

    /// The pixels at whole numbers of rows and columns, `[batch, height, width]` each.
    static func taken(
        _ images: Tensor, _ rows: Tensor, _ columns: Tensor, fill: Double
    ) -> Tensor {
        let (batch, height, width) = (images.shape[0], images.shape[1], images.shape[2])
        let isInside =
            (rows .>= 0) .& (rows .<= Double(height - 1)) .& (columns .>= 0)
            .& (columns .<= Double(width - 1))
        let row = rows.clipped(to: 0...Double(height - 1)).cast(to: .int32)
        let column = columns.clipped(to: 0...Double(width - 1)).cast(to: .int32)
        let first = Tensor.arange(batch).reshaped(to: [batch, 1, 1]) * Double(height * width)
        let index = first + row * Double(width) + column
        let pixels = images.reshaped(to: [batch * height * width, images.shape[3]])
        let found = pixels.gathered(at: index)
        return isInside.expandingShape(at: -1).select(found, .ones(like: found) * fill)
    }

    /// Coordinates of pixel centers with 0 in the middle, `[size]`.
    static func centered(_ size: Int) -> Tensor {
        Tensor.arange(size).cast(to: .float32) - Double(size - 1) / 2
    }
}
