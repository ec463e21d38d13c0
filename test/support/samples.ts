import type { StateView } from '../../src/core/lockBoard';
import type { LockError, LockErrorReason } from '../../src/core/lockError';
import type { Liveness } from '../../src/core/liveness';
import type { LockInfo, LockInfoProblem } from '../../src/core/lockInfo';
import type { HeldLock, LockPlace } from '../../src/core/lockPlace';
import type { KnownStatus, LockStatus } from '../../src/core/lockStatus';
import type { ModuleBackend } from '../../src/core/resolution';
import type { StateRef } from '../../src/core/stateRef';
import { infoOf, recordOf } from './fakes';

/** What samples are seen from: 12 minutes after `infoOf().created`. */
export const now = Date.parse('2026-03-01T12:00:00Z');

/** In every sample place's `config`, where a real one holds static keys. It must never be seen. */
export const secret = 'wJalrXUtnFEMI-sample-secret';

export const noLockError: LockError = { reason: 'network', place: 'DynamoDB table tf-locks' };

/** Every reason there is; by type, so that a new one cannot be forgotten. */
export const allReasons = Object.keys({
  unresolved: 0,
  unsupported: 0,
  impossible: 0,
  busy: 0,
  wrongRegion: 0,
  unsafeStore: 0,
  uncertain: 0,
  blocked: 0,
  notFound: 0,
  wrongSchema: 0,
  denied: 0,
  signedOut: 0,
  badCredentials: 0,
  wrongAccount: 0,
  throttled: 0,
  timeout: 0,
  network: 0,
  malformed: 0,
  untrusted: 0,
  cancelled: 0,
  stale: 0,
  notReady: 0,
  auditFailed: 0,
  internal: 0,
} satisfies Record<LockErrorReason, 0>) as LockErrorReason[];

export const allProblems = Object.keys({
  missing: 0,
  empty: 0,
  tooLarge: 0,
  notText: 0,
  notJson: 0,
  notAnObject: 0,
  encrypted: 0,
} satisfies Record<LockInfoProblem, 0>) as LockInfoProblem[];

/** Text that wants to be more than text, somewhere. */
export const hostileTexts: readonly string[] = [
  '',
  '   ',
  '    indented code',
  'trailing spaces    ',
  '[click me](command:workbench.action.quit)',
  '[x](https://example.com "title")',
  '](command:workbench.action.quit)',
  '[',
  ']',
  '![image](https://example.com/x.png)',
  '<img src=x onerror=alert(1)>',
  '</p><script>alert(1)</script>',
  '<a href="command:workbench.action.quit">x</a>',
  '<!-- comment',
  '$(flame)',
  '\\$(flame~spin)',
  '$($(flame))',
  '&lt;b&gt; &amp; &#36;(flame)',
  '*bold* _it_ **b** __b__ ~~gone~~ `code` ``code``',
  '# heading',
  '- item',
  '+ item',
  '1. item',
  '> quote',
  '---',
  '===',
  '```sh',
  '~~~',
  '| a | b |\n|---|---|\n| c | d |',
  'https://example.com www.example.com alice@example.com <https://example.com>',
  'note[^1]\n\n[^1]: footnote',
  '[a]: https://example.com',
  'C:\\temp\\',
  '\\',
  'line one\nline two\r\nline three\rline four',
  'para\n\npara',
  'a\tb',
  '\u0000\u0007\u001b[31m',
  'free \u202egnp.exe\u202c',
  'zero\u200bwidth\u2060joiner\ufeff',
  'tag\u{e0041}\u{e007f}',
  '\u115f\u3164\uffa0\u2800\u034f\u{e0100}',
  'lone \ud800 surrogate \udc00',
  '\ud83d',
  '👩‍💻 ⚠️ 日本語 עברית',
  'x'.repeat(1000),
  '😀'.repeat(300),
  '`'.repeat(400),
  '" onmouseover="alert(1)',
  '%22%5D) \'(")',
];

/** A state as the S3 backend makes it; `name` is its key. */
export function sampleState(name = 'network.tfstate', bucket = 'bucket'): StateRef {
  const path = `${bucket}/${name}`;
  return {
    id: `s3|0123456789abcdef|tf-locks|${path}`,
    backend: 's3',
    key: name,
    path,
    workspace: 'default',
    facts: [
      { label: 'Bucket', value: bucket },
      { label: 'Key', value: name },
      { label: 'Workspace', value: 'default' },
      { label: 'Region', value: 'eu-west-1' },
    ],
    places: [samplePlace(path)],
  };
}

export function samplePlace(lockId: string, table = 'tf-locks'): LockPlace {
  return {
    backend: 's3',
    id: `dynamodb|0123456789abcdef|${table}|${lockId}`,
    batchKey: `dynamodb|0123456789abcdef|${table}`,
    label: `DynamoDB table ${table} in eu-west-1`,
    facts: [
      { label: 'Table', value: table },
      { label: 'LockID', value: lockId },
    ],
    config: { table, lockId, access: { staticKeys: { secretAccessKey: secret } } },
  };
}

export function sampleLock(info: Partial<LockInfo> = {}, place?: LockPlace): HeldLock {
  const record = { ...recordOf(info), info: infoOf(info) };
  return { place: place ?? samplePlace('bucket/network.tfstate'), record };
}

/** The same lock in a store that knows whether its holder lives; its facts are as hostile as the record. */
export function proven(lock: HeldLock, kind: Liveness['kind']): HeldLock {
  const liveness: Liveness = {
    kind,
    by: 'session',
    ...(kind === 'alive' ? { endsInMs: 30_000 } : {}),
    facts: [{ label: 'Node', value: lock.record.info.who }],
  };
  return { ...lock, record: { ...lock.record, liveness } };
}

/** A lock whose record could not be read. */
export function unreadableLock(problem: LockInfoProblem, raw: string): HeldLock {
  const empty = { id: '', operation: '', info: '', who: '', version: '', created: '', path: '' };
  return {
    place: samplePlace('bucket/network.tfstate'),
    record: { info: empty, problem, raw, guard: raw },
  };
}

export function locked(kind: 'held' | 'mine' | 'stale', lock = sampleLock()): KnownStatus {
  return { kind, at: now - 5000, locks: [lock] };
}

export const freeStatus = { kind: 'free', at: now - 5000 } as const satisfies KnownStatus;

export function unknown(error: LockError = noLockError, last?: KnownStatus): LockStatus {
  return { kind: 'unknown', error, ...(last === undefined ? {} : { last }) };
}

export function sampleModule(dir: string, state?: StateRef): ModuleBackend {
  return {
    dir,
    file: `${dir}/main.tf`,
    block: { type: 's3', range: { start: 0, end: 10 }, attributes: [], parse: 'current' },
    resolution:
      state === undefined
        ? { kind: 'unresolved', error: { reason: 'unresolved' } }
        : { kind: 'state', state },
  };
}

export function viewOf(
  status: LockStatus,
  state = sampleState(),
  more: Partial<StateView> = {},
): StateView {
  const modules = [sampleModule('file:///w/network', state)] as const;
  return { id: state.id, state, status, modules: [...modules], ...more };
}

/** A block whose state cannot be told. */
export function unresolvedView(dir = 'file:///w/network'): StateView {
  return {
    id: `unresolved|${dir}`,
    status: unknown({ reason: 'unresolved', detail: 'key = var.key' }),
    modules: [sampleModule(dir)],
  };
}

/** A pair of which only the given half is there. */
export function half(lock = sampleLock(), mine = false): KnownStatus {
  const missing = samplePlace('bucket/network.tfstate', 'other-locks');
  return {
    kind: 'half',
    at: now - 5000,
    locks: [lock],
    missing: [missing],
    mine: mine ? [lock] : [],
  };
}

/** A pair whose two locks are of two holders; one of them may be ours. */
export function conflict(lock = sampleLock(), mine = false): KnownStatus {
  const other = sampleLock({ id: 'other' }, samplePlace('bucket/network.tfstate', 'other-locks'));
  return { kind: 'conflict', at: now - 5000, locks: [lock, other], mine: mine ? [lock] : [] };
}

/** Each kind of status, once or more, with the given lock. */
export function statusesWith(lock = sampleLock()): readonly LockStatus[] {
  const known: KnownStatus[] = [
    freeStatus,
    { ...freeStatus, leftovers: [proven(lock, 'gone')] },
    locked('held', lock),
    locked('held', proven(lock, 'alive')),
    locked('held', proven(lock, 'unknown')),
    locked('mine', lock),
    locked('stale', lock),
    half(lock),
    half(lock, true),
    conflict(lock),
    conflict(lock, true),
  ];
  return [
    ...known,
    { kind: 'notLockable' },
    unknown({ reason: 'notReady' }),
    unknown(),
    ...known.map((last) => unknown(noLockError, last)),
    { kind: 'unknown', error: noLockError, last: locked('held', lock), seen: [lock] },
  ];
}
