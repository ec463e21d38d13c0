import assert from 'node:assert/strict';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { LockReading } from '../../../../src/core/lockPlace';
import {
  asked,
  awsPlaceOf,
  background,
  gatewayOf,
  hostOf,
  noSignal,
  withEnvironment,
} from '../../../support/awsBlocks';
import { TestDynamoDb } from '../../../support/awsDynalite';
import { always, expired, serviceError, type Fault } from '../../../support/awsFaults';
import { infoOf, only } from '../../../support/fakes';
import { createTempFolder, type TempFolder } from '../../../support/tempFolder';

const refusals: readonly (readonly [string, Fault, string])[] = [
  ['the token has expired', expired, 'signedOut'],
  [
    'the keys are not accepted',
    serviceError('UnrecognizedClientException', 'invalid'),
    'badCredentials',
  ],
];

for (const [what, refusal, reason] of refusals) {
  describe(`after ${what}`, () => {
    let db: TestDynamoDb;
    let folder: TempFolder;
    let environment: Record<string, string>;
    const file = (name: string): string => path.join(folder.path, name);
    const writeKeys = (key: string): void =>
      writeFileSync(
        file('credentials'),
        `[default]\naws_access_key_id = ${key}\naws_secret_access_key = s\n`,
      );
    const words = (reading: LockReading): string => (reading.ok ? 'read' : reading.error.reason);

    before(async () => {
      db = await TestDynamoDb.start();
      await db.createTable('locks');
    });
    after(() => db.stop());
    beforeEach(() => {
      db.reset();
      folder = createTempFolder('signed-out');
      environment = {
        HOME: folder.path,
        AWS_SHARED_CREDENTIALS_FILE: file('credentials'),
        AWS_CONFIG_FILE: file('config'),
        AWS_EC2_METADATA_DISABLED: 'true',
      };
      writeKeys('OLDKEY');
    });
    afterEach(() => folder.remove());

    /** Runs `task` with a gateway whose credentials have just been refused, by one request. */
    const signedOut = (
      task: (
        read: (options?: typeof asked) => Promise<string>,
        gateway: ReturnType<typeof gatewayOf>,
      ) => Promise<void>,
    ): Promise<void> =>
      withEnvironment(environment, async () => {
        const gateway = gatewayOf(hostOf());
        const place = awsPlaceOf({ dynamodb_endpoint: db.endpoint }, 'a');
        const read = async (options = background): Promise<string> =>
          words(only(await gateway.readMany([place], options, noSignal)));
        db.intercept = always(refusal);
        assert.equal(await read(), reason);
        assert.equal(db.count(), 1);
        await task(read, gateway);
      });

    it('background reads send nothing at all', () =>
      signedOut(async (read) => {
        for (let tick = 0; tick < 20; tick++) assert.equal(await read(), reason);
        assert.equal(db.count(), 1);
      }));

    it('they go on by themselves when the credentials file changes, with the new keys', () =>
      signedOut(async (read) => {
        writeKeys('MUCHNEWERKEY');
        db.intercept = () => undefined;
        assert.equal(await read(), 'read');
        assert.deepEqual(
          db.requests.map(({ accessKeyId }) => accessKeyId),
          ['OLDKEY', 'MUCHNEWERKEY'],
        );
      }));

    it('they notice a file that changed in its time only', () =>
      signedOut(async (read) => {
        utimesSync(file('credentials'), new Date(), new Date(Date.now() + 5000));
        db.intercept = () => undefined;
        assert.equal(await read(), 'read');
      }));

    for (const cache of ['sso/cache', 'cli/cache', 'login/cache']) {
      it(`they notice a log-in that wrote to ${cache}`, () =>
        signedOut(async (read) => {
          mkdirSync(path.join(folder.path, '.aws', cache), { recursive: true });
          writeFileSync(path.join(folder.path, '.aws', cache, 'token.json'), '{}');
          db.intercept = () => undefined;
          assert.equal(await read(), 'read');
        }));
    }

    it('a changed file is tried once, not for ever', () =>
      signedOut(async (read) => {
        writeKeys('STILLWRONGKEY');
        for (let tick = 0; tick < 5; tick++) assert.equal(await read(), reason);
        assert.equal(db.count(), 2);
      }));

    it('a person who asks is answered by the service, each time', () =>
      signedOut(async (read) => {
        assert.equal(await read(asked), reason);
        assert.equal(await read(asked), reason);
        assert.equal(db.count(), 3);
        assert.equal(await read(), reason);
        assert.equal(db.count(), 3);
      }));

    it('background reads go on after a person asked with success', () =>
      signedOut(async (read) => {
        db.intercept = () => undefined;
        assert.equal(await read(asked), 'read');
        assert.equal(await read(), 'read');
      }));

    it('a write that a person starts is sent', () =>
      signedOut(async (_read, gateway) => {
        db.intercept = () => undefined;
        const place = awsPlaceOf({ dynamodb_endpoint: db.endpoint }, `taken-${reason}`);
        const outcome = await gateway.acquire(place, infoOf(), asked, noSignal);
        assert.equal(outcome.kind, 'acquired');
      }));
  });
}
