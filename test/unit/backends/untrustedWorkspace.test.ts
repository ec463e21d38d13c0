import assert from 'node:assert/strict';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { LockPlace } from '../../../src/core/lockPlace';
import { cancellable, offline, type GatewayMethod } from '../../../src/backends/rpc';
import { WorkerLister } from '../../../src/backends/workerLister';
import type { LockSource } from '../../../src/core/lockListing';
import { WorkerExplorer } from '../../../src/backends/workerExplorer';
import { WorkerGateway } from '../../../src/backends/workerGateway';
import { systemClock } from '../../../src/ui/systemPorts';
import { asked, background, blockOf, noSignal, withEnvironment } from '../../support/awsBlocks';
import { infoOf, MemoryLog, recordOf } from '../../support/fakes';
import { projectRoot } from '../../support/projectRoot';
import { createTempFolder, type TempFolder } from '../../support/tempFolder';

const methods = Object.keys(cancellable) as GatewayMethod[];
/** Longer than a request to loopback, or starting a program, takes. */
const patienceMs = 150;

describe('an untrusted workspace with a hostile backend block', function () {
  this.timeout(30_000);
  let server: Server;
  let folder: TempFolder;
  let trusted = false;
  let gateway: WorkerGateway;
  let environment: Record<string, string>;
  let connections = 0;
  let port = 0;
  const sockets = new Set<{ destroy(): void }>();
  const hasRun = (): boolean => existsSync(path.join(folder.path, 'has-run'));

  /** Everything that a block can name to make us call, read or run something. */
  const hostile = (extra: Readonly<Record<string, unknown>> = {}) => {
    const endpoint = `http://127.0.0.1:${String(port)}`;
    return blockOf({
      bucket: 'b',
      key: 'k',
      region: 'eu-west-1',
      dynamodb_table: 't',
      profile: 'evil',
      endpoints: { dynamodb: endpoint, s3: endpoint, sts: endpoint, iam: endpoint },
      ...extra,
    });
  };
  const more = (): Readonly<Record<string, unknown>>[] => {
    const config = path.join(folder.path, 'config');
    const proxy = `http://127.0.0.1:${String(port)}`;
    return [
      {},
      { use_lockfile: true },
      { shared_config_files: [config], shared_credentials_files: [config] },
      { custom_ca_bundle: config },
      { http_proxy: proxy, https_proxy: proxy },
      { ec2_metadata_service_endpoint: proxy },
      { assume_role: { role_arn: 'arn:aws:iam::123456789012:role/r' } },
      {
        assume_role_with_web_identity: {
          role_arn: 'arn:aws:iam::123456789012:role/r',
          web_identity_token_file: config,
        },
      },
    ];
  };

  before(async () => {
    server = createServer((socket) => {
      connections += 1;
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  after(() => new Promise((resolve) => server.close(resolve)));

  beforeEach(() => {
    connections = 0;
    trusted = false;
    folder = createTempFolder('trust');
    const program = path.join(folder.path, 'program');
    writeFileSync(
      program,
      `#!/bin/sh\ntouch "${path.join(folder.path, 'has-run')}"\necho '{"Version":1,"AccessKeyId":"A","SecretAccessKey":"s"}'\n`,
    );
    chmodSync(program, 0o755);
    const config = path.join(folder.path, 'config');
    writeFileSync(config, `[profile evil]\ncredential_process = ${program}\nregion = eu-west-1\n`);
    environment = {
      HOME: folder.path,
      AWS_CONFIG_FILE: config,
      AWS_SHARED_CREDENTIALS_FILE: path.join(folder.path, 'none'),
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    gateway = new WorkerGateway({
      workerFile: path.join(projectRoot, 'dist', 'backends', 'worker.mjs'),
      clock: systemClock,
      log: new MemoryLog(),
      settings: { credentialProcess: 'always' },
      isTrusted: () => trusted,
    });
  });
  afterEach(() => {
    gateway.dispose();
    folder.remove();
  });

  const placeOf = async (): Promise<LockPlace> => {
    const resolution = await gateway.resolve(hostile(), { dirPath: folder.path });
    assert.equal(resolution.kind, 'state', JSON.stringify(resolution));
    const [place] = resolution.state.places;
    assert.ok(place);
    return place;
  };

  let explorer: WorkerExplorer;
  beforeEach(() => {
    explorer = new WorkerExplorer(gateway, systemClock);
  });
  const lister = (): WorkerLister => new WorkerLister(gateway);
  const sources = async (): Promise<readonly LockSource[]> => {
    const resolution = await gateway.resolve(hostile(), { dirPath: folder.path });
    assert.equal(resolution.kind, 'state');
    return lister().listSources([resolution.state]);
  };
  const source = async (): Promise<LockSource> => {
    const [first] = await sources();
    assert.ok(first);
    return first;
  };

  /** How each method is called; by type, so that a new method cannot be left out. */
  const calls: Record<GatewayMethod, (place: LockPlace) => Promise<unknown>> = {
    resolve: () =>
      Promise.all(more().map((extra) => gateway.resolve(hostile(extra), { dirPath: folder.path }))),
    inspect: () =>
      Promise.all(
        more().map((extra) =>
          gateway.inspect(hostile(extra), { requiredVersions: [], openTofu: false }),
        ),
      ),
    permissions: () =>
      Promise.all(
        more().map((extra) => gateway.permissions(hostile(extra), { dirPath: folder.path })),
      ),
    readMany: (place) => gateway.readMany([place], background, noSignal),
    identify: (place) => gateway.identify(place, asked, noSignal),
    awaitChange: (place) =>
      gateway.awaitChange([place], { ...background, maxWaitMs: 1000 }, noSignal),
    prepare: (place) => gateway.prepare(place, asked, noSignal),
    renew: (place) => gateway.renew(place, recordOf(), background, noSignal),
    acquire: (place) => gateway.acquire(place, infoOf(), asked, noSignal),
    release: (place) => gateway.release(place, recordOf(), asked, noSignal),
    listSources: () => sources(),
    measureSource: async () => lister().measureSource(await source(), asked, noSignal),
    listPage: async () => lister().listPage(await source(), undefined, asked, noSignal),
    stateOfListed: async () => lister().stateOfListed(await source(), 'bucket/key'),
    listWorkspaces: () =>
      explorer.listWorkspaces(hostile(), { dirPath: folder.path }, asked, noSignal),
    checkState: async () => {
      const resolution = await gateway.resolve(hostile(), { dirPath: folder.path });
      assert.equal(resolution.kind, 'state');
      return explorer.checkState(resolution.state, asked, noSignal);
    },
    createLockTable: (place) =>
      gateway.createLockTable(place, { deletionProtection: true }, asked, noSignal),
  };

  for (const method of methods) {
    it(`${method} connects to nothing and starts nothing`, async () => {
      await withEnvironment(environment, async () => {
        const place = await placeOf();
        const answer = await calls[method](place).catch((error: unknown) => error);
        await new Promise((resolve) => setTimeout(resolve, patienceMs));
        assert.equal(connections, 0);
        assert.equal(hasRun(), false);
        console.log(`      ${String(connections)} connections, ${hasRun() ? 1 : 0} processes`);
        if (!offline[method]) assert.match(JSON.stringify(answer), /"reason":"untrusted"/);
      });
    });
  }

  it('is refused by the gate alone: once trusted, the same calls connect and run the program', async () => {
    // Locks of S3 need neither preparation nor renewal, and cannot be watched.
    const idle: readonly GatewayMethod[] = ['identify', 'awaitChange', 'prepare', 'renew'];
    const networked = methods.filter((method) => !offline[method] && !idle.includes(method));
    assert.ok(networked.length >= 4);
    await withEnvironment(environment, async () => {
      const place = await placeOf();
      trusted = true;
      for (const method of networked) {
        const before = connections;
        await calls[method](place).catch(() => undefined);
        assert.ok(connections > before, `${method} connects`);
      }
      assert.equal(hasRun(), true);
    });
  });

  it('still gets its diagnostics and its permissions', async () => {
    await withEnvironment(environment, async () => {
      const facts = { requiredVersions: ['>= 1.11'], openTofu: false };
      const problems = await gateway.inspect(hostile({ key: '/k' }), facts);
      assert.deepEqual(
        problems.map(({ code }) => code),
        ['dynamodb-table-deprecated', 'invalid-key'],
      );
      const permissions = await gateway.permissions(hostile(), {});
      assert.equal(permissions?.levels.length, 3);
      assert.equal(connections, 0);
      assert.equal(hasRun(), false);
    });
  });

  it('has every method of the gateway behind the gate or listed as offline', () => {
    const prototype = [WorkerGateway, WorkerLister, WorkerExplorer].flatMap((each) =>
      Object.getOwnPropertyNames(each.prototype),
    );
    for (const method of methods) assert.ok(prototype.includes(method), method);
    assert.deepEqual(methods.filter((method) => offline[method]).sort(), [
      'inspect',
      'listSources',
      'permissions',
      'resolve',
      'stateOfListed',
    ]);
  });
});
