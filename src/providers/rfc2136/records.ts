// Where the last record of a DNS message begins and ends: what a signature has to know and a decoder does not tell. Pure.

export interface RawRecord {
  /** Of its first byte in the message. */
  start: number;
  name: string;
  type: number;
  rdata: Buffer;
}

/** Of all sections; undefined: there is none, or the message is cut off or does not end with it. */
export function lastRecord(message: Buffer): RawRecord | undefined {
  if (message.length < 12) return undefined;
  const questions = message.readUInt16BE(4);
  const records = message.readUInt16BE(6) + message.readUInt16BE(8) + message.readUInt16BE(10);
  let offset = 12;
  for (let count = 0; count < questions; count += 1) {
    const name = readName(message, offset);
    if (name === undefined) return undefined;
    offset = name.end + 4;
  }
  let last: RawRecord | undefined;
  for (let count = 0; count < records; count += 1) {
    const name = readName(message, offset);
    if (name === undefined || message.length < name.end + 10) return undefined;
    const end = name.end + 10 + message.readUInt16BE(name.end + 8);
    if (message.length < end) return undefined;
    const rdata = message.subarray(name.end + 10, end);
    last = { start: offset, name: name.text, type: message.readUInt16BE(name.end), rdata };
    offset = end;
  }
  return offset === message.length ? last : undefined;
}

/** A name and where it ends, pointers followed. undefined: it is cut off, or a pointer leads anywhere but back. */
export function readName(message: Buffer, start: number): { text: string; end: number } | undefined {
  const labels: string[] = [];
  let end: number | undefined;
  let offset = start;
  let lowest = start;
  for (;;) {
    const length = message[offset];
    if (length === undefined) return undefined;
    if (length === 0) return { text: labels.join('.'), end: end ?? offset + 1 };
    if (length < 0x40) {
      if (message.length < offset + 1 + length) return undefined;
      labels.push(message.toString('latin1', offset + 1, offset + 1 + length));
      offset += 1 + length;
      continue;
    }
    if (length < 0xc0 || message.length < offset + 2) return undefined;
    end ??= offset + 2;
    offset = message.readUInt16BE(offset) & 0x3fff;
    // RFC 1035: to a prior occurrence. A loop is none.
    if (offset >= lowest) return undefined;
    lowest = offset;
  }
}
