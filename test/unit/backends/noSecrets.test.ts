import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { LockPoller } from '../../../src/core/lockPoller';
import { LockBoard } from '../../../src/core/lockBoard';
import type { LockPlace } from '../../../src/core/lockPlace';
import {
  asked,
  awsPlaceOf,
  awsStateOf,
  background,
  gatewayOf,
  hostOf,
  noSignal,
  withEnvironment,
} from '../../support/awsBlocks';
import { TestDynamoDb } from '../../support/awsDynalite';
import { always, denied, expired, serviceError, type Fault } from '../../support/awsFaults';
import { FakeClock, MemoryLog, infoOf, recordOf, settled } from '../../support/fakes';
import { createTempFolder, type TempFolder } from '../../support/tempFolder';

const secret = /geheim/i;
const faults: readonly (Fault | undefined)[] = [
  undefined,
  expired,
  denied('dynamodb:GetItem', 'locks'),
  serviceError('InvalidSignatureException', 'Signature does not match'),
  serviceError('InternalServerError', 'sorry', 500),
  { kind: 'answer', status: 200, body: '<html>' },
  { kind: 'dropped' },
  { kind: 'blackHole' },
];

describe('secrets', () => {
  let db: TestDynamoDb;
  let folder: TempFolder;
  before(async () => {
    db = await TestDynamoDb.start();
    await db.createTable('locks');
    folder = createTempFolder('secrets');
    writeFileSync(
      path.join(folder.path, 'credentials'),
      '[team]\naws_access_key_id = TEAMKEY\naws_secret_access_key = GEHEIM-FILE\naws_session_token = GEHEIM-TOKEN\n',
    );
    writeFileSync(
      path.join(folder.path, 'config'),
      '[profile broken]\ncredential_process = sh -c "echo GEHEIM-OUTPUT; exit 1"\n' +
        '[profile empty]\ncredential_process = echo {\\"GEHEIM\\":1}\n',
    );
  });
  after(async () => {
    await db.stop();
    folder.remove();
  });

  const identities: Readonly<Record<string, () => Record<string, unknown>>> = {
    'keys in the block': () => ({
      dynamodb_endpoint: db.endpoint,
      access_key: 'BLOCKKEY',
      secret_key: 'GEHEIM-BLOCK',
      token: 'GEHEIM-TOKEN',
    }),
    'an endpoint with a password': () => ({
      dynamodb_endpoint: db.endpoint.replace('//', '//user:GEHEIM-PASSWORD@'),
      profile: 'team',
    }),
    'an endpoint with a token that nobody listens at': () => ({
      dynamodb_endpoint: 'http://user:GEHEIM-PASSWORD@127.0.0.1:9/?token=GEHEIM-TOKEN',
      profile: 'team',
    }),
    'an endpoint that is no URL': () => ({
      dynamodb_endpoint: 'user:GEHEIM-PASSWORD@127.0.0.1:9',
      profile: 'team',
    }),
    'a program that fails': () => ({ dynamodb_endpoint: db.endpoint, profile: 'broken' }),
    'a program that answers something else': () => ({
      dynamodb_endpoint: db.endpoint,
      profile: 'empty',
    }),
    'keys in the environment': () => ({ dynamodb_endpoint: db.endpoint }),
  };

  for (const [what, attributesOf] of Object.entries(identities)) {
    it(`of ${what} come out nowhere, whatever the service answers`, async function () {
      this.timeout(60_000);
      const environment = {
        HOME: folder.path,
        AWS_SHARED_CREDENTIALS_FILE: path.join(folder.path, 'credentials'),
        AWS_CONFIG_FILE: path.join(folder.path, 'config'),
        AWS_ACCESS_KEY_ID: 'ENVKEY',
        AWS_SECRET_ACCESS_KEY: 'GEHEIM-ENV',
        AWS_SESSION_TOKEN: 'GEHEIM-ENV-TOKEN',
      };
      const out: unknown[] = [];
      await withEnvironment(environment, async () => {
        for (const fault of faults) {
          db.reset();
          if (fault) db.intercept = always(fault);
          const host = hostOf();
          const gateway = gatewayOf(host);
          const state = awsStateOf(attributesOf(), 'a');
          const place: LockPlace = awsPlaceOf(attributesOf(), 'a');
          const other = awsPlaceOf(attributesOf(), 'b');
          const options = { ...asked, timeoutMs: 300 };
          out.push(
            await gateway.readMany([place, other], { ...background, timeoutMs: 300 }, noSignal),
            await gateway.readMany([place], options, noSignal),
            await gateway
              .identify(place, options, noSignal)
              .catch((error: unknown) => [String(error), JSON.stringify(error)]),
            await gateway.acquire(place, infoOf(), options, noSignal),
            await gateway.release(place, recordOf(), options, noSignal),
            host.lines,
            { ...state, places: state.places.map((each) => ({ ...each, config: 'never shown' })) },
          );
        }
      });
      assert.ok(JSON.stringify(out).length > 1000);
      const leaks = out.map((value) => JSON.stringify(value)).filter((text) => secret.test(text));
      assert.deepEqual(leaks, []);
    });
  }

  it('are in no line that the poller logs', async () => {
    const clock = new FakeClock();
    const log = new MemoryLog();
    const board = new LockBoard(clock, {
      freshForMs: 1,
      staleAfterMs: () => 1,
      isMine: () => false,
    });
    const attributes = {
      dynamodb_endpoint: 'http://GEHEIM@127.0.0.1:9',
      access_key: 'A',
      secret_key: 'GEHEIM',
    };
    const state = awsStateOf(attributes, 'a');
    const block = {
      type: 's3',
      range: { start: 0, end: 0 },
      attributes: [],
      parse: 'current',
    } as const;
    board.setModules([{ dir: 'd', file: 'f', block, resolution: { kind: 'state', state } }]);
    const settings = { intervalMs: 1000, unfocusedIntervalMs: 0, requestTimeoutMs: 500 };
    const deps = { clock, random: () => 0.5, gateway: gatewayOf(hostOf()), board, log };
    const poller = new LockPoller(deps, settings);
    poller.syncPlaces();
    await poller.refresh({ userStarted: true });
    await settled();
    poller.dispose();
    board.dispose();
    assert.ok(log.lines.length > 0);
    assert.doesNotMatch(log.lines.join('\n'), secret);
  });
});
