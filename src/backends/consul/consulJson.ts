import { LockFailure } from '../../core/lockError';

/** One key as Consul stores it. Numbers are text: `Flags` has 64 bits, more than a number of JavaScript. */
export interface KeyEntry {
  readonly key: string;
  readonly flags: string;
  /** Base64. */
  readonly value: string;
  readonly session?: string;
  readonly modifyIndex: string;
}

/** `Flags` of a lock key, as Consul's own lock helper writes and expects them (api/lock.go). */
export const lockFlags = '3304740253564472344';

/** Within strings quotes are escaped, so this finds members only. */
const bigNumbers = /"(Flags|ModifyIndex|CreateIndex|LockIndex)"\s*:\s*(\d+)/g;

export function parseConsul(text: string): unknown {
  try {
    return JSON.parse(text.replace(bigNumbers, '"$1":"$2"'));
  } catch {
    // What is not JSON is not Consul's; its text is not worth a cause.
    throw notConsul();
  }
}

export function notConsul(): LockFailure {
  return new LockFailure({ reason: 'malformed', detail: 'the answer is not one of Consul' });
}

/** @throws LockFailure where it is no entry. */
export function entryOf(value: unknown): KeyEntry {
  const entry = (value ?? {}) as Readonly<Record<string, unknown>>;
  const { Key: key, Value: content, Flags: flags, Session: session, ModifyIndex: index } = entry;
  if (typeof key !== 'string') {
    throw notConsul();
  }
  return {
    key,
    flags: typeof flags === 'string' ? flags : '0',
    value: typeof content === 'string' ? content : '',
    ...(typeof session === 'string' && session !== '' ? { session } : {}),
    modifyIndex: typeof index === 'string' ? index : '0',
  };
}

/** One operation of a transaction. */
export interface KeyOperation {
  readonly verb:
    | 'get-or-empty'
    | 'lock'
    | 'set'
    | 'delete-cas'
    | 'check-index'
    | 'check-session'
    | 'check-not-exists';
  readonly key: string;
  readonly value?: string;
  readonly flags?: string;
  readonly session?: string;
  readonly index?: string;
}

/** The body of a transaction. Written by hand, because 64-bit numbers cannot be given to `JSON.stringify`. */
export function encodeOperations(operations: readonly KeyOperation[]): string {
  const encoded = operations.map(({ verb, key, value, flags, session, index }) => {
    const members = [
      `"Verb":${JSON.stringify(verb)}`,
      `"Key":${JSON.stringify(key)}`,
      ...(value === undefined ? [] : [`"Value":"${Buffer.from(value).toString('base64')}"`]),
      ...(session === undefined ? [] : [`"Session":${JSON.stringify(session)}`]),
      ...(flags === undefined ? [] : [`"Flags":${digits(flags)}`]),
      ...(index === undefined ? [] : [`"Index":${digits(index)}`]),
    ];
    return `{"KV":{${members.join(',')}}}`;
  });
  return `[${encoded.join(',')}]`;
}

function digits(text: string): string {
  if (!/^\d+$/.test(text)) {
    throw new Error('not a number');
  }
  return text;
}
