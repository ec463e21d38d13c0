import { LockFailure } from '../../core/lockError';

// The wire format of protocol buffers, as far as etcd's messages use it: varints and length-prefixed bytes.

const varint = 0;
const fixed64 = 1;
const lengthPrefixed = 2;
const fixed32 = 5;

/** Writes one message, field after field. */
export class MessageWriter {
  private readonly parts: Uint8Array[] = [];

  bytes(field: number, value: Uint8Array): this {
    return this.push(tagOf(field, lengthPrefixed), varintOf(BigInt(value.length)), value);
  }

  text(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value, 'utf8'));
  }

  /** An int64, an enum or a bool. */
  number(field: number, value: bigint | number): this {
    return this.push(tagOf(field, varint), varintOf(BigInt.asUintN(64, BigInt(value))));
  }

  message(field: number, inner: MessageWriter): this {
    return this.bytes(field, inner.finish());
  }

  finish(): Buffer {
    return Buffer.concat(this.parts);
  }

  private push(...parts: readonly Uint8Array[]): this {
    this.parts.push(...parts);
    return this;
  }
}

/** A message that came, by field number; of a field that repeats, every value. */
export class MessageReader {
  private readonly numbers = new Map<number, bigint>();
  private readonly buffers = new Map<number, Buffer[]>();

  /** @throws {LockFailure} where these bytes are no message. */
  constructor(bytes: Buffer) {
    let at = 0;
    const readVarint = (): bigint => {
      let value = 0n;
      for (let shift = 0n; shift < 70n; shift += 7n) {
        const byte = bytes[at++];
        if (byte === undefined) break;
        value |= BigInt(byte & 0x7f) << shift;
        if (byte < 0x80) return value;
      }
      throw notAMessage();
    };
    const skip = (length: number): Buffer => {
      const end = at + length;
      if (end > bytes.length) throw notAMessage();
      const slice = bytes.subarray(at, end);
      at = end;
      return slice;
    };
    while (at < bytes.length) {
      const tag = Number(readVarint());
      const field = Math.floor(tag / 8);
      switch (tag % 8) {
        case varint:
          this.numbers.set(field, BigInt.asIntN(64, readVarint()));
          break;
        case lengthPrefixed:
          this.add(field, skip(Number(readVarint())));
          break;
        case fixed64:
          skip(8);
          break;
        case fixed32:
          skip(4);
          break;
        default:
          throw notAMessage();
      }
    }
  }

  /** An int64; 0 where it is not set, as in every protocol buffer. */
  number(field: number): bigint {
    return this.numbers.get(field) ?? 0n;
  }

  bool(field: number): boolean {
    return this.number(field) !== 0n;
  }

  bytes(field: number): Buffer {
    return this.buffers.get(field)?.at(-1) ?? Buffer.alloc(0);
  }

  text(field: number): string {
    return this.bytes(field).toString('utf8');
  }

  message(field: number): MessageReader {
    return new MessageReader(this.bytes(field));
  }

  messages(field: number): readonly MessageReader[] {
    return (this.buffers.get(field) ?? []).map((bytes) => new MessageReader(bytes));
  }

  private add(field: number, value: Buffer): void {
    const values = this.buffers.get(field);
    if (values === undefined) {
      this.buffers.set(field, [value]);
    } else {
      values.push(value);
    }
  }
}

function tagOf(field: number, type: number): Uint8Array {
  return varintOf(BigInt(field * 8 + type));
}

function varintOf(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Uint8Array.from(bytes);
}

/** What answers is no etcd. */
export function notAMessage(): LockFailure {
  return new LockFailure({ reason: 'malformed', detail: 'the answer is not one of etcd' });
}
