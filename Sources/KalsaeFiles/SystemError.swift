import Glibc
import KalsaeSupport

extension KalsaeError {
    /// The error for a failed system call on a path: `errno`'s own words and what to do about it.
    package static func system(_ path: String, expected: String, code: Int32) -> KalsaeError {
        let advice =
            switch code {
            case ENOENT, ENOTDIR: "check the path"
            case EACCES, EPERM: "check the permissions"
            case EROFS: "choose a folder that can be written to"
            case ENOSPC, EDQUOT: "free some space or choose another folder"
            case EMFILE, ENFILE: "close some files or raise the limit (ulimit -n)"
            case EFBIG: "raise the file size limit (ulimit -f)"
            default: ""
            }
        let words = String(cString: strerror(code)).lowercased()
        return KalsaeError(path, expected: expected, got: words, advice: advice)
    }
}

/// What the machine has, as a bound on what one file may claim.
enum Memory {
    /// Bytes of physical memory; 1 GiB when the system does not tell.
    static let physical: Int = {
        let pages = sysconf(Int32(_SC_PHYS_PAGES))
        let size = sysconf(Int32(_SC_PAGESIZE))
        let (bytes, overflow) = pages.multipliedReportingOverflow(by: size)
        return pages > 0 && size > 0 && !overflow ? bytes : 1 << 30
    }()
}
