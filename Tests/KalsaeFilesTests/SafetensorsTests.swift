import KalsaeFiles
import KalsaeGraph
import KalsaeSupport
import Testing

@Suite struct SafetensorsTests {
    private func file(_ header: String, data: Int = 0) -> [UInt8] {
        let json = Array(header.utf8)
        let length = (0..<8).map { UInt8(truncatingIfNeeded: json.count >> (8 * $0)) }
        return length + json + [UInt8](repeating: 7, count: data)
    }

    private func fault(_ header: String, data: Int = 0) -> String {
        message { _ = try SafetensorsFile(file(header, data: data), subject: "m") }
    }

    @Test func theFormatsOwnExampleIsRead() throws {
        let header = #"{"test":{"dtype":"I32","shape":[2,2],"data_offsets":[0,16]}}"#
        let read = try SafetensorsFile(file(header, data: 16))
        let entry = try #require(read.entry(named: "test"))
        #expect(read.entries.count == 1)
        #expect(entry.type == .int32)
        #expect(entry.type.dtype == .int32)
        #expect(entry.shape == [2, 2])
        #expect(entry.range == 68..<84)
        #expect(read.withBytes(of: entry) { Array($0) } == [UInt8](repeating: 7, count: 16))
        #expect(read.metadata.isEmpty)
    }

    @Test func writtenBytesAreThoseOfTheFormat() throws {
        let tensors = [
            Safetensors.Tensor(name: "b", type: .uint8, shape: [1], bytes: [9]),
            Safetensors.Tensor(name: "c", type: .float32, shape: [], bytes: [0, 0, 0x80, 0x3f]),
            Safetensors.Tensor(name: "a", type: .float32, shape: [0, 3], bytes: []),
        ]
        let bytes = try Safetensors.encode(tensors, metadata: ["k": "v"])
        let header =
            #"{"__metadata__":{"k":"v"},"#
            + #""a":{"dtype":"F32","shape":[0,3],"data_offsets":[0,0]},"#
            + #""c":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"#
            + #""b":{"dtype":"U8","shape":[1],"data_offsets":[4,5]}}"#
        let padding = (8 - header.utf8.count % 8) % 8
        let padded = header + String(repeating: " ", count: padding)
        #expect(bytes == Array(file(padded)) + [0, 0, 0x80, 0x3f, 9])
        #expect((bytes.count - 5) % 8 == 0)
        let read = try SafetensorsFile(bytes)
        #expect(read.entries.map(\.name) == ["a", "c", "b"])
        #expect(read.metadata == ["k": "v"])
    }

    @Test func everyTypeComesBackFromAFile() throws {
        let tensors = Safetensors.ElementType.allCases.enumerated().map { index, type in
            let count = 6 * type.size
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 + index) }
            return Safetensors.Tensor(
                name: "t\(index)é\"", type: type, shape: [2, 3], bytes: bytes)
        }
        #expect(tensors.count == 15)
        try withFolder { folder in
            let path = "\(folder)/m.safetensors"
            try Safetensors.write(tensors, metadata: ["a": "{\"b\":1}\n", "": ""], to: path)
            let read = try SafetensorsFile(path: path)
            #expect(read.bytes == (try Safetensors.encode(tensors, metadata: read.metadata)))
            #expect(read.metadata == ["a": "{\"b\":1}\n", "": ""])
            #expect(read.entries.count == tensors.count)
            for tensor in tensors {
                let entry = try #require(read.entry(named: tensor.name))
                #expect(entry.type == tensor.type)
                #expect(entry.shape == tensor.shape)
                #expect(read.withBytes(of: entry) { Array($0) } == tensor.bytes)
            }
        }
        for dtype in DType.allCases {
            #expect(Safetensors.ElementType(dtype).dtype == dtype)
            #expect(Safetensors.ElementType(dtype).size == dtype.byteSize)
        }
    }

    @Test func emptyAndUnorderedFilesAreRead() throws {
        #expect(try SafetensorsFile(file("{}")).entries.isEmpty)
        #expect(try SafetensorsFile(file(#"{"__metadata__":{"a":"b"}}   "#)).metadata == ["a": "b"])
        let header =
            #"{"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]},"#
            + #""z":{"dtype":"F32","shape":[0],"data_offsets":[1,1]},"#
            + #""a":{"shape":[1],"data_offsets":[0,1],"dtype":"BOOL"}}"#
        let read = try SafetensorsFile(file(header, data: 3))
        #expect(read.entries.map(\.name) == ["a", "z", "b"])
    }

    @Test func eachFaultHasItsMessage() {
        func bytes(_ bytes: [UInt8]) -> String {
            message { _ = try SafetensorsFile(bytes, subject: "m") }
        }
        #expect(bytes([1, 2]) == "m: expected a safetensors file of at least 8 bytes, got 2")
        #expect(
            bytes([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])
                == "m: expected a header of at most 100000000 bytes, got 18446744073709551615; "
                + "check that this is a safetensors file")
        #expect(
            bytes([9, 0, 0, 0, 0, 0, 0, 0, 0x7b])
                == "m: expected a header of 9 bytes, got an end after 1; fetch the file again")
        #expect(
            fault("[]") == "m: expected a header that begins with {, got 5b; "
                + "check that this is a safetensors file")
        #expect(fault("").hasPrefix("m: expected a header that begins with {, got none"))
        #expect(fault("{}", data: 1) == "m: expected 0 bytes of data, by the header, got 1")
        let a = #""a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}"#
        #expect(fault("{\(a),\(a)}", data: 2).contains("expected each key once, got \"a\" again"))
        let overlap = #""b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}"#
        #expect(
            fault("{\(a),\(overlap)}", data: 3)
                == "m: expected tensors one after another, got an overlap before b at data byte 1")
        let hole = #""b":{"dtype":"U8","shape":[2],"data_offsets":[3,5]}"#
        #expect(
            fault("{\(a),\(hole)}", data: 5)
                == "m: expected tensors one after another, got a hole before b at data byte 3")
        #expect(
            fault("{\(hole)}", data: 4)
                == "m: expected data_offsets [begin, end] within 4 bytes of "
                + #"data for the tensor "b", got [3,5]"#)
        #expect(fault("{\(a)}", data: 3) == "m: expected 2 bytes of data, by the header, got 3")
        #expect(
            fault(#"{"a":{"dtype":"F4","shape":[2],"data_offsets":[0,1]}}"#, data: 1).hasSuffix(
                #"I64 U64) for the tensor "a", got "F4""#))
        #expect(
            fault(#"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,2]}}"#, data: 2)
                == #"m: expected 3 bytes of U8 [3] for the tensor "a", got 2"#)
        #expect(
            fault(#"{"__metadata__":{"a":1}}"#)
                == #"m: expected strings in __metadata__, got another value for "a""#)
        #expect(
            fault(#"{"__metadata__":[]}"#)
                == "m: expected __metadata__ to be an object, got another value")
        let shapes = ["[4294967296,4294967296,4294967296]", "[9223372036854775807,2,0]"]
        for shape in shapes {
            let text = fault(#"{"a":{"dtype":"F64","shape":\#(shape),"data_offsets":[0,0]}}"#)
            #expect(text.contains("expected a size that fits in 63 bits"))
        }
        let broken = [
            #"{"a":1}"#, #"{"a":{}}"#,
            #"{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1],"x":1}}"#,
            #"{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}"#,
            #"{"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}}"#,
            #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}"#,
            #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}}"#,
            #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,-1]}}"#,
            #"{"a":{"dtype":7,"shape":[1],"data_offsets":[0,1]}}"#,
        ]
        for header in broken { #expect(fault(header, data: 1).hasPrefix("m: expected ")) }
    }

    @Test func theWriterChecksWhatItIsGiven() {
        func text(_ tensors: [Safetensors.Tensor]) -> String {
            message { _ = try Safetensors.encode(tensors) }
        }
        let a = Safetensors.Tensor(name: "a", type: .uint8, shape: [1], bytes: [1])
        #expect(text([a, a]).contains("got a again"))
        let long = Safetensors.Tensor(name: "a", type: .float32, shape: [2], bytes: [1])
        #expect(
            text([long]) == "safetensors data: expected the bytes of F32 [2] for a, got 1")
        let reserved = Safetensors.Tensor(
            name: "__metadata__", type: .uint8, shape: [0], bytes: [])
        #expect(text([reserved]).contains("expected each name once, and not __metadata__"))
    }
}
