import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { infoPath } from '../../../../src/backends/local/localBackend';
import { encodeLockInfo } from '../../../../src/core/lockInfo';
import type { LockPlace } from '../../../../src/core/lockPlace';
import { asked, background, noSignal } from '../../../support/awsBlocks';
import { eventually } from '../../../support/eventually';
import { infoOf } from '../../../support/fakes';
import {
  acquireOf,
  leaveBehind,
  localClient,
  localPlace,
  OtherHolder,
  readPlace,
  taken,
} from '../../../support/localState';
import { skipTest } from '../../../support/mochaRun';
import { createTempFolder, type TempFolder } from '../../../support/tempFolder';

describe('locks of local state files, with real files and real processes', () => {
  let folder: TempFolder;
  let file: string;
  let info: string;
  let place: LockPlace;
  const others: OtherHolder[] = [];
  const holder = async (record?: string | null): Promise<OtherHolder> => {
    const other = await OtherHolder.start(file, record);
    others.push(other);
    return other;
  };

  before(function () {
    if (process.platform !== 'linux') skipTest(this, 'needs /proc/locks');
  });
  beforeEach(() => {
    folder = createTempFolder('local');
    file = path.join(folder.path, 'terraform.tfstate');
    info = infoPath(file);
    place = localPlace(file);
  });
  afterEach(async () => {
    await Promise.all(others.splice(0).map((other) => other.kill()));
    folder.remove();
  });

  it('are free where there is no file, and where nobody locks it', async () => {
    const client = localClient();
    const absent = await readPlace(client, place, background);
    assert.deepEqual([absent.record, absent.leftover], [undefined, undefined]);
    writeFileSync(file, '{}');
    const unlocked = await readPlace(client, place, background);
    assert.deepEqual([unlocked.record, unlocked.leftover], [undefined, undefined]);
    const elsewhere = localPlace(path.join(folder.path, 'no', 'such', 'folder', 'x.tfstate'));
    assert.equal((await readPlace(client, elsewhere, background)).record, undefined);
  });

  it('are held while another process has the kernel lock, with its record, process and command', async () => {
    const other = await holder();
    const { record } = await readPlace(localClient(), place, background);
    assert.equal(record?.info.id, 'other');
    assert.equal(record.raw, other.raw);
    assert.deepEqual(record.liveness, {
      kind: 'alive',
      by: `process ${String(other.pid)}`,
      facts: [
        { label: 'Process', value: String(other.pid) },
        { label: 'Command', value: 'perl' },
      ],
    });
  });

  it('are held without a record, too: people delete it, and a holder writes it a moment later', async () => {
    const other = await holder();
    rmSync(info);
    const { record, leftover } = await readPlace(localClient(), place, background);
    assert.equal(leftover, undefined);
    assert.deepEqual([record?.info.who, record?.raw], ['', '']);
    assert.equal(record?.liveness?.by, `process ${String(other.pid)}`);
  });

  it('do not take the record of a killed process for that of the next one', async () => {
    writeFileSync(file, '');
    leaveBehind(file, encodeLockInfo(infoOf({ id: 'killed', who: 'alice@build-07' })));
    utimesSync(info, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));
    await holder(null);
    const { record } = await readPlace(localClient(), place, background);
    assert.equal(record?.info.who, '');
    assert.equal(record.liveness?.kind, 'alive');
  });

  it('are free with what a killed process left behind', async () => {
    const other = await holder();
    await other.kill();
    const reading = await readPlace(localClient(), place, background);
    assert.equal(reading.record, undefined);
    assert.equal(reading.leftover?.raw, other.raw);
  });

  it('are acquired as Terraform would: the kernel lock, and a record of its bytes and mode', async () => {
    const client = localClient();
    const record = await taken(client, place, { id: 'mine', info: 'moving <things>' });
    assert.equal(readFileSync(info, 'utf8'), encodeLockInfo(record.info));
    assert.equal(statSync(info).mode & 0o777, 0o600);
    await assert.rejects(holder(null), 'another process must be refused');
    const read = await readPlace(client, place, background);
    assert.equal(read.record?.raw, record.raw);
    assert.equal(read.record.guard, record.guard);
    assert.deepEqual(await client.release(place, read.record, asked, noSignal), {
      kind: 'released',
    });
    assert.equal(existsSync(info), false);
    assert.equal((await readPlace(client, place, background)).record, undefined);
    assert.ok(await holder(), 'and another process gets the lock');
  });

  it('are refused while another process holds them, and left as they are', async () => {
    const other = await holder();
    const outcome = await acquireOf(localClient(), place, { id: 'mine' });
    assert.ok(outcome.kind === 'held');
    assert.equal(outcome.record?.info.id, 'other');
    assert.equal(readFileSync(info, 'utf8'), other.raw);
  });

  it('go to exactly one of many who ask at once', async () => {
    const clients = Array.from({ length: 6 }, () => localClient());
    const outcomes = await Promise.all(
      clients.map((client, index) => acquireOf(client, place, { id: `number ${String(index)}` })),
    );
    const winners = outcomes.flatMap((outcome, index) =>
      outcome.kind === 'acquired' ? [{ index, record: outcome.record }] : [],
    );
    assert.deepEqual(outcomes.map(({ kind }) => kind).sort(), [
      'acquired',
      'held',
      'held',
      'held',
      'held',
      'held',
    ]);
    const [winner] = winners;
    assert.ok(winner);
    assert.equal(readFileSync(info, 'utf8'), winner.record.raw);
    await clients[winner.index]?.release(place, winner.record, asked, noSignal);
  });

  it('of a live process are not removed, and their record stays', async () => {
    const other = await holder();
    const client = localClient();
    const { record } = await readPlace(client, place);
    assert.ok(record);
    const outcome = await client.release(place, record, asked, noSignal);
    assert.ok(outcome.kind === 'failed');
    assert.equal(outcome.error.reason, 'impossible');
    assert.match(outcome.error.help ?? '', new RegExp(`process ${String(other.pid)}`));
    assert.equal(readFileSync(info, 'utf8'), other.raw);
  });

  it('of another window of ours are not removed either', async () => {
    const [one, other] = [localClient(), localClient()];
    const record = await taken(one, place);
    const outcome = await other.release(place, record, asked, noSignal);
    assert.ok(outcome.kind === 'failed');
    assert.match(outcome.error.help ?? '', /another window/);
    assert.deepEqual(await one.release(place, record, asked, noSignal), { kind: 'released' });
  });

  it('left over are cleaned up, byte for byte only', async () => {
    const client = localClient();
    writeFileSync(file, '{"version":4}');
    const shown = leaveBehind(file, encodeLockInfo(infoOf({ id: 'killed' })));
    writeFileSync(info, `${shown.raw} `);
    assert.deepEqual(await client.release(place, shown, asked, noSignal), { kind: 'changed' });
    assert.equal(readFileSync(info, 'utf8'), `${shown.raw} `);
    writeFileSync(info, shown.raw);
    assert.deepEqual(await client.release(place, shown, asked, noSignal), { kind: 'released' });
    assert.equal(existsSync(info), false);
    assert.equal(readFileSync(file, 'utf8'), '{"version":4}');
    assert.deepEqual(await client.release(place, shown, asked, noSignal), { kind: 'gone' });
  });

  it('left over are not cleaned up once somebody holds the lock, were the record the same', async () => {
    const client = localClient();
    const raw = encodeLockInfo(infoOf({ id: 'killed' }));
    const shown = leaveBehind(file, raw);
    await holder(raw);
    const outcome = await client.release(place, shown, asked, noSignal);
    assert.ok(outcome.kind === 'changed', JSON.stringify(outcome));
    assert.equal(outcome.record?.liveness?.kind, 'alive');
    assert.equal(readFileSync(info, 'utf8'), raw);
  });

  it('of ours end when our process is killed, and are then left over', async () => {
    const client = localClient();
    const record = await taken(client, place);
    const { liveness } = (await readPlace(client, place)).record ?? {};
    process.kill(Number(liveness?.facts[0]?.value), 'SIGKILL');
    await eventually(
      'the lock to be left over',
      () => readPlace(client, place),
      ({ leftover }) => leftover?.raw === record.raw,
    );
    assert.deepEqual(await client.release(place, record, asked, noSignal), { kind: 'released' });
    assert.equal(existsSync(info), false);
  });

  it('are not taken where the person has cancelled', async () => {
    const client = localClient();
    const outcome = await client.acquire(place, infoOf({}), asked, AbortSignal.abort());
    assert.equal(outcome.kind, 'failed');
    assert.equal((await readPlace(client, place)).record, undefined);
    assert.equal(existsSync(info), false);
  });

  it('cannot be taken where the file cannot be made, and the reason is said', async () => {
    writeFileSync(file, '');
    const nowhere = localPlace(path.join(file, 'folder', 'terraform.tfstate'));
    const outcome = await acquireOf(localClient(), nowhere);
    assert.ok(outcome.kind === 'failed');
    assert.match(outcome.error.detail ?? '', /cannot be made \(E\w+\)/);
    const isFolder = localPlace(folder.path);
    const other = await acquireOf(localClient(), isFolder);
    assert.ok(other.kind === 'failed');
    assert.match(other.error.detail ?? '', /EISDIR/);
  });

  it('with a record that is a link never write where it points', async () => {
    const precious = path.join(folder.path, 'precious');
    writeFileSync(precious, 'precious');
    const { symlinkSync } = await import('node:fs');
    symlinkSync(precious, info);
    const client = localClient();
    const record = await taken(client, place);
    assert.equal(readFileSync(precious, 'utf8'), 'precious');
    await client.release(place, record, asked, noSignal);
    assert.equal(readFileSync(precious, 'utf8'), 'precious');
  });

  it('are watched: a lock, its end and what is left show within seconds', async () => {
    const client = localClient();
    await readPlace(client, place, background);
    const options = { ...background, maxWaitMs: 20_000 };
    const next = async (): Promise<string> => {
      const answer = await client.awaitChange([place], options, noSignal);
      assert.ok(answer.kind === 'readings', answer.kind);
      const [reading] = answer.readings;
      assert.ok(reading?.ok);
      return reading.record ? 'held' : reading.leftover ? 'left over' : 'free';
    };
    const held = next();
    const other = await holder();
    assert.equal(await held, 'held');
    const left = next();
    await other.kill();
    assert.equal(await left, 'left over');
    const free = next();
    rmSync(info);
    assert.equal(await free, 'free');
    const started = Date.now();
    const idle = await client.awaitChange([place], { ...background, maxWaitMs: 10 }, noSignal);
    assert.equal(idle.kind, 'readings');
    assert.ok(Date.now() - started < 1500, 'an answer is due though nothing changed');
    const stop = new AbortController();
    const stopped = client.awaitChange([place], options, stop.signal);
    stop.abort();
    assert.equal((await stopped).kind, 'broken');
  });
});
