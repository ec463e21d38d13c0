import type { EvidenceSummary } from '../../../src/core/evidenceSummary';
import type { Liveness } from '../../../src/core/liveness';

/** What is really so, and what of it can be seen. Times in minutes before now. */
export interface Scenario {
  readonly truth: 'alive' | 'dead';
  readonly store: Store;
  readonly what: string;
  readonly expected: EvidenceSummary;
  readonly who?: string;
  readonly operation?: string;
  /** By the holder's clock; `undefined` where the record tells nothing. */
  readonly age?: number | undefined;
  /** How long this editor has seen the record. */
  readonly seen?: number;
  readonly skew?: number;
  readonly process?:
    'here' | 'elsewhere' | 'none' | 'namespace' | 'permissions' | 'platform' | 'failed';
  readonly written?: number | 'missing' | 'failed' | 'noTime';
  readonly liveness?: Liveness['kind'];
  /** An own machine's name, where it matters. */
  readonly me?: string;
}

export type Store = 's3 table' | 's3 file' | 's3 both' | 'consul' | 'etcd' | 'local';

const alive = (
  store: Store,
  what: string,
  expected: EvidenceSummary,
  seen: Partial<Scenario> = {},
): Scenario => ({ truth: 'alive', store, what, expected, ...seen });
const dead = (
  store: Store,
  what: string,
  expected: EvidenceSummary,
  seen: Partial<Scenario> = {},
): Scenario => ({
  ...alive(store, what, expected, seen),
  truth: 'dead',
});

export const me = 'alice@mbp-alice';
const ci = 'runner@fv-az1120-4';
const plan = 'OperationTypePlan';

/** `plan` usually takes 15 minutes, everything else 60. */
export const scenarios: readonly Scenario[] = [
  // A holder elsewhere: only time and the state say anything.
  alive('s3 table', 'an apply that began a minute ago', 'pointsToAlive', { age: 1, seen: 1 }),
  alive('s3 table', 'an apply of 59 minutes', 'pointsToAlive', { age: 59, seen: 59 }),
  alive('s3 table', 'an apply of five hours', 'cannotBeTold', { age: 300, seen: 290 }),
  alive('s3 table', 'an apply of a day, nothing written yet', 'cannotBeTold', {
    age: 1500,
    seen: 1400,
    written: 3000,
  }),
  alive('s3 table', 'a long apply that has just written', 'pointsToAlive', {
    age: 300,
    seen: 290,
    written: 1,
  }),
  alive('s3 table', 'a long apply that wrote an hour ago', 'cannotBeTold', {
    age: 300,
    seen: 290,
    written: 60,
  }),
  alive('s3 table', 'a CI job that runs', 'pointsToAlive', { who: ci, age: 5 }),
  alive('s3 table', 'a CI job that hangs', 'cannotBeTold', { who: ci, age: 200, seen: 200 }),
  alive('s3 table', 'a plan of 20 minutes', 'cannotBeTold', {
    operation: plan,
    age: 20,
    seen: 19,
    written: 999,
  }),
  alive('s3 table', 'somebody who keeps a lock by hand', 'cannotBeTold', {
    operation: 'manual lock',
    age: 600,
    seen: 500,
    written: 999,
  }),
  alive('s3 table', 'an import that waits for an answer', 'cannotBeTold', {
    operation: 'OperationTypeInvalid',
    age: 90,
    seen: 80,
  }),
  alive('s3 table', 'a record that tells nothing, just seen', 'cannotBeTold', {
    who: '',
    age: undefined,
    seen: 0,
  }),
  alive('s3 table', 'a record that tells nothing, long seen', 'cannotBeTold', {
    who: '',
    age: undefined,
    seen: 600,
  }),
  // Clocks that are wrong.
  alive('s3 table', "a holder's clock two hours slow", 'cannotBeTold', { age: 121, seen: 1 }),
  alive('s3 table', "a holder's clock two hours slow, state just written", 'pointsToAlive', {
    age: 121,
    seen: 1,
    written: 0.5,
  }),
  alive('s3 table', "a holder's clock an hour fast", 'cannotBeTold', { age: -60, seen: 2 }),
  alive('s3 table', "this clock two hours fast, as the server's date shows", 'pointsToAlive', {
    age: 121,
    seen: 1,
    skew: -120,
  }),
  alive('s3 file', "this clock two hours slow, as the server's date shows", 'cannotBeTold', {
    age: -119,
    seen: 1,
    skew: 180,
  }),
  dead('s3 table', "a crash; this clock fast, as the server's date shows", 'pointsToAlive', {
    age: 130,
    seen: 10,
    skew: -120,
  }),
  dead('s3 table', "a crash under a holder's fast clock", 'cannotBeTold', { age: -60, seen: 100 }),
  // A holder on this machine.
  alive('s3 table', 'an apply in this module', 'pointsToAlive', {
    who: me,
    age: 5,
    process: 'here',
  }),
  alive('s3 table', 'an apply of hours in this module', 'pointsToAlive', {
    who: me,
    age: 500,
    seen: 480,
    process: 'here',
    written: 999,
  }),
  alive('s3 table', 'an apply in another clone of this module', 'cannotBeTold', {
    who: me,
    age: 500,
    seen: 480,
    process: 'elsewhere',
  }),
  alive('s3 file', 'an apply in a container that has this name', 'cannotBeTold', {
    who: me,
    age: 500,
    seen: 480,
    process: 'permissions',
  }),
  alive('s3 file', 'an apply outside the container of this editor', 'cannotBeTold', {
    who: me,
    age: 500,
    seen: 480,
    process: 'namespace',
  }),
  alive('s3 both', 'an apply in this module, young', 'pointsToAlive', {
    who: me,
    age: 2,
    process: 'here',
    written: 0.2,
  }),
  alive('s3 both', 'an apply on Windows, whose directories are hidden', 'cannotBeTold', {
    who: me,
    age: 500,
    seen: 480,
    process: 'platform',
  }),
  alive('s3 both', 'processes that could not be listed', 'cannotBeTold', {
    who: me,
    age: 500,
    seen: 480,
    process: 'failed',
  }),
  alive('s3 table', 'another machine that is called vm, too', 'cannotBeTold', {
    who: 'root@vm',
    me: 'root@vm',
    age: 500,
    seen: 480,
    process: 'none',
  }),
  alive('s3 table', 'another machine that is called localhost, too', 'cannotBeTold', {
    who: 'root@localhost',
    me: 'root@localhost',
    age: 500,
    seen: 480,
    process: 'none',
  }),
  alive('s3 table', 'another container with an id for a name', 'cannotBeTold', {
    who: 'root@0f9a7c11d2e3',
    me: 'root@0f9a7c11d2e3',
    age: 500,
    seen: 480,
    process: 'none',
  }),
  alive('s3 table', 'an own name on another host', 'cannotBeTold', {
    who: 'alice@build-07',
    age: 500,
    seen: 480,
    process: 'none',
  }),
  alive('s3 table', 'another user of this machine', 'cannotBeTold', {
    who: 'root@mbp-alice',
    age: 500,
    seen: 480,
    process: 'none',
  }),
  alive('s3 table', 'a name that differs in letter case', 'cannotBeTold', {
    who: 'Alice@mbp-alice',
    age: 500,
    seen: 480,
    process: 'none',
  }),
  alive('s3 table', 'no process seen, but the state was just written', 'pointsToAlive', {
    who: me,
    age: 500,
    seen: 480,
    process: 'none',
    written: 1,
  }),
  alive('s3 table', 'a run by another program of this user, young', 'cannotBeTold', {
    who: me,
    age: 5,
    process: 'none',
  }),
  dead('s3 table', 'a killed apply of this user, long ago', 'pointsToGone', {
    who: me,
    age: 500,
    seen: 480,
    process: 'none',
  }),
  dead('s3 table', 'a killed apply of this user, seen only now', 'pointsToGone', {
    who: me,
    age: 500,
    seen: 1,
    process: 'none',
    written: 999,
  }),
  dead('s3 table', 'a killed apply of this user, a minute ago', 'cannotBeTold', {
    who: me,
    age: 1,
    process: 'none',
  }),
  dead('s3 file', 'a killed apply of this user, another runs elsewhere', 'cannotBeTold', {
    who: me,
    age: 500,
    seen: 480,
    process: 'elsewhere',
  }),
  dead('s3 file', 'a killed apply, and a new one waits for the lock here', 'pointsToAlive', {
    who: me,
    age: 500,
    seen: 480,
    process: 'here',
  }),
  dead('s3 both', 'a killed apply of this user, no state ever', 'pointsToGone', {
    who: me,
    age: 90,
    seen: 80,
    process: 'none',
    written: 'missing',
  }),
  dead('s3 both', 'a killed plan of this user', 'pointsToGone', {
    who: me,
    operation: plan,
    age: 30,
    seen: 5,
    process: 'none',
  }),
  // Dead, and elsewhere.
  dead('s3 table', 'a cancelled CI job, a moment ago', 'pointsToAlive', { who: ci, age: 3 }),
  dead('s3 table', 'a cancelled CI job, yesterday', 'cannotBeTold', {
    who: ci,
    age: 1500,
    seen: 5,
  }),
  dead('s3 file', 'a laptop that was closed, long ago', 'cannotBeTold', {
    age: 4000,
    seen: 3000,
    written: 5000,
  }),
  dead('s3 file', 'a crash after half the work', 'cannotBeTold', {
    age: 300,
    seen: 290,
    written: 250,
  }),
  dead('s3 file', 'a crash, and the state cannot be looked at', 'cannotBeTold', {
    age: 300,
    seen: 290,
    written: 'failed',
  }),
  dead('s3 both', 'a crash, and the store tells no time', 'cannotBeTold', {
    age: 300,
    seen: 290,
    written: 'noTime',
  }),
  dead('s3 both', 'a crash just after a write', 'pointsToAlive', { age: 30, seen: 29, written: 1 }),
  // Stores that know.
  alive('consul', 'a session that is renewed', 'provedAlive', { liveness: 'alive', age: 1 }),
  alive('consul', 'a session that is renewed for days', 'provedAlive', {
    liveness: 'alive',
    age: 9000,
    seen: 9000,
    written: 9999,
  }),
  alive('consul', 'a session that cannot be looked at', 'cannotBeTold', {
    liveness: 'unknown',
    age: 500,
    seen: 480,
  }),
  alive('consul', 'a session that is renewed, by a holder whose clock is slow', 'provedAlive', {
    liveness: 'alive',
    age: 600,
    seen: 1,
  }),
  alive('consul', 'a session of this user, no process seen', 'provedAlive', {
    liveness: 'alive',
    who: me,
    age: 500,
    seen: 480,
    process: 'none',
  }),
  alive('consul', 'a session that was lost while the run goes on here', 'cannotBeTold', {
    liveness: 'unknown',
    who: me,
    age: 500,
    process: 'elsewhere',
  }),
  dead('consul', 'a session that ended', 'provedGone', { liveness: 'gone', age: 5 }),
  dead('consul', 'a session that ended long ago', 'provedGone', {
    liveness: 'gone',
    age: 5000,
    seen: 4000,
  }),
  dead('consul', 'a session that ended, of this user, no process', 'provedGone', {
    liveness: 'gone',
    who: me,
    age: 3,
    process: 'none',
  }),
  dead('consul', 'a session that ended, and a new run waits here', 'cannotBeTold', {
    liveness: 'gone',
    who: me,
    age: 3,
    process: 'here',
  }),
  alive('etcd', 'a lease that is kept', 'provedAlive', { liveness: 'alive', age: 400, seen: 390 }),
  alive('etcd', 'a lease that is kept, of a CI job', 'provedAlive', {
    liveness: 'alive',
    who: ci,
    age: 1,
  }),
  alive('etcd', 'a lease that cannot be looked at, young', 'pointsToAlive', {
    liveness: 'unknown',
    age: 2,
  }),
  alive('etcd', 'a lease that cannot be looked at, old', 'cannotBeTold', {
    liveness: 'unknown',
    age: 900,
    seen: 800,
  }),
  dead('etcd', 'a lease that ran out', 'provedGone', { liveness: 'gone', age: 30 }),
  dead('etcd', 'a lease that ran out, with an hour of wrong clock', 'provedGone', {
    liveness: 'gone',
    age: -60,
    seen: 1,
  }),
  alive('local', 'a run that has the file locked', 'provedAlive', {
    liveness: 'alive',
    who: me,
    age: 1,
    process: 'here',
  }),
  alive('local', 'a run in another directory that has the file locked', 'provedAlive', {
    liveness: 'alive',
    who: me,
    age: 90,
    process: 'elsewhere',
  }),
  alive('local', 'a file on a share, locked by another machine', 'cannotBeTold', {
    liveness: 'unknown',
    age: 900,
    seen: 800,
  }),
  alive('local', 'a run in a container that has the file locked', 'provedAlive', {
    liveness: 'alive',
    who: 'root@0f9a7c11d2e3',
    age: 300,
  }),
  dead('local', 'a record without its file lock', 'provedGone', {
    liveness: 'gone',
    who: me,
    age: 1,
    process: 'none',
  }),
  dead('local', 'a record without its file lock, of another machine', 'provedGone', {
    liveness: 'gone',
    age: 900,
  }),
];

/**
 * Two machines with the very same, unusual name and user: nothing here can tell them apart, so the hints point
 * the wrong way. It is why hints never become a verdict.
 */
export const lookalike = alive('s3 table', 'another machine of the same name', 'pointsToGone', {
  who: me,
  age: 500,
  seen: 480,
  process: 'none',
});
