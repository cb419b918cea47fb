# The suite on a device: none, one with other numbers, tests that fail, and tests that pass.
plant Scripts/build-emulated-cuda 'mkdir -p "$1"'
plant "$work/bin/swift" 'echo "Test run with 12 tests in 3 suites passed after 0.001 seconds."'
plant .build/release/kalsae 'echo "kalsae: OpenCL: expected a library, got none" >&2; [ "$4" = cuda ]'
expect passes "skipped, as there is no device" env -u CI Scripts/test-devices
expect passes "an emulated card: Test run with 12 tests" env -u CI Scripts/test-devices
expect fails "expected a device opencl that computes as the CPU does" env CI=true Scripts/test-devices
expect fails "expected a device opencl:1 that computes" env -u CI Scripts/test-devices opencl:1
plant .build/release/kalsae '[ "$4" != cuda ]'
expect fails "expected a device cuda that computes as the CPU does" Scripts/test-devices emulated
plant .build/release/kalsae 'echo "cpu and $4 agree"'
plant "$work/bin/swift" 'exit 1'
expect fails "with KALSAE_DEVICE=opencl, got failures" Scripts/test-devices
expect fails "with an emulated card, got failures" Scripts/test-devices emulated
plant "$work/bin/swift" '[ "$KALSAE_DEVICE" != opencl ] || exit 1
    [ -n "$KALSAE_DEVICE$EMULATED_CUDA_FOLDER" ] &&
    echo "Test run with 12 tests in 3 suites passed after 0.001 seconds."'
expect passes "KALSAE_DEVICE=cuda: Test run with 12 tests" Scripts/test-devices emulated
expect fails "with KALSAE_DEVICE=opencl, got failures" Scripts/test-devices
plant "$work/bin/swift" '[ "$KALSAE_DEVICE" = opencl ] &&
    echo "Test run with 12 tests in 3 suites passed after 0.001 seconds."'
expect passes "KALSAE_DEVICE=opencl: Test run with 12 tests" Scripts/test-devices opencl
cp "$root/Scripts/build-emulated-cuda" Scripts
rm -r .build/release
