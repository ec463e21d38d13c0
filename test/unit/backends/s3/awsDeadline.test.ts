import assert from 'node:assert/strict';
import v8 from 'node:v8';
import vm from 'node:vm';
import { gatewayOf, hostOf, lockFilePlaceOf, noSignal } from '../../../support/awsBlocks';
import { TestS3 } from '../../../support/awsS3';
import { only } from '../../../support/fakes';

describe('a request that is never answered', () => {
  let s3: TestS3;
  before(async () => {
    s3 = await TestS3.start('bucket');
  });
  after(() => s3.stop());

  it('ends at its timeout, even if the garbage is collected meanwhile', async () => {
    v8.setFlagsFromString('--expose-gc');
    const collect = vm.runInNewContext('gc') as () => void;
    s3.intercept = () => ({ kind: 'blackHole' });
    const timer = setInterval(collect, 20);
    const options = { userStarted: true, timeoutMs: 300 };
    const place = lockFilePlaceOf(s3.endpoint, 'a.tfstate');
    const reading = only(await gatewayOf(hostOf()).readMany([place], options, noSignal));
    clearInterval(timer);
    assert.equal(!reading.ok && reading.error.reason, 'timeout');
  });
});
