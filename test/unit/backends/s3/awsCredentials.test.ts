import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { BackendSettings } from '../../../../src/backends/backend';
import type { LockReading } from '../../../../src/core/lockPlace';
import {
  asked,
  awsPlaceOf,
  background,
  gatewayOf,
  hostOf,
  noSignal,
  withEnvironment,
  type Attributes,
} from '../../../support/awsBlocks';
import { TestDynamoDb } from '../../../support/awsDynalite';
import { infoOf } from '../../../support/fakes';
import { createTempFolder, type TempFolder } from '../../../support/tempFolder';

const envKeys = { AWS_ACCESS_KEY_ID: 'ENVKEY', AWS_SECRET_ACCESS_KEY: 's' };

const profiles = `
[default]
aws_access_key_id = DEFAULTKEY
aws_secret_access_key = s
[team]
aws_access_key_id = TEAMKEY
aws_secret_access_key = s
[other]
aws_access_key_id = OTHERKEY
aws_secret_access_key = s
`;

/** Which key signed, in the situations that Terraform's documentation and the wire tell. */
const precedence: readonly (readonly [string, Attributes, Record<string, string>, string])[] = [
  [
    'keys in the block win over all others',
    { access_key: 'BLOCKKEY', secret_key: 's', profile: 'team' },
    { ...envKeys, AWS_PROFILE: 'other' },
    'BLOCKKEY',
  ],
  [
    'a profile in the block wins over keys in the environment',
    { profile: 'team' },
    envKeys,
    'TEAMKEY',
  ],
  [
    'keys in the environment win over AWS_PROFILE, as in Terraform',
    {},
    { ...envKeys, AWS_PROFILE: 'team' },
    'ENVKEY',
  ],
  ['AWS_PROFILE names the profile', {}, { AWS_PROFILE: 'team' }, 'TEAMKEY'],
  ['AWS_DEFAULT_PROFILE names it too', {}, { AWS_DEFAULT_PROFILE: 'other' }, 'OTHERKEY'],
  [
    'AWS_PROFILE wins over AWS_DEFAULT_PROFILE',
    {},
    { AWS_PROFILE: 'team', AWS_DEFAULT_PROFILE: 'other' },
    'TEAMKEY',
  ],
  ['the default profile is used where nothing is named', {}, {}, 'DEFAULTKEY'],
  [
    'half a pair of keys in the environment is none',
    {},
    { AWS_ACCESS_KEY_ID: 'ENVKEY' },
    'DEFAULTKEY',
  ],
];

describe('credentials', () => {
  let db: TestDynamoDb;
  let folder: TempFolder;
  let environment: Record<string, string>;
  const file = (name: string): string => path.join(folder.path, name);
  const place = (access: Attributes = {}) =>
    awsPlaceOf({ dynamodb_endpoint: db.endpoint, ...access }, 'a');
  const words = (reading: LockReading | undefined): string =>
    reading === undefined || reading.ok ? 'read' : reading.error.reason;

  before(async () => {
    db = await TestDynamoDb.start();
    await db.createTable('locks');
  });
  after(() => db.stop());
  beforeEach(() => {
    db.reset();
    folder = createTempFolder('aws');
    environment = {
      HOME: folder.path,
      AWS_SHARED_CREDENTIALS_FILE: file('credentials'),
      AWS_CONFIG_FILE: file('config'),
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    writeFileSync(file('credentials'), profiles);
    writeFileSync(file('config'), '');
  });
  afterEach(() => folder.remove());

  for (const [what, access, variables, expected] of precedence) {
    it(what, async () => {
      await withEnvironment({ ...environment, ...variables }, async () => {
        const [reading] = await gatewayOf(hostOf()).readMany([place(access)], background, noSignal);
        assert.equal(words(reading), 'read');
      });
      assert.deepEqual(
        db.requests.map(({ accessKeyId }) => accessKeyId),
        [expected],
      );
    });
  }

  it('take AWS_ENDPOINT_URL where no endpoint is named', async () => {
    await withEnvironment({ ...environment, AWS_ENDPOINT_URL: db.endpoint }, async () => {
      const at = awsPlaceOf({}, 'a');
      const [reading] = await gatewayOf(hostOf()).readMany([at], background, noSignal);
      assert.equal(words(reading), 'read');
    });
    assert.equal(db.count(), 1);
  });

  for (const [what, access] of [
    ['no profile and no machine gives any', {}],
    ['the profile does not exist', { profile: 'missing' }],
  ] as const) {
    it(`are missing where ${what}: signed out, and nothing is sent`, async () => {
      writeFileSync(file('credentials'), '');
      await withEnvironment(environment, async () => {
        const gateway = gatewayOf(hostOf());
        const [reading] = await gateway.readMany([place(access)], asked, noSignal);
        assert.equal(words(reading), 'signedOut');
        const outcome = await gateway.acquire(place(access), infoOf(), asked, noSignal);
        assert.ok(outcome.kind === 'failed' && outcome.error.reason === 'signedOut');
      });
      assert.equal(db.count(), 0);
    });
  }

  it('that take for ever end with a timeout', async () => {
    writeFileSync(file('config'), `[profile slow]\ncredential_process = sleep 3\n`);
    await withEnvironment(environment, async () => {
      const options = { ...asked, timeoutMs: 200 };
      const [reading] = await gatewayOf(hostOf()).readMany(
        [place({ profile: 'slow' })],
        options,
        noSignal,
      );
      assert.equal(words(reading), 'timeout');
      const outcome = await gatewayOf(hostOf()).acquire(
        place({ profile: 'slow' }),
        infoOf(),
        options,
        noSignal,
      );
      assert.ok(outcome.kind === 'failed');
      assert.equal(outcome.error.reason, 'timeout', 'nothing was sent, so nothing is uncertain');
    });
    assert.equal(db.count(), 0);
  });

  describe('that a program gives', () => {
    /** A program that notes each of its runs, as a log-in window would be noticed by a person. */
    const program = (expiration?: Date): void => {
      const answer = {
        Version: 1,
        AccessKeyId: 'PROCESSKEY',
        SecretAccessKey: 's',
        ...(expiration && { SessionToken: 't', Expiration: expiration.toISOString() }),
      };
      writeFileSync(file('answer.json'), JSON.stringify(answer));
      writeFileSync(
        file('log-in.sh'),
        `#!/bin/sh\necho run >> ${file('runs')}\ncat ${file('answer.json')}\n`,
      );
      chmodSync(file('log-in.sh'), 0o700);
      writeFileSync(
        file('config'),
        `[profile program]\ncredential_process = ${file('log-in.sh')}\n` +
          `[profile chained]\nsource_profile = program\nrole_arn = arn:aws:iam::123456789012:role/x\n`,
      );
    };
    const runs = (): number =>
      existsSync(file('runs')) ? readFileSync(file('runs'), 'utf8').trim().split('\n').length : 0;
    const hostWith = (credentialProcess: BackendSettings['credentialProcess']) =>
      hostOf(process.env, { credentialProcess });

    for (const profile of ['program', 'chained']) {
      it(`are never asked for by a background read of the profile ${profile}`, async () => {
        program();
        await withEnvironment(environment, async () => {
          const gateway = gatewayOf(hostOf());
          for (let tick = 0; tick < 3; tick++) {
            const [reading] = await gateway.readMany([place({ profile })], background, noSignal);
            assert.equal(words(reading), 'signedOut');
          }
        });
        assert.deepEqual([runs(), db.count()], [0, 0]);
      });
    }

    it('are asked for when a person asks, and kept for background reads', async () => {
      program(new Date(Date.now() + 3_600_000));
      await withEnvironment(environment, async () => {
        const gateway = gatewayOf(hostOf());
        const at = [place({ profile: 'program' })];
        assert.equal(words((await gateway.readMany(at, background, noSignal))[0]), 'signedOut');
        assert.equal(words((await gateway.readMany(at, asked, noSignal))[0]), 'read');
        for (let tick = 0; tick < 3; tick++) {
          assert.equal(words((await gateway.readMany(at, background, noSignal))[0]), 'read');
        }
      });
      assert.deepEqual([runs(), db.count(), db.requests[0]?.accessKeyId], [1, 4, 'PROCESSKEY']);
    });

    it('are asked for once, though they expire in two minutes', async () => {
      program(new Date(Date.now() + 120_000));
      await withEnvironment(environment, async () => {
        const gateway = gatewayOf(hostOf());
        const at = place({ profile: 'program' });
        assert.equal(words((await gateway.readMany([at], asked, noSignal))[0]), 'read');
        assert.equal((await gateway.acquire(at, infoOf(), asked, noSignal)).kind, 'acquired');
        assert.equal(words((await gateway.readMany([at], background, noSignal))[0]), 'read');
      });
      assert.equal(runs(), 1);
    });

    it('are not used any more in their last half minute, nor asked for by a background read', async () => {
      program(new Date(Date.now() + 20_000));
      await withEnvironment(environment, async () => {
        const gateway = gatewayOf(hostOf());
        const at = [place({ profile: 'program' })];
        assert.equal(words((await gateway.readMany(at, asked, noSignal))[0]), 'read');
        const runsBefore = runs();
        assert.equal(words((await gateway.readMany(at, background, noSignal))[0]), 'signedOut');
        assert.equal(runs(), runsBefore);
      });
    });

    it('are asked for in the background where a setting says so', async () => {
      program();
      await withEnvironment(environment, async () => {
        const at = [place({ profile: 'program' })];
        const [reading] = await gatewayOf(hostWith('always')).readMany(at, background, noSignal);
        assert.equal(words(reading), 'read');
      });
      assert.equal(runs(), 1);
    });
  });
});
