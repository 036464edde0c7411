import CZlib

/// Whether bytes begin like a gzip file.
func isGzip(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool { bytes.count >= 2 && bytes[0] == 0x1F && bytes[1] == 0x8B }

/// Decompresses a gzip file of one or more members into memory that the caller must deallocate.
///
/// Throws `badData` for a file that is truncated or damaged (its checksum is verified), or larger than `largest` bytes.
func gunzip(
  _ input: UnsafeBufferPointer<UInt8>, name: String, largest: Int
) throws(TableError) -> UnsafeBufferPointer<UInt8> {
  var output = UnsafeMutableRawBufferPointer.allocate(byteCount: max(input.count * 4, 1 << 16), alignment: 16)
  var (consumed, written) = (0, 0)
  var stream = z_stream()
  func fault(_ message: String) -> TableError {
    output.deallocate()
    return TableError(.badData, file: name, message: message)
  }
  guard windtunnel_gunzip_begin(&stream) == Z_OK else { throw fault("cannot begin to decompress it: out of memory") }
  defer { inflateEnd(&stream) }
  while true {
    if written == output.count {
      guard written < largest else {
        throw fault("it decompresses to more than \(largest >> 30) GiB; split it, or keep only the rows that you need")
      }
      let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: output.count * 2, alignment: 16)
      larger.copyMemory(from: UnsafeRawBufferPointer(output))
      output.deallocate()
      output = larger
    }
    // zlib counts in 32 bits.
    let given = min(input.count - consumed, 1 << 30)
    let room = min(output.count - written, 1 << 30)
    stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress?.advanced(by: consumed))
    stream.avail_in = UInt32(given)
    stream.next_out = output.baseAddress?.advanced(by: written).assumingMemoryBound(to: UInt8.self)
    stream.avail_out = UInt32(room)
    let code = inflate(&stream, Z_NO_FLUSH)
    consumed += given - Int(stream.avail_in)
    written += room - Int(stream.avail_out)
    switch code {
    case Z_STREAM_END:
      // Zeros may pad the end; otherwise another member follows.
      let rest = input[consumed...]
      guard rest.first(where: { $0 != 0 }) != nil else {
        return UnsafeBufferPointer(
          UnsafeMutableRawBufferPointer(rebasing: output[..<written]).bindMemory(to: UInt8.self))
      }
      guard inflateReset(&stream) == Z_OK else { throw fault("the data after its end is not gzip; compress it again") }
    case Z_OK:
      continue
    case Z_BUF_ERROR:
      guard consumed == input.count else { continue }
      throw fault("the gzip file is cut off after \(written) bytes of text; copy it again")
    default:
      throw fault("the gzip file is damaged after \(written) bytes of text; copy it again")
    }
  }
}
