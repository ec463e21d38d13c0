import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import type { LockReading } from '../../../../src/core/lockPlace';
import {
  accessTo,
  asked,
  awsPlaceOf,
  gatewayOf,
  hostOf,
  noSignal,
  withEnvironment,
  type Attributes,
} from '../../../support/awsBlocks';
import { TestDynamoDb } from '../../../support/awsDynalite';
import { infoOf } from '../../../support/fakes';
import { ForwardProxy } from '../../../support/forwardProxy';
import { createTempFolder, type TempFolder } from '../../../support/tempFolder';
import { testCertificate } from '../../../support/testCertificate';

describe('requests travel', () => {
  let db: TestDynamoDb;
  let secure: https.Server;
  let folder: TempFolder;
  const portOf = (server: net.Server): string => String((server.address() as AddressInfo).port);
  const listen = (server: net.Server): Promise<void> =>
    new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

  before(async () => {
    db = await TestDynamoDb.start();
    await db.createTable('locks');
    folder = createTempFolder('tls');
    writeFileSync(path.join(folder.path, 'ca.pem'), testCertificate.cert);
    const { port } = new URL(db.endpoint);
    secure = https.createServer(testCertificate, (incoming, outgoing) => {
      const { method, headers, url } = incoming;
      const onward = http.request(
        { host: '127.0.0.1', port, path: url, method, headers },
        (answer) => {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
        },
      );
      incoming.pipe(onward);
    });
    await listen(secure);
  });
  after(async () => {
    secure.closeAllConnections();
    secure.close();
    await db.stop();
    folder.remove();
  });
  beforeEach(() => db.reset());

  const wordsOf = (reading: LockReading | undefined): string =>
    reading === undefined || reading.ok ? 'read' : reading.error.reason;
  const readFrom = (endpoint: string, attributes: Attributes): Promise<string> =>
    withEnvironment({}, async () => {
      const place = awsPlaceOf({ ...accessTo(endpoint), max_retries: 1, ...attributes }, 'a');
      const [reading] = await gatewayOf(hostOf()).readMany([place], asked, noSignal);
      return wordsOf(reading);
    });
  const ca = (): string => path.join(folder.path, 'ca.pem');

  it('with the certificates of the block, or unchecked, and not otherwise', async () => {
    const endpoint = `https://localhost:${portOf(secure)}`;
    assert.equal(await readFrom(endpoint, {}), 'network');
    assert.equal(db.count(), 0);
    assert.equal(await readFrom(endpoint, { custom_ca_bundle: ca() }), 'read');
    assert.equal(await readFrom(endpoint, { insecure: true }), 'read');
    assert.equal(await readFrom(endpoint, { custom_ca_bundle: '/does/not/exist' }), 'network');
    assert.equal(db.count(), 2);
  });

  it('through a proxy, writes too, and past it for excepted hosts', async () => {
    const proxy = await ForwardProxy.start({ 'dynamodb.test': db.endpoint });
    const through = { http_proxy: proxy.endpoint };
    assert.equal(await readFrom('http://dynamodb.test', through), 'read');
    assert.equal(proxy.count, 1);
    await withEnvironment({}, async () => {
      const place = awsPlaceOf({ ...accessTo('http://dynamodb.test'), ...through }, 'written');
      const gateway = gatewayOf(hostOf());
      assert.equal((await gateway.acquire(place, infoOf(), asked, noSignal)).kind, 'acquired');
    });
    assert.equal(proxy.count, 2);
    const excepted = { ...through, no_proxy: 'dynamodb.test' };
    assert.equal(await readFrom('http://dynamodb.test', excepted), 'network');
    assert.equal(proxy.count, 2);
    await proxy.stop();
  });

  it('through a tunnel where they are encrypted, checked as without one', async () => {
    const tunnels: string[] = [];
    const tunnel = http.createServer();
    tunnel.on('connect', (request: http.IncomingMessage, client: net.Socket) => {
      tunnels.push(request.url ?? '');
      const server = net.connect(Number(portOf(secure)), '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        server.pipe(client).pipe(server);
      });
      server.on('error', () => client.destroy());
      client.on('error', () => server.destroy());
    });
    await listen(tunnel);
    const through = { https_proxy: `http://127.0.0.1:${portOf(tunnel)}` };
    const trusted = { ...through, custom_ca_bundle: ca() };
    assert.equal(await readFrom('https://dynamodb.test', trusted), 'read');
    assert.deepEqual(tunnels, ['dynamodb.test:443']);
    assert.equal(await readFrom('https://dynamodb.test', through), 'network');
    assert.equal(db.count(), 1);
    tunnel.closeAllConnections();
    tunnel.close();
  });
});
