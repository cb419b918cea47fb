import KalsaeSupport
import Testing

@Suite struct SpellingSuggestionTests {
    @Test func nearestName() {
        let names = ["median_house_value", "population", "age"]
        #expect(SpellingSuggestion.of("median_house_valeu", in: names) == "median_house_value")
        #expect(SpellingSuggestion.of("Population", in: names) == "population")
        #expect(SpellingSuggestion.of("aeg", in: names) == "age")
        #expect(SpellingSuggestion.of("zzz", in: names) == nil)
        #expect(SpellingSuggestion.of("", in: names) == nil)
        #expect(SpellingSuggestion.of("x", in: []) == nil)
    }
}
