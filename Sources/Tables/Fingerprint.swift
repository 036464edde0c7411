import CCrypto

/// The SHA-256 of a text, or of a file's bytes, as 64 hexadecimal digits.
package func fingerprint(of bytes: some Sequence<UInt8>) -> String { Array(bytes).withUnsafeBytes(sha256) }

/// The SHA-256 of `bytes` as 64 hexadecimal digits.
func sha256(_ bytes: UnsafeRawBufferPointer) -> String {
  var digest = [UInt8](repeating: 0, count: 32)
  EVP_Digest(bytes.baseAddress, bytes.count, &digest, nil, EVP_sha256(), nil)
  let digits = Array("0123456789abcdef".utf8)
  let hexadecimal = digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
  return String(decoding: hexadecimal, as: UTF8.self)
}
