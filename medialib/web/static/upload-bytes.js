// What a file's bytes say: checksums of its parts, and a mark by which the same file is known again.

const TABLE = new Uint32Array(256).map((_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});
const MARK_BYTES = 256 * 1024;

async function crc32(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let value = 0xffffffff;
  for (let at = 0; at < bytes.length; at += 1) value = (value >>> 8) ^ TABLE[(value ^ bytes[at]) & 0xff];
  return (value ^ 0xffffffff) >>> 0;
}

// As Upload-Checksum wants it. CRC-32 works where browsers give pages no cryptography: without TLS.
export async function checksum(blob) {
  const value = await crc32(blob);
  const bytes = [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff);
  return `crc32 ${btoa(String.fromCharCode(...bytes))}`;
}

// Names and dates differ between devices, bytes do not: the size, and both ends of the file.
export async function fingerprint(file) {
  const ends = [file.slice(0, MARK_BYTES), file.slice(Math.max(0, file.size - MARK_BYTES))];
  const marks = await Promise.all(ends.map(crc32));
  return [file.size, ...marks.map((mark) => mark.toString(16))].join("-");
}
