/**
 * Terraform's lock record, in Terraform's order of keys.
 * Every field is text from outside: show it only through `present/untrusted.ts`.
 */
export interface LockInfo {
  /** Opaque: usually 8-4-4-4-12 hex digits, but not an RFC 4122 UUID, and other tools write other things. */
  readonly id: string;
  readonly operation: string;
  readonly info: string;
  /** `user@host` as the holder's machine reported it; either half may be empty. */
  readonly who: string;
  readonly version: string;
  /** RFC 3339 with up to nine fractional digits, exactly as written; `''` where it is missing. */
  readonly created: string;
  /** `<bucket>/<state key>` for S3. */
  readonly path: string;
}

/** What a raw record says. `encrypted`: it is there, but these credentials or keys cannot decrypt it. `problem` is set where it could not be read in full. */
export interface DecodedLockInfo {
  readonly info: LockInfo;
  readonly problem?: LockInfoProblem;
}

export type LockInfoProblem =
  'missing' | 'empty' | 'tooLarge' | 'notText' | 'notJson' | 'notAnObject' | 'encrypted';

/** Records above this many characters are not parsed: nothing Terraform writes comes near it. */
export const maxDecodedChars = 64 * 1024;

export const emptyLockInfo: LockInfo = {
  id: '',
  operation: '',
  info: '',
  who: '',
  version: '',
  created: '',
  path: '',
};

const jsonKeys = {
  id: 'ID',
  operation: 'Operation',
  info: 'Info',
  who: 'Who',
  version: 'Version',
  created: 'Created',
  path: 'Path',
} as const satisfies Record<keyof LockInfo, string>;

/**
 * Reads a record as Go's decoder does, and more leniently: unknown fields are ignored, names match in any
 * case, a field of the wrong type counts as missing. Never throws: whatever is there blocks everyone,
 * readable or not.
 */
export function decodeLockInfo(raw: string | undefined): DecodedLockInfo {
  if (raw === undefined) {
    return { info: emptyLockInfo, problem: 'missing' };
  }
  if (raw.trim() === '') {
    return { info: emptyLockInfo, problem: 'empty' };
  }
  if (raw.length > maxDecodedChars) {
    return { info: emptyLockInfo, problem: 'tooLarge' };
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(raw);
  } catch {
    // Not worth a cause: the raw text itself is shown.
    return { info: emptyLockInfo, problem: 'notJson' };
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    return { info: emptyLockInfo, problem: 'notAnObject' };
  }
  const byName = new Map<string, unknown>();
  for (const [name, value] of Object.entries(parsed)) {
    byName.set(name.toLowerCase(), value);
  }
  const text = (field: keyof LockInfo): string => {
    const value = byName.get(jsonKeys[field].toLowerCase());
    return typeof value === 'string' ? value : '';
  };
  return {
    info: {
      id: text('id'),
      operation: text('operation'),
      info: text('info'),
      who: text('who'),
      version: text('version'),
      created: text('created'),
      path: text('path'),
    },
  };
}

const goEscapes: Record<string, string> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/**
 * The bytes Go's `encoding/json` writes for this record: keys in order, no white space, `<`, `>`, `&`,
 * U+2028 and U+2029 escaped. OpenTofu >= 1.10 re-encodes what it read and deletes only on equality, so
 * any other form would make our lock impossible to release with `tofu force-unlock`.
 */
export function encodeLockInfo(info: LockInfo): string {
  const ordered = {
    ID: info.id,
    Operation: info.operation,
    Info: info.info,
    Who: info.who,
    Version: info.version,
    Created: info.created,
    Path: info.path,
  };
  // A lone surrogate cannot be written as UTF-8; Go replaces it by U+FFFD.
  const wellFormed = Object.fromEntries(
    Object.entries(ordered).map(([name, value]) => [name, value.toWellFormed()]),
  );
  return JSON.stringify(wellFormed).replace(
    /[<>&\u2028\u2029]/g,
    (character) => goEscapes[character] ?? character,
  );
}

/** `Created` as Go prints a time: RFC 3339 in UTC, trailing zeros of the fraction (and a bare point) removed. */
export function formatCreated(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.?0*Z$/, 'Z');
}

const rfc3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d+)?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/**
 * Milliseconds since the epoch, or undefined where the text is no RFC 3339 time or is Go's zero time
 * (`0001-01-01T00:00:00Z`, written for "not set").
 */
export function parseCreated(created: string): number | undefined {
  const match = rfc3339.exec(created);
  if (!match) {
    return undefined;
  }
  // Date.parse accepts three fractional digits everywhere; Go writes up to nine.
  const fraction = (match[7] ?? '').slice(0, 4);
  const zone = match[8] ? `${match[8]}${match[9] ?? ''}:${match[10] ?? ''}` : 'Z';
  const [, year, month, day, hour, minute, second] = match;
  const text = `${year}-${month}-${day}T${hour}:${minute}:${second}${fraction}${zone}`;
  const epochMs = Date.parse(text);
  return Number.isNaN(epochMs) || Number(year) <= 1 ? undefined : epochMs;
}
