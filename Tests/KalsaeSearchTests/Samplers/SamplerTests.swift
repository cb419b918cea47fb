import KalsaeSearch
import KalsaeTesting
import Testing

@Suite("Samplers")
struct SamplerTests {
    @Test func eachObeysTheRules() {
        checkSampler(RandomSampler())
        checkSampler(GridSampler(levels: 3))
        checkSampler(SobolSampler())
        checkSampler(CoarseToFineSampler(round: 10, kept: 3))
        checkSampler(TPESampler())
        checkSampler(CMAESSampler())
        checkSampler(GaussianProcessSampler())
        checkSampler(NSGA2Sampler(populationSize: 10))
    }
}
