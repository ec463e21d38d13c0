import { MessageReader, MessageWriter, notAMessage } from './protobuf';

// The messages of etcd's v3 API that locks need; field numbers from etcd's rpc.proto and kv.proto.

/** A key as etcd stores it. */
export interface KeyValue {
  readonly key: string;
  readonly value: Buffer;
  /** Revisions grow past 2^53, so they stay big. */
  readonly createRevision: bigint;
  readonly modRevision: bigint;
  /** 0 where the key has none. */
  readonly lease: bigint;
}

/** From `start`, up to but without `end`; one key where there is no `end`. */
export interface KeyRange {
  readonly start: string;
  readonly end?: string;
}

/** What must be so, or nothing is done. */
export type Compare = KeyRange &
  (
    | { readonly create: bigint }
    | { readonly mod: bigint }
    | { readonly version: bigint }
    | { readonly value: Buffer }
  );

export type Operation =
  /** The keys of a range; with `oldestOnly` just the one that was created first, and how many there are. */
  | { readonly kind: 'range'; readonly range: KeyRange; readonly oldestOnly?: boolean }
  | { readonly kind: 'put'; readonly key: string; readonly value: Buffer; readonly lease?: bigint }
  | { readonly kind: 'delete'; readonly key: string };

export interface Found {
  readonly keys: readonly KeyValue[];
  readonly count: number;
}

export interface TxnAnswer {
  /** As of which everything in it is true. */
  readonly revision: bigint;
  readonly succeeded: boolean;
  /** One per operation; undefined for those that read nothing. */
  readonly found: readonly (Found | undefined)[];
}

export interface WatchMessage {
  readonly watchId: bigint;
  readonly created: boolean;
  /** Why etcd ended this watch; missing while it goes on. */
  readonly cancelled?: string;
  readonly compactRevision: bigint;
  /** The revision of the newest change in it; 0 where it has none. */
  readonly changedAt: bigint;
}

export function encodeTxn(
  compares: readonly Compare[],
  success: readonly Operation[],
  failure: readonly Operation[] = [],
): Buffer {
  const writer = new MessageWriter();
  compares.forEach((compare) => writer.message(1, compareOf(compare)));
  success.forEach((operation) => writer.message(2, operationOf(operation)));
  failure.forEach((operation) => writer.message(3, operationOf(operation)));
  return writer.finish();
}

export function decodeTxn(bytes: Buffer): TxnAnswer {
  const message = new MessageReader(bytes);
  const revision = message.message(1).number(3);
  if (revision <= 0n) {
    // Whatever it is, no etcd has written it: an empty answer would look like "nothing there".
    throw notAMessage();
  }
  return {
    revision,
    succeeded: message.bool(2),
    found: message.messages(3).map((response) => {
      const [range] = response.messages(1);
      return range === undefined
        ? undefined
        : { keys: range.messages(2).map(keyValueOf), count: Number(range.number(4)) };
    }),
  };
}

export function encodeWatch(range: KeyRange, startRevision: bigint, watchId: bigint): Buffer {
  const create = rangeOf(new MessageWriter(), range).number(3, startRevision).number(7, watchId);
  return new MessageWriter().message(1, create).finish();
}

export function encodeWatchEnd(watchId: bigint): Buffer {
  return new MessageWriter().message(2, new MessageWriter().number(1, watchId)).finish();
}

export function decodeWatch(bytes: Buffer): WatchMessage {
  const message = new MessageReader(bytes);
  const changes = message.messages(11).map((event) => event.message(2).number(3));
  return {
    watchId: message.number(2),
    created: message.bool(3),
    ...(message.bool(4) ? { cancelled: message.text(6) } : {}),
    compactRevision: message.number(5),
    changedAt: changes.reduce((newest, at) => (at > newest ? at : newest), 0n),
  };
}

export function encodeLeaseGrant(ttlSeconds: number): Buffer {
  return new MessageWriter().number(1, ttlSeconds).finish();
}

/** Of revoke, keep-alive and time to live alike. */
export function encodeLeaseId(lease: bigint): Buffer {
  return new MessageWriter().number(1, lease).finish();
}

/** Of grant, keep-alive and time to live; `ttlSeconds` is 0 or less where the lease has ended. */
export function decodeLease(bytes: Buffer): {
  readonly lease: bigint;
  readonly ttlSeconds: number;
  readonly grantedSeconds: number;
} {
  const message = new MessageReader(bytes);
  return {
    lease: message.number(2),
    ttlSeconds: Number(message.number(3)),
    grantedSeconds: Number(message.number(4)),
  };
}

export function encodeAuthenticate(name: string, password: string): Buffer {
  return new MessageWriter().text(1, name).text(2, password).finish();
}

export function decodeToken(bytes: Buffer): string {
  return new MessageReader(bytes).text(2);
}

function rangeOf(writer: MessageWriter, { start, end }: KeyRange): MessageWriter {
  writer.text(1, start);
  return end === undefined ? writer : writer.text(2, end);
}

function compareOf(compare: Compare): MessageWriter {
  const writer = new MessageWriter().text(3, compare.start);
  if (compare.end !== undefined) {
    writer.text(64, compare.end);
  }
  if ('version' in compare) {
    return writer.number(2, 0).number(4, compare.version);
  }
  if ('create' in compare) {
    return writer.number(2, 1).number(5, compare.create);
  }
  if ('mod' in compare) {
    return writer.number(2, 2).number(6, compare.mod);
  }
  return writer.number(2, 3).bytes(7, compare.value);
}

function operationOf(operation: Operation): MessageWriter {
  const inner = new MessageWriter();
  switch (operation.kind) {
    case 'range':
      rangeOf(inner, operation.range);
      if (operation.oldestOnly === true) {
        // Ascending by the revision of creation.
        inner.number(3, 1).number(5, 1).number(6, 2);
      }
      return new MessageWriter().message(1, inner);
    case 'put':
      inner.text(1, operation.key).bytes(2, operation.value);
      if (operation.lease !== undefined) {
        inner.number(3, operation.lease);
      }
      return new MessageWriter().message(2, inner);
    case 'delete':
      return new MessageWriter().message(3, inner.text(1, operation.key));
  }
}

function keyValueOf(message: MessageReader): KeyValue {
  return {
    key: message.text(1),
    createRevision: message.number(2),
    modRevision: message.number(3),
    value: message.bytes(5),
    lease: message.number(6),
  };
}
