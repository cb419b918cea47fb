import KalsaeGraph
import Testing

@Suite struct ShapeTests {
    @Test func countsElements() {
        #expect(Shape([]).elementCount == 1)
        #expect(Shape([2, 3, 4]).elementCount == 24)
        #expect(Shape([2, 0, 4]).elementCount == 0)
        #expect(TensorType(.bfloat16, [2, 3]).byteCount == 12)
    }

    @Test func stridesAreRowMajor() {
        #expect(Shape([2, 3, 4]).strides == [12, 4, 1])
        #expect(Shape([]).strides == [])
    }

    @Test func normalizesAxesFromTheEnd() {
        let shape: Shape = [2, 3]
        #expect(shape.normalized(axis: -1) == 1)
        #expect(shape.normalized(axis: 0) == 0)
        #expect(shape.normalized(axis: 2) == nil)
        #expect(shape.normalized(axis: -3) == nil)
    }

    @Test func broadcastsByNumPysRule() {
        #expect(Shape([2, 1, 4]).broadcast(with: [3, 1]) == [2, 3, 4])
        #expect(Shape([]).broadcast(with: [3]) == [3])
        #expect(Shape([]).broadcast(with: []) == [])
        #expect(Shape([1]).broadcast(with: [0]) == [0])
        #expect(Shape([2]).broadcast(with: [0]) == nil)
        #expect(Shape([2, 3]).broadcast(with: [2]) == nil)
    }

    @Test func rejectsWhatCannotBeCounted() {
        #expect(Shape([0, 1 << 43]).isValid)
        #expect(Shape([1 << 44]).isValid)
        #expect(!Shape([1 << 44, 2]).isValid)
        #expect(!Shape([0, .max, .max]).isValid)
        #expect(!Shape([-1, -1]).isValid)
    }
}

@Suite struct ScalarTests {
    @Test func roundsToItsType() {
        #expect(Scalar(0.1, .float32).double == Double(Float(0.1)))
        #expect(Scalar(0.1, .float64).double == 0.1)
        #expect(Scalar(0.1, .float16).double == Double(Float16(0.1)))
        #expect(Scalar(1.0 + 0x1p-8, .bfloat16).double == 1)
        #expect(Scalar(1.0 + 0x1.8p-7, .bfloat16).double == 1.0 + 0x1p-6)
    }

    @Test func saturatesWholeNumbers() {
        #expect(Scalar(-1.9, .int32).integer == -1)
        #expect(Scalar(300, .uint8).integer == 255)
        #expect(Scalar(-1, .uint8).integer == 0)
        #expect(Scalar(1e30, .int64).integer == .max)
        #expect(Scalar(-1e30, .int64).integer == .min)
        #expect(Scalar(.nan, .int32).integer == 0)
        #expect(Scalar(0.5, .bool).integer == 1)
    }

    @Test func keepsAllBitsOfLargeIntegers() {
        #expect(Scalar(integer: .max - 1, .int64).integer == .max - 1)
        #expect(Scalar(integer: 7, .uint8) == Scalar(7, .uint8))
        #expect(Scalar(integer: 7, .uint8) != Scalar(7, .int32))
    }
}
