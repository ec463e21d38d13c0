import assert from 'node:assert/strict';
import type { Backend, LockClient } from '../../../src/backends/backend';
import { LocalGateway } from '../../../src/backends/localGateway';
import type { LockPlace } from '../../../src/core/lockPlace';
import { background, hostOf, noSignal } from '../../support/awsBlocks';
import { FakeClock, FakeGateway, free, infoOf, placeOf, recordOf } from '../../support/fakes';

const placeAt = (backend: string, name: string): LockPlace => ({ ...placeOf(name), backend });

function backendOf(type: string, client: () => Promise<LockClient>): Backend & { opened: number } {
  const backend = {
    type,
    opened: 0,
    resolve: () => Promise.reject(new Error('not asked for')),
    openClient: () => {
      backend.opened += 1;
      return client();
    },
  };
  return backend;
}

describe('the gateway in the thread of the backends', () => {
  const clientOf = (at: number): FakeGateway => new FakeGateway(new FakeClock(at));

  it('asks each backend for its places, and answers in the order of the places', async () => {
    const [one, two] = [clientOf(1), clientOf(2)];
    const gateway = new LocalGateway(
      [backendOf('one', () => Promise.resolve(one)), backendOf('two', () => Promise.resolve(two))],
      hostOf(),
    );
    const places = [placeAt('two', 'a'), placeAt('one', 'b'), placeAt('two', 'c')];
    assert.deepEqual(await gateway.readMany(places, background, noSignal), [
      free(2),
      free(1),
      free(2),
    ]);
    assert.deepEqual([one.reads.length, two.reads.length], [1, 1]);
  });

  it('keeps the answers of one backend where another fails', async () => {
    const gateway = new LocalGateway(
      [
        backendOf('good', () => Promise.resolve(clientOf(1))),
        backendOf('bad', () => Promise.reject(new Error('cannot be loaded'))),
      ],
      hostOf(),
    );
    const places = [placeAt('good', 'a'), placeAt('bad', 'b'), placeAt('unknown', 'c')];
    const readings = await gateway.readMany(places, background, noSignal);
    assert.deepEqual(
      readings.map((reading) => (reading.ok ? 'read' : reading.error.reason)),
      ['read', 'internal', 'internal'],
    );
  });

  it('loads a client again whose loading failed', async () => {
    let attempts = 0;
    const client = clientOf(1);
    const backend = backendOf('s3', () => {
      attempts += 1;
      return attempts === 1 ? Promise.reject(new Error('no memory')) : Promise.resolve(client);
    });
    const gateway = new LocalGateway([backend], hostOf());
    const read = async (): Promise<boolean | undefined> =>
      (await gateway.readMany([placeAt('s3', 'a')], background, noSignal))[0]?.ok;
    assert.deepEqual([await read(), await read(), await read()], [false, true, true]);
    assert.equal(backend.opened, 2);
  });

  it('answers for a place that its backend forgot', async () => {
    const client = clientOf(1);
    client.onRead = () => Promise.resolve([]);
    const gateway = new LocalGateway([backendOf('s3', () => Promise.resolve(client))], hostOf());
    const [reading] = await gateway.readMany([placeOf('a')], background, noSignal);
    assert.ok(reading && !reading.ok && reading.error.place === 'place a');
  });

  it('opens a backend when it is first used, and once', async () => {
    const backend = backendOf('s3', () => Promise.resolve(clientOf(1)));
    const gateway = new LocalGateway([backend], hostOf());
    assert.equal(backend.opened, 0);
    await Promise.all([
      gateway.readMany([placeOf('a')], background, noSignal),
      gateway.acquire(placeOf('a'), infoOf(), background, noSignal),
      gateway.release(placeOf('a'), recordOf(), background, noSignal),
      gateway.identify(placeOf('a'), background, noSignal),
    ]);
    assert.equal(backend.opened, 1);
  });

  it('has nothing to do for no places', async () => {
    assert.deepEqual(await new LocalGateway([], hostOf()).readMany([], background, noSignal), []);
  });
});
