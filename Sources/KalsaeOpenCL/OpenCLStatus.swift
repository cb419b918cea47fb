import CKalsaeDrivers

/// What numbers of OpenCL's functions mean.
enum OpenCLStatus {
    /// Whether a code says that there is no memory left.
    static func isOutOfMemory(_ code: kcl_int) -> Bool {
        [
            KCL_MEM_OBJECT_ALLOCATION_FAILURE, KCL_OUT_OF_RESOURCES, KCL_OUT_OF_HOST_MEMORY,
            KCL_INVALID_BUFFER_SIZE,
        ].contains(Int(code))
    }

    /// The name of the specification, with the number.
    static func name(_ code: kcl_int) -> String {
        names[Int(code)].map { "\($0) (\(code))" } ?? "error \(code)"
    }

    static func advice(_ code: kcl_int) -> String {
        switch Int(code) {
        case -5, -4, -6:
            "use a smaller batch (--batch), cut it into parts (--micro-batches), or look what else "
                + "runs on the device"
        case -36, -9999:
            "this process has lost the device: start it again, a run with --resume"
        default: ""
        }
    }

    private static let names: [Int: String] = [
        -1: "CL_DEVICE_NOT_FOUND", -2: "CL_DEVICE_NOT_AVAILABLE",
        -3: "CL_COMPILER_NOT_AVAILABLE", -4: "CL_MEM_OBJECT_ALLOCATION_FAILURE",
        -5: "CL_OUT_OF_RESOURCES", -6: "CL_OUT_OF_HOST_MEMORY",
        -11: "CL_BUILD_PROGRAM_FAILURE", -14: "CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST",
        -30: "CL_INVALID_VALUE", -33: "CL_INVALID_DEVICE", -34: "CL_INVALID_CONTEXT",
        -36: "CL_INVALID_COMMAND_QUEUE", -38: "CL_INVALID_MEM_OBJECT",
        -42: "CL_INVALID_BINARY", -43: "CL_INVALID_BUILD_OPTIONS", -44: "CL_INVALID_PROGRAM",
        -45: "CL_INVALID_PROGRAM_EXECUTABLE", -46: "CL_INVALID_KERNEL_NAME",
        -48: "CL_INVALID_KERNEL", -49: "CL_INVALID_ARG_INDEX", -50: "CL_INVALID_ARG_VALUE",
        -51: "CL_INVALID_ARG_SIZE", -52: "CL_INVALID_KERNEL_ARGS",
        -54: "CL_INVALID_WORK_GROUP_SIZE", -55: "CL_INVALID_WORK_ITEM_SIZE",
        -61: "CL_INVALID_BUFFER_SIZE", -1001: "CL_PLATFORM_NOT_FOUND_KHR",
    ]
}
