import Glibc

/// libpq, the client library of PostgreSQL, opened when it is first asked for: nothing needs it to
/// build, and who has no such store never loads it.
struct LibPQ: Sendable {
    typealias Text = UnsafePointer<CChar>
    typealias Texts = UnsafePointer<Text?>
    typealias Lengths = UnsafePointer<CInt>

    // A connection and a result are opaque pointers.
    let connect: @convention(c) (Texts, Texts, CInt) -> OpaquePointer?
    let finish: @convention(c) (OpaquePointer?) -> Void
    let status: @convention(c) (OpaquePointer?) -> CInt
    let errorMessage: @convention(c) (OpaquePointer?) -> Text?
    let execute: @convention(c) (OpaquePointer?, Text) -> OpaquePointer?
    let prepare:
        @convention(c) (OpaquePointer?, Text, Text, CInt, UnsafePointer<UInt32>?) -> OpaquePointer?
    let executePrepared:
        @convention(c) (
            OpaquePointer?, Text, CInt, Texts?, Lengths?, Lengths?, CInt
        ) -> OpaquePointer?
    let resultStatus: @convention(c) (OpaquePointer?) -> CInt
    let errorField: @convention(c) (OpaquePointer?, CInt) -> Text?
    let rowCount: @convention(c) (OpaquePointer?) -> CInt
    let columnCount: @convention(c) (OpaquePointer?) -> CInt
    let value: @convention(c) (OpaquePointer?, CInt, CInt) -> Text?
    let isNull: @convention(c) (OpaquePointer?, CInt, CInt) -> CInt
    let clear: @convention(c) (OpaquePointer?) -> Void

    /// `CONNECTION_OK`, `PGRES_COMMAND_OK`, `PGRES_TUPLES_OK` and `PG_DIAG_SQLSTATE` of libpq-fe.h.
    static let (connectionOK, commandOK, rowsOK, stateField) = (
        CInt(0), CInt(1), CInt(2), CInt(UInt8(ascii: "C"))
    )

    /// The library of this machine; nil where it has none.
    static let loaded = LibPQ()

    private init?() {
        let names = ["libpq.so.5", "libpq.so"]
        let opened = names.lazy.compactMap { dlopen($0, RTLD_NOW | RTLD_LOCAL) }.first
        guard let opened else { return nil }
        func symbol<Function>(_ name: String, as type: Function.Type = Function.self) -> Function? {
            dlsym(opened, name).map { unsafeBitCast($0, to: type) }
        }
        guard
            let connect: @convention(c) (Texts, Texts, CInt) -> OpaquePointer? =
                symbol("PQconnectdbParams"),
            let finish: @convention(c) (OpaquePointer?) -> Void = symbol("PQfinish"),
            let status: @convention(c) (OpaquePointer?) -> CInt = symbol("PQstatus"),
            let errorMessage: @convention(c) (OpaquePointer?) -> Text? = symbol("PQerrorMessage"),
            let execute: @convention(c) (OpaquePointer?, Text) -> OpaquePointer? = symbol("PQexec"),
            let prepare:
                @convention(c) (
                    OpaquePointer?, Text, Text, CInt, UnsafePointer<UInt32>?
                ) -> OpaquePointer? = symbol("PQprepare"),
            let executePrepared:
                @convention(c) (
                    OpaquePointer?, Text, CInt, Texts?, Lengths?, Lengths?, CInt
                ) -> OpaquePointer? = symbol("PQexecPrepared"),
            let resultStatus: @convention(c) (OpaquePointer?) -> CInt = symbol("PQresultStatus"),
            let errorField: @convention(c) (OpaquePointer?, CInt) -> Text? =
                symbol("PQresultErrorField"),
            let rowCount: @convention(c) (OpaquePointer?) -> CInt = symbol("PQntuples"),
            let columnCount: @convention(c) (OpaquePointer?) -> CInt = symbol("PQnfields"),
            let value: @convention(c) (OpaquePointer?, CInt, CInt) -> Text? = symbol("PQgetvalue"),
            let isNull: @convention(c) (OpaquePointer?, CInt, CInt) -> CInt = symbol("PQgetisnull"),
            let clear: @convention(c) (OpaquePointer?) -> Void = symbol("PQclear")
        else { return nil }
        (self.connect, self.finish, self.status) = (connect, finish, status)
        (self.errorMessage, self.execute, self.prepare) = (errorMessage, execute, prepare)
        (self.executePrepared, self.resultStatus) = (executePrepared, resultStatus)
        (self.errorField, self.rowCount, self.columnCount) = (errorField, rowCount, columnCount)
        (self.value, self.isNull, self.clear) = (value, isNull, clear)
    }
}
