import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { infoPath, type LocalLockPlace } from '../../src/backends/local/localBackend';
import { LocalLockClient } from '../../src/backends/local/localLockClient';
import { decodeLockInfo, encodeLockInfo, type LockInfo } from '../../src/core/lockInfo';
import type { LockPlace, LockReading, LockRecord } from '../../src/core/lockPlace';
import { asked, hostOf, noSignal } from './awsBlocks';
import { endProcess, onProcessEnd } from './cleanup';
import { infoOf, only } from './fakes';

/** The place of a state file, as the backend makes it. */
export function localPlace(stateFile: string): LockPlace {
  const config: LocalLockPlace = { stateFile, infoFile: infoPath(stateFile) };
  return {
    backend: 'local',
    id: `local|${stateFile}`,
    batchKey: 'local',
    label: `State file ${stateFile}`,
    facts: [],
    heldByProcess: true,
    watchable: true,
    config,
  };
}

export function localClient(): LocalLockClient {
  return new LocalLockClient(hostOf({}));
}

/** The reading of one place, as a person asks for it. */
export async function readPlace(
  client: LocalLockClient,
  place: LockPlace,
  options = asked,
): Promise<Extract<LockReading, { ok: true }>> {
  const reading = only(await client.readMany([place], options));
  if (!reading.ok) throw new Error(JSON.stringify(reading.error));
  return reading;
}

export function acquireOf(
  client: LocalLockClient,
  place: LockPlace,
  info: Partial<LockInfo> = {},
): ReturnType<LocalLockClient['acquire']> {
  return client.acquire(place, infoOf(info), asked, noSignal);
}

/** Takes the lock and fails the test where it cannot. */
export async function taken(
  client: LocalLockClient,
  place: LockPlace,
  info: Partial<LockInfo> = {},
): Promise<LockRecord> {
  const outcome = await acquireOf(client, place, info);
  if (outcome.kind !== 'acquired') throw new Error(JSON.stringify(outcome));
  return outcome.record;
}

/** A process other than ours that locks a state file as Terraform does, and says so beside it. */
export class OtherHolder {
  private constructor(
    private readonly child: ChildProcess,
    readonly raw: string,
  ) {
    onProcessEnd(() => child.kill('SIGKILL'));
  }

  /** `record`: what stands beside the file; null where the holder has not written it yet. */
  static async start(
    stateFile: string,
    record: string | null = encodeLockInfo(infoOf({ id: 'other' })),
  ): Promise<OtherHolder> {
    mkdirSync(path.dirname(stateFile), { recursive: true });
    const program =
      'use Fcntl; sysopen(my $f, $ARGV[0], O_RDWR|O_CREAT, 0666) or die; ' +
      "my $lock = pack('s s x4 q q i x4', F_WRLCK, 0, 0, 0, 0); " +
      'fcntl($f, F_SETLK, $lock) or die; ' +
      '$| = 1; print "locked\\n"; sleep 600';
    const child = spawn('/usr/bin/perl', ['-e', program, stateFile], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    // Refused, it ends without a word.
    const [said] = (await Promise.race([
      once(child.stdout, 'data'),
      once(child.stdout, 'end'),
    ])) as [Buffer?];
    if (said?.toString() !== 'locked\n') throw new Error(`Not locked: ${stateFile}`);
    if (record !== null) writeFileSync(infoPath(stateFile), record, { mode: 0o600 });
    return new OtherHolder(child, record ?? '');
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Takes its record away and ends, as Terraform does. */
  async givesBack(stateFile: string): Promise<void> {
    rmSync(infoPath(stateFile), { force: true });
    await this.kill();
  }

  /** Kills it, as the system does where memory is short: what it wrote stays. */
  kill(): Promise<void> {
    return endProcess(this.child);
  }
}

/** Leaves a record behind that nobody holds a lock for. */
export function leaveBehind(stateFile: string, raw: string): LockRecord {
  mkdirSync(path.dirname(stateFile), { recursive: true });
  writeFileSync(infoPath(stateFile), raw, { mode: 0o600 });
  return { ...decodeLockInfo(raw), raw, guard: `leftover|${raw}` };
}
