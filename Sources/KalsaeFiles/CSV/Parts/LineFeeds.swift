/// Line feeds in bytes.
enum LineFeeds {
    /// How many there are.
    static func count(in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        let raw = UnsafeRawBufferPointer(bytes)
        let (ones, lows): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x7f7f_7f7f_7f7f_7f7f)
        var (total, position) = (0, 0)
        while position + 8 <= raw.count {
            // Each of eight lanes counts up to 255 of them.
            var lanes: UInt64 = 0
            let stop = min(raw.count - 7, position + 8 * 255)
            while position < stop {
                let word = raw.loadUnaligned(fromByteOffset: position, as: UInt64.self)
                let other = word ^ (ones &* 0x0a)
                // The high bit of each byte that is 0.
                lanes &+= ~((other & lows) &+ lows | other | lows) >> 7
                position += 8
            }
            for shift in stride(from: 0, to: 64, by: 8) { total += Int(lanes >> shift & 0xff) }
        }
        while position < raw.count {
            if raw[position] == 0x0a { total += 1 }
            position += 1
        }
        return total
    }
}
