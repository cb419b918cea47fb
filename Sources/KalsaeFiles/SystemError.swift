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
