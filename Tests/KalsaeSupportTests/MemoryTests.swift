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

    /// `ulimit -v` bounds addresses, of which a process has more than memory; swap space makes none.
    @Test func aLimitOfAddressesCounts() {
        func text(_ limit: String) -> String {
            "Limit                     Soft Limit           Hard Limit           Units\n"
                + "Max cpu time              unlimited            unlimited            seconds\n"
                + "Max address space         \(limit)           2147483648           bytes\n"
        }
        #expect(Memory.addressLimit(in: text("1073741824")) == 1 << 30)
        for limit in ["unlimited", "", "0", "-1"] {
            #expect(Memory.addressLimit(in: text(limit)) ?? 2 << 30 == 2 << 30, "\(limit)")
        }
        #expect(Memory.addressLimit(in: "") == nil)
        let page = Memory.addresses(in: "1 0 0")
        #expect(page > 0 && Memory.addresses(in: "900 300 200 0") == 900 * page)
        let files = [
            "/proc/self/statm": "900 300 200", "/proc/self/limits": text("1073741824"),
            "/proc/meminfo": "SwapTotal: 1024 kB\n",
        ]
        let facts = MemoryFacts(physical: 8 << 30, groups: "") { files[$0] }
        #expect(facts.left == 1 << 30 - 900 * page)
        #expect(facts.limit == 1 << 30 && facts.most == 1 << 30)
        var free = facts
        free.addressLimit = nil
        #expect(free.left == 8 << 30 + 1 << 20 - 100 * page && free.most == 8 << 30 + 1 << 20)
    }

    /// What others of a group hold is not left; what the system keeps of files is.
    @Test func othersOfAGroupCountAndFilesDoNot() {
        let (new, old) = ("/sys/fs/cgroup/pods/one", "/sys/fs/cgroup/memory/docker/x")
        let files = [
            "\(new)/memory.max": "419430400\n",
            "\(new)/memory.stat":
                "anon 104857600\nfile 209715200\nshmem 1048576\nanon_thp 2097152\n",
            "\(old)/memory.limit_in_bytes": "419430400\n",
            "\(old)/memory.stat":
                "cache 99\nrss 1\nshmem 1\ntotal_cache 209715200\ntotal_rss 104857600\ntotal_shmem 1048576\n",
            "/sys/fs/cgroup/memory/docker/memory.limit_in_bytes": "9223372036854771712\n",
            "/proc/meminfo": "SwapTotal: 2048 kB\n",
        ]
        for groups in ["0::/pods/one\n", "5:memory:/docker/x\n"] {
            let facts = MemoryFacts(physical: 8 << 30, groups: groups) { files[$0] }
            #expect(facts.left == (400 - 101 + 2) << 20, "\(groups)")
            #expect(facts.most == 402 << 20 && facts.limit == 400 << 20, "\(groups)")
        }
        // A process that was moved into its group has brought its memory along.
        var moved = MemoryFacts(physical: 8 << 30, swap: 0, held: 150 << 20)
        moved.groups = [MemoryFacts.Bound(limit: 400 << 20, held: 0)]
        #expect(moved.left == 250 << 20)
    }

    @Test func factsMayBeGiven() {
        let facts = MemoryFacts(physical: 1 << 20, swap: 0, held: 1 << 19)
        MemoryFacts.$source.withValue(MemoryFacts.Source { facts }) {
            #expect(Memory.left == 1 << 19 && Memory.limit == 1 << 20)
        }
        #expect(Memory.limit > 1 << 20)
    }
}
