import path from 'node:path';
import { encodeLockInfo } from '../../../src/core/lockInfo';
import { accessTo, awsPlaceOf, gatewayOf, hostOf, lockFilePlaceOf } from '../../support/awsBlocks';
import { TestDynamoDb } from '../../support/awsDynalite';
import { always, denied } from '../../support/awsFaults';
import { TestS3 } from '../../support/awsS3';
import { s3Error } from '../../support/awsS3Faults';
import { infoOf } from '../../support/fakes';
import { localClient, localPlace, OtherHolder } from '../../support/localState';
import { lockClientContract } from '../../support/lockClientContract';
import { createTempFolder } from '../../support/tempFolder';

const other = encodeLockInfo(infoOf({ id: 'other' }));

lockClientContract('S3 with a lock table', async () => {
  const db = await TestDynamoDb.start();
  await db.createTable('locks');
  const put = (info: string) =>
    db.put('locks', { LockID: { S: 'bucket/network.tfstate' }, Info: { S: info } });
  return {
    client: gatewayOf(hostOf({})),
    place: awsPlaceOf(accessTo(db.endpoint), 'network.tfstate'),
    statePath: 'bucket/network.tfstate',
    holdAsOther: async () => {
      await put(other);
      return {
        lockId: 'other',
        giveBack: () => db.remove('locks', 'bucket/network.tfstate'),
      };
    },
    holdUnreadably: () => put('not JSON'),
    deny: () => {
      db.intercept = always(denied('dynamodb:GetItem', 'locks'));
    },
    stall: () => {
      db.intercept = always({ kind: 'blackHole' });
    },
    shutDown: () => db.stop(),
    stop: () => db.stop(),
  };
});

lockClientContract('S3 with a lock file', async () => {
  const s3 = await TestS3.start('bucket');
  const key = 'network.tfstate.tflock';
  return {
    client: gatewayOf(hostOf({})),
    place: lockFilePlaceOf(s3.endpoint, 'network.tfstate'),
    statePath: 'bucket/network.tfstate',
    holdAsOther: async () => {
      await s3.put('bucket', key, other);
      return { lockId: 'other', giveBack: () => s3.remove('bucket', key) };
    },
    holdUnreadably: () => s3.put('bucket', key, 'not JSON'),
    deny: () => {
      s3.intercept = () => s3Error(403, 'AccessDenied', 'Access Denied');
    },
    stall: () => {
      s3.intercept = () => ({ kind: 'blackHole' });
    },
    shutDown: () => s3.stop(),
    stop: () => s3.stop(),
  };
});

lockClientContract(
  'local',
  () => {
    const folder = createTempFolder('contract');
    const stateFile = path.join(folder.path, 'terraform.tfstate');
    const holders: OtherHolder[] = [];
    return Promise.resolve({
      client: localClient(),
      place: localPlace(stateFile),
      statePath: stateFile,
      holdAsOther: async () => {
        const holder = await OtherHolder.start(stateFile, other);
        holders.push(holder);
        return { lockId: 'other', giveBack: () => holder.givesBack(stateFile) };
      },
      stop: async () => {
        await Promise.all(holders.map((holder) => holder.kill()));
        folder.remove();
      },
    });
  },
  ['unreadable records', 'permissions', 'a service', 'a way to break a lock'],
);
