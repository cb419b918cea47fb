import CKalsaeSupport
import Glibc
import Synchronization

/// A location in the source: a line where the operation takes one, else the calling function.
public struct CallSite: Sendable, Equatable, CustomStringConvertible {
    private enum Origin: Sendable {
        case line(StaticString, UInt)
        case function(String)
    }

    private let origin: Origin

    /// As in `Model/Model.swift:41`, or a function's name.
    public var description: String {
        switch origin {
        case .line(let file, let line): "\(file):\(line)"
        case .function(let name): name
        }
    }

    /// The line that an operation was called from.
    public init(file: StaticString, line: UInt) { origin = .line(file, line) }

    private init(function: String) { origin = .function(function) }

    /// Whether two sites read the same.
    public static func == (left: CallSite, right: CallSite) -> Bool {
        left.description == right.description
    }

    /// Whether the line is in one of Kalsae's own libraries, which tells a user nothing.
    var isOwn: Bool {
        guard case .line(let file, _) = origin else { return false }
        return CallSite.libraries.contains(String("\(file)".prefix { $0 != "/" }))
    }

    /// The nearest caller outside of Kalsae's own libraries: for operators, which take no line.
    ///
    /// Costs a walk over the stack, so it is asked for only once there is a fault, or where a trace
    /// is noted.
    static func ofCaller() -> CallSite? {
        var names = [UnsafePointer<CChar>?](repeating: nil, count: 48)
        let count = Int(kalsae_calling_functions(&names, Int32(names.count)))
        for case let name? in names.prefix(count) {
            if let site = site(of: name) { return site }
        }
        return nil
    }

    /// What each name is, by its address, which stays: a trace asks for the same ones thousands of
    /// times.
    private static let sites = Mutex<[UInt: CallSite?]>([:])

    /// The function with a linker name; nil where it tells a user nothing.
    private static func site(of name: UnsafePointer<CChar>) -> CallSite? {
        let key = UInt(bitPattern: name)
        if let known = sites.withLock({ $0[key] }) { return known }
        let site = site(named: String(cString: name))
        sites.withLock { _ = $0.updateValue(site, forKey: key) }
        return site
    }

    private static func site(named symbol: String) -> CallSite? {
        if symbol == "main" || symbol.hasSuffix("_main") { return CallSite(function: "main") }
        guard symbol.hasPrefix("$s") else { return nil }
        let name = demangled(symbol)
        return isOwn(symbol, name) ? nil : CallSite(function: shortened(name))
    }

    /// Whether a symbol belongs to one of the libraries: `$s` + length + module name, where it is
    /// no extension from elsewhere.
    private static func isOwn(_ symbol: String, _ name: String) -> Bool {
        if let match = name.firstMatch(of: /\(extension in (\w+)\):/) {
            return libraries.contains(String(match.1))
        }
        let digits = symbol.dropFirst(2).prefix { $0.isNumber }
        guard let length = Int(digits) else { return true }
        let module = symbol.dropFirst(2 + digits.count).prefix(length)
        return libraries.contains(String(module))
    }

    private static let libraries: Set<String> = [
        "KalsaeSupport", "KalsaeGraph", "KalsaeBackend", "KalsaeReference", "KalsaeCPU",
        "KalsaeTensor", "KalsaeLayers", "KalsaeOptimizers", "KalsaeTraining", "KalsaeTesting",
        "Testing", "XCTest", "Foundation", "FoundationEssentials", "Dispatch",
    ]

    /// `App.Model.train` of `closure #1 () -> () in App.Model.train(steps: Swift.Int) -> ()`, also
    /// where the optimizer made a copy of the function or calls it by way of a protocol.
    package static func shortened(_ name: String) -> String {
        var whole = name
        // "function signature specialization <Arg[0] = Dead> of App.run(Tensor) -> Tensor"
        if let end = whole.ranges(of: "> of ").last { whole = String(whole[end.upperBound...]) }
        whole = whole.replacing(/\(extension in \w+\):/, with: "")
        // "App.(run in _5E4F)(Tensor) -> Tensor" is private.
        whole = whole.replacing(/\((\w+) in _[0-9A-F]+\)/) { $0.1 }
        if let witness = whole.firstMatch(
            of: /protocol witness for ([^( ]+).* in conformance ([\w.]+)/)
        {
            let function = witness.1.split(separator: ".").last ?? witness.1
            return "\(witness.2).\(function)"
        }
        let start = whole.ranges(of: " in ").last?.upperBound ?? whole.startIndex
        return path(whole[start...])
    }

    /// What stands before the parameters and the type, without words before the name.
    private static func path(_ function: Substring) -> String {
        let path =
            function.prefix { $0 != "(" && $0 != "<" }.split(separator: " : ").first ?? function
        return String(path.split(separator: " ").last ?? path)
    }

    private typealias Demangle =
        @convention(c) (
            UnsafePointer<CChar>, Int, UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<Int>?,
            UInt32
        ) -> UnsafeMutablePointer<CChar>?

    private static func demangled(_ symbol: String) -> String {
        guard let address = dlsym(nil, "swift_demangle") else { return symbol }
        let demangle = unsafeBitCast(address, to: Demangle.self)
        guard let text = demangle(symbol, symbol.utf8.count, nil, nil, 0) else { return symbol }
        defer { free(text) }
        return String(cString: text)
    }
}
