import KalsaeSupport
import Testing

@Suite struct CoresTests {
    private func quota(_ groups: String, _ files: [String: String]) -> Double? {
        Cores.quota(of: groups) { files[$0] }
    }

    @Test func theLeastQuotaOfAllGroupsCounts() {
        let groups = "0::/system.slice/job.scope\n"
        #expect(quota(groups, [:]) == nil)
        let root = "/sys/fs/cgroup"
        #expect(quota(groups, ["\(root)/cpu.max": "max 100000\n"]) == nil)
        #expect(quota(groups, ["\(root)/system.slice/job.scope/cpu.max": "150000 100000\n"]) == 1.5)
        #expect(
            quota(
                groups,
                [
                    "\(root)/system.slice/job.scope/cpu.max": "400000 100000\n",
                    "\(root)/system.slice/cpu.max": "250000 100000\n",
                ]) == 2.5)
        // In a container its own group is the root.
        #expect(quota("0::/\n", ["\(root)/cpu.max": "50000 100000\n"]) == 0.5)
    }

    @Test func groupsOfTheFirstVersionCount() {
        let files = [
            "/sys/fs/cgroup/cpu/docker/x/cpu.cfs_quota_us": "300000\n",
            "/sys/fs/cgroup/cpu/docker/x/cpu.cfs_period_us": "100000\n",
            "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
            "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
        ]
        #expect(quota("5:memory:/docker/x\n4:cpu,cpuacct:/docker/x\n0::/\n", files) == 3)
        #expect(quota("5:memory:/docker/x\n", files) == nil)
    }

    @Test func whatIsNoQuotaIsNone() {
        for text in ["", "max", "0 100000", "5 0", "a b", "1 2 3", "-1 100000"] {
            #expect(quota("0::/\n", ["/sys/fs/cgroup/cpu.max": text]) == nil, "\(text)")
        }
        #expect(quota("", [:]) == nil && quota("no line\n\n::\n", [:]) == nil)
    }

    @Test func coresOfTheMaskCount() {
        let status = "Name:\tkalsae\nCpus_allowed:\tff,ffffffff\nCpus_allowed_list:\t0-39\n"
        #expect(Cores.allowed(by: status, online: 64) == 40)
        #expect(Cores.allowed(by: "Cpus_allowed:\t5\n", online: 4) == 2)
        // A virtual machine may have room for more processors than it has.
        #expect(Cores.allowed(by: status, online: 4) == 4)
        #expect(Cores.allowed(by: "Cpus_allowed:\t0\n", online: 3) == 3)
        #expect(Cores.allowed(by: "Name:\tx\n", online: 3) == 3)
    }

    @Test func threadsUseAQuotaUp() {
        #expect([0.1, 1, 1.2, 2, 1e300].map(Cores.whole) == [1, 1, 2, 2, .max])
        #expect(Cores.available >= 1)
    }
}
