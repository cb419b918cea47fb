import KalsaeSupport
import Testing

@Suite struct CountingTests {
    @Test func oneHasTheSingular() {
        #expect(1.counting("epoch") == "1 epoch" && 0.counting("epoch") == "0 epochs")
        #expect(2.counting("class", "classes") == "2 classes")
    }
}
