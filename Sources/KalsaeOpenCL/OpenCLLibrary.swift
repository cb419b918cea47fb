import CKalsaeDrivers
import Glibc
import KalsaeSupport

/// libOpenCL, opened when it is first asked for: nothing needs it to build, and who asks for no such
/// device never loads it.
struct OpenCLLibrary: Sendable {
    let platforms: kcl_get_platforms
    let devices: kcl_get_devices
    let platformInfo: kcl_get_info
    let deviceInfo: kcl_get_info
    let createContext: kcl_create_context
    let createQueue: kcl_create_queue
    let createBuffer: kcl_create_buffer
    let createProgram: kcl_create_program
    let createProgramFromBinary: kcl_create_program_from_binary
    let buildProgram: kcl_build_program
    let buildInfo: kcl_get_build_info
    let programInfo: kcl_get_info
    let createKernel: kcl_create_kernel
    let setArgument: kcl_set_argument
    let launch: kcl_launch
    let read: kcl_read
    let write: kcl_write
    let copy: kcl_copy
    let flush: kcl_of_handle
    let finish: kcl_of_handle
    let releaseContext: kcl_of_handle
    let releaseQueue: kcl_of_handle
    let releaseBuffer: kcl_of_handle
    let releaseProgram: kcl_of_handle
    let releaseKernel: kcl_of_handle

    /// The names that the library is looked for by.
    static let names = ["libOpenCL.so.1", "libOpenCL.so"]

    /// The library of this machine, or why there is none.
    static let loaded: Result<OpenCLLibrary, KalsaeError> = Result { () throws(KalsaeError) in
        try OpenCLLibrary()
    }

    private init() throws(KalsaeError) {
        // The vectorizer that PoCL 3.1 prefers has long kernels with barriers compute wrong numbers; what the
        // user has chosen stays.
        setenv("POCL_WORK_GROUP_METHOD", "loops", 0)
        guard let opened = Self.names.lazy.compactMap({ dlopen($0, RTLD_NOW | RTLD_LOCAL) }).first
        else {
            throw KalsaeError(
                "OpenCL", expected: "a library \(Self.names.joined(separator: " or "))",
                got: "none",
                advice: "install the driver of your device (Debian: ocl-icd-libopencl1)")
        }
        func symbol<Function>(_ name: String) throws(KalsaeError) -> Function {
            guard let found = dlsym(opened, name) else {
                throw KalsaeError(
                    "OpenCL", expected: "version 1.2 with \(name)", got: "a library without it",
                    advice: "install a later driver of your device")
            }
            return unsafeBitCast(found, to: Function.self)
        }
        platforms = try symbol("clGetPlatformIDs")
        devices = try symbol("clGetDeviceIDs")
        platformInfo = try symbol("clGetPlatformInfo")
        deviceInfo = try symbol("clGetDeviceInfo")
        createContext = try symbol("clCreateContext")
        createQueue = try symbol("clCreateCommandQueue")
        createBuffer = try symbol("clCreateBuffer")
        createProgram = try symbol("clCreateProgramWithSource")
        createProgramFromBinary = try symbol("clCreateProgramWithBinary")
        buildProgram = try symbol("clBuildProgram")
        buildInfo = try symbol("clGetProgramBuildInfo")
        programInfo = try symbol("clGetProgramInfo")
        createKernel = try symbol("clCreateKernel")
        setArgument = try symbol("clSetKernelArg")
        launch = try symbol("clEnqueueNDRangeKernel")
        read = try symbol("clEnqueueReadBuffer")
        write = try symbol("clEnqueueWriteBuffer")
        copy = try symbol("clEnqueueCopyBuffer")
        flush = try symbol("clFlush")
        finish = try symbol("clFinish")
        releaseContext = try symbol("clReleaseContext")
        releaseQueue = try symbol("clReleaseCommandQueue")
        releaseBuffer = try symbol("clReleaseMemObject")
        releaseProgram = try symbol("clReleaseProgram")
        releaseKernel = try symbol("clReleaseKernel")
    }

    /// Throws where a function did not succeed.
    static func check(_ code: kcl_int, _ function: String) throws(KalsaeError) {
        guard Int(code) == KCL_SUCCESS else { throw OpenCLDriver.failed(function, code) }
    }
}
