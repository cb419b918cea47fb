import KalsaeSupport
import Testing

@Suite struct MemoryTests {
    private func limit(_ groups: String, _ files: [String: String]) -> Int? {
        Memory.limit(of: groups) { files[$0] }
    }

    @Test func theLeastLimitOfAllGroupsCounts() {
        let (root, groups) = ("/sys/fs/cgroup", "0::/pods/one\n")
        #expect(limit(groups, [:]) == nil)
        #expect(limit(groups, ["\(root)/pods/one/memory.max": "max\n"]) == nil)
        let files = [
            "\(root)/pods/one/memory.max": "4294967296\n",
            "\(root)/pods/memory.max": "2147483648\n",
        ]
        #expect(limit(groups, files) == 2 << 30)
        #expect(limit("0::/\n", ["\(root)/memory.max": "1048576\n"]) == 1 << 20)
    }

    @Test func groupsOfTheFirstVersionCount() {
        let files = ["/sys/fs/cgroup/memory/docker/x/memory.limit_in_bytes": "1073741824\n"]
        #expect(limit("5:memory:/docker/x\n0::/\n", files) == 1 << 30)
        #expect(limit("5:cpu:/docker/x\n", files) == nil)
    }

    @Test func whatIsNoLimitIsNone() {
        for text in ["", "-1", "0", "a b", "1.5", "99999999999999999999"] {
            #expect(limit("0::/\n", ["/sys/fs/cgroup/memory.max": text]) == nil, "\(text)")
        }
        #expect(limit("no line\n\n::\n", [:]) == nil)
    }

    @Test func whatIsHeldIsNotLeft() {
        let page = Memory.held(in: "9 3 2 0 0 0 0\n")
        #expect(page > 0 && Memory.held(in: "900 300 200 0 0 0 0") == 100 * page)
        for text in ["", "5", "a b c", "9 2 3"] { #expect(Memory.held(in: text) == 0, "\(text)") }
        #expect(Memory.left < Memory.most)
    }

    @Test func swapSpaceCounts() {
        #expect(Memory.swap(in: "MemTotal: 5 kB\nSwapTotal:       1024 kB\n") == 1 << 20)
        #expect(Memory.swap(in: "MemTotal: 5 kB\n") == 0)
        #expect(Memory.limit <= Memory.physical && Memory.most >= Memory.limit)
    }
}
