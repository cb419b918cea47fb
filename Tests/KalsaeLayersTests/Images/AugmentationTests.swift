import KalsaeGraph
import KalsaeLayers
import KalsaeTensor
import KalsaeTesting
import Testing

/// Changes of images: repeatable, each image by itself, and nothing but what they say.
@Suite struct AugmentationTests {
    private static let all: [Augmentation] = [
        .flipHorizontal(), .flipVertical(), .crop(padding: 2), .rotate(degrees: 30),
        .shift(vertical: 0.2, horizontal: 0.2), .zoom(amount: 0.3), .brightness(amount: 0.2),
        .contrast(amount: 0.5), .erase(probability: 1), .noise(deviation: 0.1),
    ]
    private let images = Tensor.uniform([16, 8, 6, 2], key: RandomKey(seed: 1))

    @Test(arguments: all) func isRepeatableByKey(_ change: Augmentation) throws {
        let key = RandomKey(seed: 3)
        let result = change(images, key: key)
        #expect(result.shape == images.shape)
        #expect(result.dtype == .float32)
        let numbers = try result.values()
        #expect(numbers.allSatisfy { $0.isFinite })
        let again = try change(images, key: key).values()
        #expect(numbers == again)
        let others = try change(images, key: RandomKey(seed: 4)).values()
        #expect(numbers != others)
        let before = try images.values()
        #expect(numbers != before)
        #expect(change(.zeros([0, 8, 6, 2]), key: key).shape == [0, 8, 6, 2])
    }

    @Test(arguments: all) func treatsEachImageByItself(_ change: Augmentation) throws {
        let same = images[0..<1].broadcast(to: images.shape)
        let result = change(same, key: RandomKey(seed: 3))
        let rows = try (0..<16).map { try result[$0].values() }
        #expect(Set(rows).count > 1)
    }

    @Test func nothingIsChangedByAmountsOfZero() throws {
        let none: [Augmentation] = [
            .flipHorizontal(probability: 0), .crop(padding: 0), .rotate(degrees: 0),
            .shift(vertical: 0, horizontal: 0), .zoom(amount: 0), .brightness(amount: 0),
            .contrast(amount: 0), .erase(probability: 0), .noise(deviation: 0),
        ]
        for change in none {
            expectClose(
                change(images, key: RandomKey(seed: 3)), images,
                tolerance: Tolerance(relative: 1e-6, absolute: 1e-6))
        }
    }

    @Test func flipsWhatItSays() throws {
        let key = RandomKey(seed: 1)
        let image = Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [1, 2, 3, 1])
        expectClose(
            Augmentation.flipHorizontal(probability: 1)(image, key: key), [3, 2, 1, 6, 5, 4],
            shape: [1, 2, 3, 1])
        expectClose(
            Augmentation.flipVertical(probability: 1)(image, key: key), [4, 5, 6, 1, 2, 3],
            shape: [1, 2, 3, 1])
        let half = Augmentation.flipHorizontal()(
            image.broadcast(to: [1000, 2, 3, 1]), key: key)
        let flipped = try half[.all, 0, 0, 0].values().filter { $0 == 3 }.count
        #expect((430...570).contains(flipped))
    }

    @Test func cropsMoveByWholePixels() throws {
        let image = Tensor([Float](repeating: 1, count: 16), shape: [1, 4, 4, 1])
        let moved = Augmentation.crop(padding: 1)(
            image.broadcast(to: [200, 4, 4, 1]), key: RandomKey(seed: 2))
        let sums = Set(try moved.sum(axes: [1, 2, 3]).values())
        #expect(sums == [9, 12, 16])
    }

    @Test func aSlantedPlaneTurnsExactly() throws {
        // Of a plane the value between pixels is the plane's own: rotated by θ it is known.
        let x = (Tensor.arange(9).cast(to: .float32) - 4).reshaped(to: [1, 1, 9, 1])
        let plane = x.broadcast(to: [1, 9, 9, 1])
        let rotated = Augmentation.rotate(degrees: 45)(plane, key: RandomKey(seed: 5))
        let near = rotated[0, 3..<6, 3..<6, 0]
        let center = try rotated[0, 4, 4, 0].item()
        #expect(abs(center) < 1e-5)
        let right = try near[1, 2].item(Double.self)
        let down = try near[2, 1].item(Double.self)
        #expect(abs(right * right + down * down - 1) < 1e-5)
        #expect(abs(right) > 0.7)
    }

    @Test func erasesARectangle() throws {
        let ones = Tensor.ones([50, 10, 10, 3])
        let erased = Augmentation.erase(probability: 1, share: 0.5, value: 7)(
            ones, key: RandomKey(seed: 2))
        let counts = try (erased .== 7).cast(to: .float32).sum(axes: [1, 2, 3]).values()
        #expect(counts.allSatisfy { (3...75).contains($0) })
        #expect(Set(try erased.values()) == [1, 7])
    }

    @Test func onlyInTraining() throws {
        let layer = Augment(.brightness(amount: 1), .noise(deviation: 1))
        #expect(try layer(images).values() == images.values())
        let (changed, _) = StepScope.training(key: RandomKey(seed: 1)) { layer(images) }
        #expect(try changed.values() != images.values())
    }

    @Test func badInputIsAFault() {
        let key = RandomKey(seed: 1)
        expectFault(Augmentation.rotate(degrees: 10)(.zeros([2, 3]), key: key), "images")
        expectFault(
            Augmentation.noise(deviation: 1)(.zeros([1, 2, 2, 1], dtype: .uint8), key: key),
            "images")
        expectFault(Augmentation.noise(deviation: -1)(images, key: key), "at least 0")
        expectFault(Augmentation.flipVertical(probability: 2)(images, key: key), "up to 1")
        expectFault(Augmentation.crop(padding: -3)(images, key: key), "at least 0")
        expectFault(Augmentation.zoom(amount: 1.5)(images, key: key), "settings")
        let few = Tensor([0, 1] as [Int32])
        expectFault(MixUp(classes: 2)(images, few, key: key).inputs, "mixUp")
        expectFault(MixUp(alpha: 0, classes: 2)(images, few, key: key).targets, "alpha")
        expectFault(
            CutMix(classes: 2)(.zeros([2, 3]), few, key: key).inputs, "images")
    }

    @Test func mixUpMixesTargetsAlike() throws {
        let labels = Tensor((0..<16).map { Int32($0 % 3) })
        let inputs = labels.oneHot(classes: 3)
        let (x, y) = MixUp(alpha: 1, classes: 3)(inputs, labels, key: RandomKey(seed: 2))
        expectClose(x, y)
        expectClose(y.sum(axes: [1]), .ones([16]))
        #expect(try y.values().contains { $0 > 0.01 && $0 < 0.99 })
    }

    @Test func cutMixMixesTargetsByArea() throws {
        let labels = Tensor((0..<16).map { Int32($0 % 3) })
        let images = labels.oneHot(classes: 3).reshaped(to: [16, 1, 1, 3])
        var mixed = 0
        for seed in 0..<12 {
            let (x, y) = CutMix(classes: 3)(
                images.broadcast(to: [16, 8, 8, 3]), labels, key: RandomKey(seed: seed))
            expectClose(
                x.mean(axes: [1, 2]), y, tolerance: Tolerance(relative: 1e-5, absolute: 1e-6))
            if try y.values().contains(where: { $0 > 0.01 && $0 < 0.99 }) { mixed += 1 }
        }
        #expect(mixed >= 8)
    }

    @Test(arguments: [0.2, 1, 4]) func sharesHaveTheirDistribution(_ alpha: Double) throws {
        var (sum, squares) = (0.0, 0.0)
        let inputs: Tensor = [[0], [1]]
        let labels = Tensor([0, 1] as [Int32])
        let count = 400
        for seed in 0..<count {
            let mixed = MixUp(alpha: alpha, classes: 2)(
                inputs, labels, key: RandomKey(seed: seed))
            // Rows paired with themselves stay; the other half shows the share.
            let pair = try mixed.inputs.values(Double.self)
            let share = pair[0] == 0 ? Double.nan : 1 - pair[0]
            guard !share.isNaN else { continue }
            sum += share
            squares += 1
        }
        #expect(squares > Double(count) / 4)
        let deviation = (0.25 / (2 * alpha + 1) / squares).squareRoot()
        #expect(abs(sum / squares - 0.5) < 5 * deviation)
    }

    @Test(arguments: Augmentation.all) func goesByName(_ change: Augmentation) throws {
        #expect(Augmentation(rawValue: change.name) == change)
        #expect(change.rawValue == change.name)
    }

    @Test func aTextHasTheSettings() throws {
        let shift = try #require(Augmentation(rawValue: "shift(horizontal: 0.3)"))
        #expect(shift == .shift(vertical: 0.1, horizontal: 0.3))
        #expect(shift.rawValue == "shift(horizontal: 0.3)")
        #expect(Augmentation(rawValue: "crop(4)") == .crop(padding: 4))
        #expect(
            Augmentation(rawValue: "erase(0.2, value: 1)") == .erase(probability: 0.2, value: 1))
        #expect(Augmentation(rawValue: "blur") == nil)
        #expect(Augmentation(rawValue: "zoom(by: 2)") == nil)
    }
}
