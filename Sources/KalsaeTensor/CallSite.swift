import CKalsaeSupport
import Glibc

/// A place in the source: a line where the operation takes one, else the calling function.
public struct CallSite: Sendable, Equatable, CustomStringConvertible {
    private enum Place: Sendable {
        case line(StaticString, UInt)
        case function(String)
    }

    private let place: Place

    /// As in `Model/Model.swift:41`, or a function's name.
    public var description: String {
        switch place {
        case .line(let file, let line): "\(file):\(line)"
        case .function(let name): name
        }
    }

    /// The line that an operation was called from.
    public init(file: StaticString, line: UInt) { place = .line(file, line) }

    private init(function: String) { place = .function(function) }

    /// Whether two sites read the same.
    public static func == (left: CallSite, right: CallSite) -> Bool {
        left.description == right.description
    }

    /// Whether the line is in one of Kalsae's own libraries, which tells a user nothing.
    var isOwn: Bool {
        guard case .line(let file, _) = place else { return false }
        return CallSite.libraries.contains(String("\(file)".prefix { $0 != "/" }))
    }

    /// The nearest caller outside of Kalsae's own libraries: for operators, which take no line.
    ///
    /// Costs a walk over the stack, so it is asked for only once there is a fault.
    static func ofCaller() -> CallSite? {
        var names = [UnsafePointer<CChar>?](repeating: nil, count: 48)
        let count = Int(kalsae_calling_functions(&names, Int32(names.count)))
        for case let name? in names.prefix(count) {
            let symbol = String(cString: name)
            if symbol == "main" || symbol.hasSuffix("_main") { return CallSite(function: "main") }
            guard symbol.hasPrefix("$s"), !isOwn(symbol) else { continue }
            return CallSite(function: shortened(demangled(symbol)))
        }
        return nil
    }

    /// Whether a mangled symbol belongs to one of the libraries: `$s` + length + module name.
    private static func isOwn(_ symbol: String) -> Bool {
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

    /// `App.Model.train` of `closure #1 () -> () in App.Model.train(steps: Swift.Int) -> ()`.
    private static func shortened(_ name: String) -> String {
        let function = name.split(separator: " in ").last ?? name[...]
        let path = function.prefix { $0 != "(" }.split(separator: " : ").first ?? function
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
