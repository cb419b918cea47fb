import KalsaeSupport
import Testing

@Suite struct ShellWordTests {
    @Test(arguments: [
        ("plain-1.csv", "plain-1.csv"), ("/a/b_c=1:2@x%,+", "/a/b_c=1:2@x%,+"), ("", "''"),
        ("plan a", "'plan a'"), ("it's", "'it'\\''s'"), ("$(x);y", "'$(x);y'"), ("집", "'집'"),
    ])
    func wordsThatAShellReadsBack(_ text: String, _ word: String) {
        #expect(text.shellWord == word)
    }
}
