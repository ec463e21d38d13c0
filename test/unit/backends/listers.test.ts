import assert from 'node:assert/strict';
import type { Backend } from '../../../src/backends/backend';
import { LocalLister } from '../../../src/backends/localLister';
import { cancellable } from '../../../src/backends/rpc';
import { WorkerGateway } from '../../../src/backends/workerGateway';
import { WorkerLister } from '../../../src/backends/workerLister';
import { asked, hostOf, noSignal } from '../../support/awsBlocks';
import { FakeClock, MemoryLog, stateOf } from '../../support/fakes';
import { tableSource } from '../../support/lockLists';

describe('listing in an untrusted workspace', () => {
  const gateway = new WorkerGateway({
    // Were it started, this would fail in another way.
    workerFile: '/no/such/worker.mjs',
    clock: new FakeClock(),
    log: new MemoryLog(),
    settings: { credentialProcess: 'onRequest' },
    isTrusted: () => false,
  });
  const lister = new WorkerLister(gateway);
  const untrusted = { reason: 'untrusted' };

  it('asks nothing over the network', async () => {
    const page = await lister.listPage(tableSource, undefined, asked, noSignal);
    assert.deepEqual(page, { kind: 'failed', error: untrusted });
    const size = await lister.measureSource(tableSource, asked, noSignal);
    assert.deepEqual(size, { kind: 'unknown', error: untrusted });
  });

  it('can be cancelled wherever the network is asked', () => {
    const { listSources, measureSource, listPage, stateOfListed } = cancellable;
    assert.deepEqual(
      [listSources, stateOfListed, measureSource, listPage],
      [false, false, true, true],
    );
  });
});

describe('a backend that cannot be listed', () => {
  const backend: Backend = {
    type: 's3',
    resolve: () => Promise.reject(new Error('not asked for in these tests')),
    openClient: () => Promise.reject(new Error('not asked for in these tests')),
  };
  const lister = new LocalLister([backend], hostOf());

  it('offers no source, and fails as an answer', async () => {
    assert.deepEqual(await lister.listSources([stateOf('a')]), []);
    const page = await lister.listPage(tableSource, undefined, asked, noSignal);
    assert.equal(page.kind === 'failed' && page.error.reason, 'internal');
    const size = await lister.measureSource(tableSource, asked, noSignal);
    assert.equal(size.kind === 'unknown' && size.error?.reason, 'internal');
  });
});
