import assert from 'node:assert/strict';
import { lockFlags } from '../../../../src/backends/consul/consulJson';
import { ConsulLockClient } from '../../../../src/backends/consul/consulLockClient';
import { encodeLockInfo } from '../../../../src/core/lockInfo';
import { hostOf, noSignal } from '../../../support/awsBlocks';
import { ConsulDouble } from '../../../support/consulDouble';
import { consulStateOf } from '../../../support/consulPeople';
import { only } from '../../../support/fakes';

/** As Terraform 1.11.4 left them in Consul during an apply; the holder's name is another, and the session that of the test. */
const records = [
  {
    workspace: 'default',
    path: 'tf/app',
    flags: '3304740253564472344',
    raw: '{"ID":"3dfdd0bf-dc3d-4d3b-af13-e1631c16f25d","Operation":"OperationTypeApply","Info":"consul session: 3dfdd0bf-dc3d-4d3b-af13-e1631c16f25d","Who":"alice@build-07","Version":"1.11.4","Created":"2026-11-26T02:40:54.937401965Z","Path":"tf/app"}',
  },
  {
    workspace: 'dev',
    path: 'tf/app-env:dev',
    flags: '3304740253564472344',
    raw: '{"ID":"9a935ff7-99e1-4ada-9565-07e1f5f53269","Operation":"OperationTypeApply","Info":"consul session: 9a935ff7-99e1-4ada-9565-07e1f5f53269","Who":"alice@build-07","Version":"1.11.4","Created":"2026-11-26T02:40:55.76698849Z","Path":"tf/app-env:dev"}',
  },
] as const;

describe("records of a real Terraform's locks in Consul", () => {
  for (const { workspace, path, flags, raw: captured } of records) {
    it(`are read whole, and written by this extension byte for byte alike: ${workspace}`, async () => {
      const double = await ConsulDouble.start();
      try {
        const session = double.store.createSession({
          name: 'Consul API Lock',
          ttlMs: 15_000,
          lockDelayMs: 5000,
          behavior: 'release',
        });
        const raw = captured.replace(/[0-9a-f-]{36}/g, session.id);
        double.store.lock(`${path}/.lock`, Buffer.alloc(0), BigInt(flags), session.id);
        double.store.set(`${path}/.lockinfo`, Buffer.from(raw), 0n);
        const state = consulStateOf({ path: 'tf/app', address: double.address }, workspace);
        const options = { userStarted: true, timeoutMs: 3000 };
        const client = new ConsulLockClient(hostOf());
        const reading = only(await client.readMany(state.places, options, noSignal));
        assert.ok(reading.ok && reading.record);
        const { info, liveness, problem } = reading.record;
        assert.deepEqual([problem, liveness?.kind, info.path], [undefined, 'alive', state.path]);
        assert.equal(encodeLockInfo(info), raw);
        assert.equal(flags, lockFlags);
      } finally {
        await double.stop();
      }
    });
  }
});
