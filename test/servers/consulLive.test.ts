import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { consulName, startConsul, type ConsulServer } from '../support/consulAgent';
import { consulStateOf, TerraformAtConsul } from '../support/consulPeople';
import { ConsulRecorder } from '../support/consulRecorder';
import { eventually } from '../support/eventually';
import { LiveEditor } from '../support/liveEditor';
import { TcpSwitch } from '../support/tcpSwitch';

/** A session of Consul ends between one and two times its time to live after it was last renewed. */
const [terraformTtlSeconds, ownTtlSeconds, lockDelaySeconds] = [15, 30, 15];

describe(`a window with a state in Consul (${consulName})`, function () {
  this.timeout(180_000);
  let server: ConsulServer;
  let editors: LiveEditor[] = [];
  let paths = 0;

  const open = (
    name: string,
    path: string,
    options?: ConstructorParameters<typeof LiveEditor>[2] & { readonly address?: string },
  ): LiveEditor => {
    const address = options?.address ?? server.address;
    const editor = new LiveEditor(name, [consulStateOf({ path, address })], options);
    editors.push(editor);
    return editor;
  };
  const newPath = (): string => `tf/app-${String(++paths)}`;

  before(async () => {
    server = await startConsul();
  });
  after(async () => {
    editors.forEach((editor) => {
      editor.dispose();
    });
    editors = [];
    await (server as ConsulServer | undefined)?.stop();
  });

  it('shows what another client does within a second, without polling', async () => {
    const path = newPath();
    const editor = open('alice', path);
    await editor.shows('free');
    await sleep(300);
    const times: number[] = [];
    for (let round = 0; round < 5; round++) {
      const before = performance.now();
      const holder = await TerraformAtConsul.takes(server.address, path);
      await editor.shows('held');
      times.push(performance.now() - before);
      const given = performance.now();
      await holder.givesBack();
      await editor.shows('free');
      times.push(performance.now() - given);
    }
    const slowest = Math.max(...times);
    console.log(
      `      ${String(times.length)} changes, the slowest shown after ${slowest.toFixed(0)} ms`,
    );
    assert.ok(slowest < 1000, String(slowest));
  });

  it('asks fewer than 20 times in an idle hour, and is sure of it all the time', async () => {
    const speed = 240;
    const recorder = await ConsulRecorder.before(server.address, 'tf/');
    const editor = open('alice', newPath(), { speed, address: recorder.address });
    await editor.shows('free');
    const first = recorder.requests;
    await sleep(3_600_000 / speed);
    const count = recorder.requests - first;
    editor.dispose();
    console.log(
      `      ${String(count)} requests in an idle hour (${String(speed)} times as fast), and ${String(first)} to begin with`,
    );
    assert.ok(count > 0 && count < 20, String(count));
    assert.deepEqual(editor.shown, ['unknown', 'free']);
    await recorder.stop();
  });

  it('never shows free what was not confirmed, when the server ends in mid-watch and comes back', async () => {
    const path = newPath();
    const holder = await TerraformAtConsul.takes(server.address, path);
    const renewals = setInterval(() => void holder.renew().catch(() => undefined), 5000);
    const editor = open('alice', path);
    await editor.shows('held');
    await sleep(200);
    for (const end of [undefined, () => holder.givesBack()]) {
      await server.kill();
      await editor.shows('unknown');
      await server.restart();
      assert.ok(!editor.shown.includes('free'), editor.shown.join());
      await end?.();
      await editor.poller.refresh({ userStarted: true });
      await editor.shows(end === undefined ? 'held' : 'free');
    }
    clearInterval(renewals);
    console.log(`      shown: ${editor.shown.join(', ')}`);
  });

  describe('when a session ends', () => {
    // Sessions take their time to end: what is seen of it runs side by side.
    let killed: Promise<void>;
    let closed: Promise<void>;
    let dropped: Promise<void>;
    before(() => {
      [killed, closed, dropped] = [holderKilled(), windowClosed(), networkDropped()];
      for (const one of [killed, closed, dropped]) one.catch(() => undefined);
    });

    it('shows the state free once the session of a killed holder has ended', () => killed);
    it('keeps its lock for as long as it lives, and no longer than its session after that', () =>
      closed);
    it('tells its holder of a lost network before anybody else can have the lock', () => dropped);

    async function holderKilled(): Promise<void> {
      const path = newPath();
      const editor = open('alice', path);
      await TerraformAtConsul.takes(server.address, path);
      await editor.shows('held');
      const from = performance.now();
      await editor.shows('free', 40_000);
      const seconds = (performance.now() - from) / 1000;
      console.log(
        `      free ${seconds.toFixed(1)} s after the last sign of life (time to live ${String(terraformTtlSeconds)} s, at most twice that)`,
      );
      assert.ok(seconds > 10 && seconds <= 2 * terraformTtlSeconds + 2, String(seconds));
    }

    async function windowClosed(): Promise<void> {
      const path = newPath();
      const editor = open('alice', path);
      await editor.shows('free');
      assert.equal(await editor.acquire(), 'done');
      await sleep((2 * ownTtlSeconds + 5) * 1000);
      assert.equal(editor.kind(), 'mine');
      assert.deepEqual(editor.events, []);
      // The window closes.
      editor.dispose();
      const from = performance.now();
      const seconds = await takenBy(open('bob', path), from);
      console.log(
        `      taken by another ${seconds.toFixed(0)} s after the window closed (time to live ${String(ownTtlSeconds)} s, lock-delay ${String(lockDelaySeconds)} s)`,
      );
      assert.ok(seconds <= 2 * ownTtlSeconds + lockDelaySeconds + 3, String(seconds));
    }

    async function networkDropped(): Promise<void> {
      const path = newPath();
      const way = await TcpSwitch.before(`http://${server.address}`);
      const address = way.endpoint.replace('http://', '');
      const holder = open('alice', path, { timeoutMs: 5000, address });
      const other = open('bob', path);
      await holder.shows('free');
      assert.equal(await holder.acquire(), 'done');
      await other.shows('held');
      way.silence();
      const from = performance.now();
      let told: number | undefined;
      holder.keeper.onDidChange(({ kind }) => {
        if (kind === 'atRisk') told ??= (performance.now() - from) / 1000;
      });
      const taken = await takenBy(other, from);
      assert.ok(told !== undefined && told < taken, `told ${String(told)}, taken ${String(taken)}`);
      console.log(
        `      told after ${told.toFixed(1)} s, taken by another after ${taken.toFixed(1)} s`,
      );
      const [risk] = holder.events;
      assert.ok(risk?.safeUntil !== undefined);
      await way.stop();
    }

    /** Tries until it has the lock. @returns seconds since `from`. */
    async function takenBy(other: LiveEditor, from: number): Promise<number> {
      await eventually(
        `${other.name} to get the lock`,
        () => other.acquire(),
        (outcome) => outcome === 'done',
        { timeoutMs: 120_000, intervalMs: 250 },
      );
      return (performance.now() - from) / 1000;
    }
  });
});
