import KalsaeLayers
import KalsaeSupport
import KalsaeTensor
import KalsaeTesting
import Testing

@Suite struct StandardizationTests {
    @Test func standardizesTheLastAxis() throws {
        var layer = Standardization(features: 2)
        let x = Tensor([1, 2, 3, 4] as [Float], shape: [2, 2])
        #expect(try layer(x).values(Float.self) == [1, 2, 3, 4])
        try layer.setStatistics(mean: [1, 2], deviation: [2, 0])
        // A deviation of 0 leaves the difference.
        #expect(try layer(x).values(Float.self) == [0, 0, 1, 2])
        let images = Tensor([1, 2, 3, 4] as [Float], shape: [1, 2, 1, 2])
        #expect(try layer(images).values(Float.self) == [0, 0, 1, 2])
        #expect(layer(Tensor([1, 2, 3] as [Float], shape: [1, 3])).fault != nil)
        #expect(
            message { try layer.setStatistics(mean: [1], deviation: [1]) }.contains(
                "standardize: expected 2 finite means and deviations of at least 0, got 1 and 1"))
        #expect(throws: KalsaeError.self) {
            try layer.setStatistics(mean: [1, .nan], deviation: [1, 1])
        }
        #expect(throws: KalsaeError.self) {
            try layer.setStatistics(mean: [1, 1], deviation: [1, -1])
        }
    }

    /// The error of what fails.
    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return ""
        } catch { return (error as? KalsaeError)?.description ?? "\(error)" }
    }
}
