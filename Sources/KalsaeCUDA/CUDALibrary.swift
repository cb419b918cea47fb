import CKalsaeDrivers
import Glibc
import KalsaeSupport

/// libcuda, the driver of NVIDIA's cards, opened when it is first asked for.
struct CUDALibrary: Sendable {
    let initialize: kcu_init
    let driverVersion: kcu_number
    let deviceCount: kcu_number
    let device: kcu_get_device
    let deviceName: kcu_get_name
    let deviceAttribute: kcu_get_attribute
    let deviceMemory: kcu_total_memory
    let retainContext: kcu_retain_context
    let releaseContext: kcu_release_context
    let setContext: kcu_of_handle
    let errorName: kcu_get_error
    let errorText: kcu_get_error
    let allocate: kcu_allocate
    let free: kcu_free
    let upload: kcu_upload
    let download: kcu_download
    let copy: kcu_copy
    let allocateHost: kcu_allocate_host
    let freeHost: kcu_free_host
    let createEvent: kcu_create_event
    let recordEvent: kcu_record_event
    let synchronizeEvent: kcu_of_handle
    let destroyEvent: kcu_of_handle
    let createStream: kcu_create_stream
    let synchronize: kcu_of_handle
    let destroyStream: kcu_of_handle
    let loadModule: kcu_load_module
    let unloadModule: kcu_of_handle
    let function: kcu_get_function
    let launch: kcu_launch
    let beginCapture: kcu_begin_capture
    let endCapture: kcu_end_capture
    let instantiate: kcu_instantiate
    let launchGraph: kcu_launch_graph
    let destroyGraph: kcu_of_handle
    let destroyCompiled: kcu_of_handle

    /// The library of this machine, or why there is none.
    static let loaded: Result<CUDALibrary, KalsaeError> = Result { () throws(KalsaeError) in
        try CUDALibrary()
    }

    private init() throws(KalsaeError) {
        let names = ["libcuda.so.1", "libcuda.so"]
        guard let opened = names.lazy.compactMap({ dlopen($0, RTLD_NOW | RTLD_LOCAL) }).first else {
            throw KalsaeError(
                "CUDA", expected: "a library \(names.joined(separator: " or "))", got: "none",
                advice: "install NVIDIA's driver")
        }
        func symbol<Function>(_ name: String) throws(KalsaeError) -> Function {
            guard let found = dlsym(opened, name) else {
                throw KalsaeError(
                    "CUDA", expected: "a driver with \(name)", got: "one without it",
                    advice: "install a driver for CUDA 12 or later")
            }
            return unsafeBitCast(found, to: Function.self)
        }
        initialize = try symbol("cuInit")
        driverVersion = try symbol("cuDriverGetVersion")
        deviceCount = try symbol("cuDeviceGetCount")
        device = try symbol("cuDeviceGet")
        deviceName = try symbol("cuDeviceGetName")
        deviceAttribute = try symbol("cuDeviceGetAttribute")
        deviceMemory = try symbol("cuDeviceTotalMem_v2")
        retainContext = try symbol("cuDevicePrimaryCtxRetain")
        releaseContext = try symbol("cuDevicePrimaryCtxRelease_v2")
        setContext = try symbol("cuCtxSetCurrent")
        errorName = try symbol("cuGetErrorName")
        errorText = try symbol("cuGetErrorString")
        allocate = try symbol("cuMemAlloc_v2")
        free = try symbol("cuMemFree_v2")
        upload = try symbol("cuMemcpyHtoDAsync_v2")
        download = try symbol("cuMemcpyDtoHAsync_v2")
        copy = try symbol("cuMemcpyDtoDAsync_v2")
        allocateHost = try symbol("cuMemHostAlloc")
        freeHost = try symbol("cuMemFreeHost")
        createEvent = try symbol("cuEventCreate")
        recordEvent = try symbol("cuEventRecord")
        synchronizeEvent = try symbol("cuEventSynchronize")
        destroyEvent = try symbol("cuEventDestroy_v2")
        createStream = try symbol("cuStreamCreate")
        synchronize = try symbol("cuStreamSynchronize")
        destroyStream = try symbol("cuStreamDestroy_v2")
        loadModule = try symbol("cuModuleLoadData")
        unloadModule = try symbol("cuModuleUnload")
        function = try symbol("cuModuleGetFunction")
        launch = try symbol("cuLaunchKernel")
        beginCapture = try symbol("cuStreamBeginCapture_v2")
        endCapture = try symbol("cuStreamEndCapture")
        instantiate = try symbol("cuGraphInstantiateWithFlags")
        launchGraph = try symbol("cuGraphLaunch")
        destroyGraph = try symbol("cuGraphDestroy")
        destroyCompiled = try symbol("cuGraphExecDestroy")
    }
}
