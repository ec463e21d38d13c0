import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Clock } from '../../../src/core/ports';
import { HclWorkerClient, type HclWorkerClientOptions } from '../../../src/hcl/hclWorkerClient';

const builtWorker = path.resolve('dist', 'hclWorker.js');
const block = (body: string): string => `backend "s3" {\n${body}\n}`;

/** A clock whose timers go off when the test says so. */
class ManualClock implements Clock {
  private readonly timers = new Set<{ delayMs: number; task: () => void }>();

  now(): number {
    return 0;
  }

  after(delayMs: number, task: () => void): { dispose(): void } {
    const timer = { delayMs, task };
    this.timers.add(timer);
    return { dispose: () => void this.timers.delete(timer) };
  }

  get delays(): number[] {
    return [...this.timers].map(({ delayMs }) => delayMs);
  }

  goOff(): void {
    for (const timer of [...this.timers]) {
      this.timers.delete(timer);
      timer.task();
    }
  }
}

/** Answers as the real worker does, and misbehaves when told to. Each answer counts the slices so far. */
const fakeWorkerSource = `
const { parentPort } = require('node:worker_threads');
let count = 0;
parentPort.on('message', ({ id, slice }) => {
  count++;
  if (slice === 'crash') throw new Error('as told');
  if (slice === 'exit') process.exit(3);
  if (slice === 'hang') for (;;);
  parentPort.postMessage({ kind: 'evaluated', id, values: { count, slice }, spoilt: slice === 'spoil' });
});
parentPort.postMessage({ kind: 'ready' });
`;

describe('HclWorkerClient', () => {
  const clock = new ManualClock();
  const clients: HclWorkerClient[] = [];
  let folder = '';
  let fakeWorker = '';

  function create(file: string, options: Partial<HclWorkerClientOptions> = {}): HclWorkerClient {
    const client = new HclWorkerClient(file, { clock, ...options });
    clients.push(client);
    return client;
  }

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'hcl-worker-'));
    fakeWorker = path.join(folder, 'fakeWorker.js');
    writeFileSync(fakeWorker, fakeWorkerSource);
  });
  afterEach(() => {
    for (const client of clients.splice(0)) {
      client.dispose();
    }
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Lets the timer that is set go off once it is the one wanted. */
  async function timeOut(delayMs: number): Promise<void> {
    while (!clock.delays.includes(delayMs)) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    clock.goOff();
  }

  it('evaluates slices with the worker that ships', async () => {
    const client = create(builtWorker);
    assert.equal(client.running, false);
    assert.deepEqual(await client.evaluate(block('a = "x"\nb = [1, { c = null }]')), {
      a: 'x',
      b: [1, { c: null }],
    });
    assert.equal(await client.evaluate(block('a =')), null);
    assert.deepEqual(await client.evaluate(block('a = true')), { a: true });
  }).timeout(20_000);

  it('goes on after a slice that makes the parser throw', async () => {
    const client = create(builtWorker);
    assert.equal(await client.evaluate(block('a = { null = 1 }')), null);
    assert.equal(client.running, false);
    assert.deepEqual(await client.evaluate(block('a = 1')), { a: 1 });
  }).timeout(20_000);

  it('gives up a slice that takes the parser too long, and only that one', async () => {
    const client = create(builtWorker, { sliceTimeoutMs: 77 });
    const long = client.evaluate(block(`a = [${'"x", '.repeat(100_000)}]`));
    const short = client.evaluate(block('a = 1'));
    await timeOut(77);
    assert.equal(await long, null);
    assert.deepEqual(await short, { a: 1 });
  }).timeout(20_000);

  it('evaluates a slice once for all who ask at the same time', async () => {
    const client = create(fakeWorker);
    const [first, second, other] = await Promise.all(
      ['x', 'x', 'y'].map((slice) => client.evaluate(slice)),
    );
    assert.deepEqual(first, { count: 1, slice: 'x' });
    assert.equal(second, first);
    assert.deepEqual(other, { count: 2, slice: 'y' });
    assert.deepEqual(await client.evaluate('x'), { count: 3, slice: 'x' });
  });

  it('ends the thread when it has been idle, and starts it again when needed', async () => {
    const client = create(fakeWorker);
    await client.evaluate('x');
    assert.deepEqual(clock.delays, [10_000]);
    clock.goOff();
    assert.equal(client.running, false);
    assert.deepEqual(await client.evaluate('y'), { count: 1, slice: 'y' });
  });

  it('does not end the thread while it works', async () => {
    const client = create(fakeWorker);
    await client.evaluate('x');
    const next = client.evaluate('y');
    assert.deepEqual(clock.delays, [5_000]);
    assert.deepEqual(await next, { count: 2, slice: 'y' });
  });

  it('remembers a slice that hangs', async () => {
    const client = create(fakeWorker);
    const hung = client.evaluate('hang');
    const waiting = client.evaluate('x');
    await timeOut(5_000);
    assert.equal(await hung, null);
    assert.deepEqual(await waiting, { count: 1, slice: 'x' });
    assert.equal(await client.evaluate('hang'), null);
    assert.deepEqual(await client.evaluate('y'), { count: 2, slice: 'y' });
  });

  for (const slice of ['crash', 'exit']) {
    it(`rejects everything pending when the thread dies (${slice}), and remembers why`, async () => {
      const client = create(fakeWorker);
      const pending = [slice, 'x'].map((text) => client.evaluate(text));
      for (const result of await Promise.allSettled(pending)) {
        assert.equal(result.status, 'rejected');
      }
      assert.equal(client.running, false);
      assert.equal(await client.evaluate(slice), null);
      assert.deepEqual(await client.evaluate('x'), { count: 1, slice: 'x' });
    });
  }

  it('uses a new thread after the parser has crashed in the old one', async () => {
    const client = create(fakeWorker);
    const [spoilt, next] = await Promise.all([client.evaluate('spoil'), client.evaluate('x')]);
    assert.deepEqual(spoilt, { count: 1, slice: 'spoil' });
    assert.deepEqual(next, { count: 1, slice: 'x' });
  });

  it('rejects when there is no worker file, without blaming the slice', async () => {
    const client = create(path.join(folder, 'later.js'));
    await assert.rejects(client.evaluate('x'));
    writeFileSync(path.join(folder, 'later.js'), fakeWorkerSource);
    assert.deepEqual(await client.evaluate('x'), { count: 1, slice: 'x' });
  });

  it('rejects when the worker does not get ready', async () => {
    const silent = path.join(folder, 'silent.js');
    writeFileSync(silent, 'setInterval(() => {}, 1000);');
    const client = create(silent);
    const result = client.evaluate('x');
    assert.deepEqual(clock.delays, [30_000]);
    clock.goOff();
    await assert.rejects(result);
    assert.equal(client.running, false);
  });

  it('rejects what is pending when it is disposed, and everything after', async () => {
    const client = create(fakeWorker);
    const pending = client.evaluate('x');
    client.dispose();
    await assert.rejects(pending);
    await assert.rejects(client.evaluate('y'));
    assert.equal(client.running, false);
    assert.deepEqual(clock.delays, []);
  });
});
