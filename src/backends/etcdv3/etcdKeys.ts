import type { KeyRange } from './etcdMessages';

// Where Terraform keeps a state's lock in etcd. `state` is the state's own key: prefix and workspace, with
// nothing between them. All three are one range: "." is the byte before "/", and "0" the one behind it.

/** Holds the lock record, as long as everybody behaves; survives a crash of the holder. */
export function lockInfoKey(state: string): string {
  return `${state}.lockinfo`;
}

/** The contenders: the oldest key is the holder's, the others wait for it to go. */
export function mutexRange(state: string): KeyRange {
  return { start: `${state}/`, end: `${state}0` };
}

/** Everything that says something about the lock, and (but for oddly named workspaces) nothing else. */
export function lockRange(state: string): KeyRange {
  return { start: lockInfoKey(state), end: `${state}0` };
}

/** As etcd's concurrency library names a contender: by its lease, in hexadecimal. */
export function mutexKey(state: string, lease: bigint): string {
  return `${state}/${lease.toString(16)}`;
}

/** Whether a key below the state's is a contender's; others block everybody and are nobody's lock. */
export function isMutexKey(state: string, key: string): boolean {
  return key.startsWith(`${state}/`) && /^[0-9a-f]{1,16}$/.test(key.slice(state.length + 1));
}
