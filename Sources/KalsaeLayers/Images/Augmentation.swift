import Glibc
import KalsaeGraph
import KalsaeSupport
import KalsaeTensor

/// A random change of images, of each by itself: in training only, by key, inside of the plan.
///
/// Images are `[batch, height, width, channels]` of floating-point numbers. The same key gives the
/// same images. A list of them is a layer: see ``Augment``.
public enum Augmentation: Sendable {
    /// Left and right changed, with a probability.
    case flipHorizontal(probability: Double = 0.5)
    /// Top and bottom changed, with a probability.
    case flipVertical(probability: Double = 0.5)
    /// Zeros on all sides, as many pixels as given, and of that a random part of the old size.
    case crop(padding: Int)
    /// Rotated about the center, by up to some degrees either way; zeros come in.
    case rotate(degrees: Double)
    /// Moved, by up to shares of height and width either way; zeros come in.
    case shift(vertical: Double, horizontal: Double)
    /// Made larger or smaller by a factor in `1 - amount ... 1 + amount`; zeros come in.
    case zoom(amount: Double)
    /// A number in ±amount is added to the whole image.
    case brightness(amount: Double)
    /// Distances from the image's own mean times a factor in `1 - amount ... 1 + amount`.
    case contrast(amount: Double)
    /// A rectangle is set to a number, with a probability; its sides are up to a share of the
    /// image's (DeVries and Taylor, 2017; Zhong et al., 2020).
    case erase(probability: Double = 0.5, share: Double = 0.5, value: Double = 0)
    /// Normal random numbers are added to every pixel.
    case noise(deviation: Double)

    /// The changed images for a key.
    public func callAsFunction(_ images: Tensor, key: RandomKey) -> Tensor {
        guard images.fault == nil else { return images }
        guard images.rank == 4, images.dtype.isFloat else {
            return fault(
                "images [batch, height, width, channels]", "\(images.dtype)\(images.shape)", images)
        }
        guard numbers.allSatisfy({ $0.isFinite }), isPossible else {
            return fault("settings of at least 0, probabilities up to 1", "\(self)", images)
        }
        guard images.count > 0 else { return images }
        return apply(images, Draw(batch: images.shape[0], key: key))
    }

    private var isPossible: Bool {
        switch self {
        case .flipHorizontal(let probability), .flipVertical(let probability):
            (0...1).contains(probability)
        case .zoom(let amount): amount >= 0 && amount < 1
        case .crop(let padding): padding >= 0 && padding < 1 << 20
        case .erase(let probability, let share, _):
            (0...1).contains(probability) && (0...1).contains(share)
        case .shift(let vertical, let horizontal): vertical >= 0 && horizontal >= 0
        case .rotate(let amount), .brightness(let amount), .contrast(let amount),
            .noise(let amount):
            amount >= 0
        }
    }

    private func fault(_ expected: String, _ got: String, _ images: Tensor) -> Tensor {
        Tensor(KalsaeError("augmentation", expected: expected, got: got), operands: [images])
    }

    private func apply(_ images: Tensor, _ draw: Draw) -> Tensor {
        let (height, width) = (Double(images.shape[1]), Double(images.shape[2]))
        switch self {
        case .flipHorizontal(let probability):
            return draw.happens(probability).select(images.reversed(axes: [2]), images)
        case .flipVertical(let probability):
            return draw.happens(probability).select(images.reversed(axes: [1]), images)
        case .crop(let padding):
            return moved(images, draw.whole(1, padding), draw.whole(2, padding))
        case .shift(let vertical, let horizontal):
            var map = draw.unmoved
            map.dy = draw.symmetric(1) * (vertical * height)
            map.dx = draw.symmetric(2) * (horizontal * width)
            return ImageWarp.warped(images, map, fill: 0)
        case .rotate(let degrees):
            let angle = draw.symmetric(1) * (degrees * Double.pi / 180)
            let (cosine, sine) = (angle.cos(), angle.sin())
            var map = draw.unmoved
            (map.a, map.b, map.c, map.d) = (cosine, sine, -sine, cosine)
            return ImageWarp.warped(images, map, fill: 0)
        case .zoom(let amount):
            let scale = (draw.symmetric(1) * amount + 1).reciprocal()
            var map = draw.unmoved
            (map.a, map.d) = (scale, scale)
            return ImageWarp.warped(images, map, fill: 0)
        case .brightness(let amount):
            return images + draw.perImage(draw.symmetric(1) * amount, images.dtype)
        case .contrast(let amount):
            let mean = images.mean(axes: [1, 2, 3], keepsAxes: true)
            let factor = draw.perImage(draw.symmetric(1) * amount + 1, images.dtype)
            return (images - mean) * factor + mean
        case .erase(let probability, let share, let value):
            let hole = draw.rectangle(images, share: share) .& draw.happens(probability)
            return hole.select(.ones(like: images) * value, images)
        case .noise(let deviation):
            return images
                + .normal(images.shape, deviation: deviation, key: draw.key, dtype: images.dtype)
        }
    }

    /// Images moved by whole pixels, with zeros coming in.
    private func moved(_ images: Tensor, _ down: Tensor, _ right: Tensor) -> Tensor {
        let (batch, height, width) = (images.shape[0], images.shape[1], images.shape[2])
        func grid(_ offset: Tensor, _ size: Int, _ shape: Shape) -> Tensor {
            let positions = Tensor.arange(size).cast(to: .float32).reshaped(to: shape)
            let all = positions + offset.reshaped(to: [batch, 1, 1])
            return all.broadcast(to: [batch, height, width])
        }
        let rows = grid(down, height, [1, height, 1])
        let columns = grid(right, width, [1, 1, width])
        return ImageWarp.taken(images, rows, columns, fill: 0)
    }
}

/// Random numbers for the images of a batch, one of each kind for each image.
struct Draw {
    let batch: Int
    let key: RandomKey

    /// Uniform in 0 ..< 1, `[batch]`.
    func even(_ stream: Int) -> Tensor { .uniform([batch], key: key.stream(stream)) }

    /// Uniform in -1 ..< 1, `[batch]`.
    func symmetric(_ stream: Int) -> Tensor { even(stream) * 2 - 1 }

    /// Whole numbers from -limit to limit as `float32`, `[batch]`.
    func whole(_ stream: Int, _ limit: Int) -> Tensor {
        (even(stream) * Double(2 * limit + 1)).floor().minimum(Double(2 * limit)) - Double(limit)
    }

    /// True with a probability, `[batch, 1, 1, 1]`.
    func happens(_ probability: Double) -> Tensor {
        (even(3) .< probability).reshaped(to: [batch, 1, 1, 1])
    }

    /// One number for each image, `[batch, 1, 1, 1]`.
    func perImage(_ numbers: Tensor, _ dtype: DType) -> Tensor {
        numbers.cast(to: dtype).reshaped(to: [batch, 1, 1, 1])
    }

    /// A map that leaves every pixel where it is.
    var unmoved: ImageWarp.Map {
        let (zero, one) = (Tensor.zeros([batch]), Tensor.ones([batch]))
        return ImageWarp.Map(a: one, b: zero, c: zero, d: one, dy: zero, dx: zero)
    }

    /// True inside of a rectangle of random position and size, `[batch, height, width, 1]`; its sides
    /// are up to a share of the image's.
    func rectangle(_ images: Tensor, share: Double) -> Tensor {
        let row = isInside(images.shape[1], share: even(4) * share, at: even(5))
        let column = isInside(images.shape[2], share: even(6) * share, at: even(7))
        let (height, width) = (images.shape[1], images.shape[2])
        return row.reshaped(to: [batch, height, 1, 1])
            .& column.reshaped(to: [batch, 1, width, 1])
    }

    /// Which of `size` positions lie in an interval of a share of them, `[batch, size]`, at least one.
    func isInside(_ size: Int, share: Tensor, at position: Tensor) -> Tensor {
        let length = (share * Double(size)).ceil().maximum(1)
        let start = (position * (Double(size) - length + 1)).floor()
        let (first, last) = (
            start.reshaped(to: [batch, 1]), (start + length).reshaped(to: [batch, 1])
        )
        let positions = Tensor.arange(size).cast(to: .float32).reshaped(to: [1, size])
        return (positions .>= first) .& (positions .< last)
    }
}
