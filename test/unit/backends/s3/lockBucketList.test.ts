import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { LocalLister } from '../../../../src/backends/localLister';
import { backends } from '../../../../src/backends/registry';
import { encodeLockInfo } from '../../../../src/core/lockInfo';
import type { LockSource } from '../../../../src/core/lockListing';
import { runListing, type LockListing } from '../../../../src/core/lockListingRun';
import { systemClock } from '../../../../src/ui/systemPorts';
import { asked, awsStateOf, hostOf, noSignal, type Attributes } from '../../../support/awsBlocks';
import { TestS3 } from '../../../support/awsS3';
import { infoOf, only } from '../../../support/fakes';
import { turn } from '../../../support/lockLists';

const keys: Attributes = { access_key: 'S3RVER', secret_key: 'S3RVER', use_path_style: true };
const raw = encodeLockInfo(infoOf());
const lister = new LocalLister(backends, hostOf());

async function bucketOf(endpoint: string): Promise<LockSource> {
  const state = awsStateOf({ ...keys, endpoint }, 'a');
  const sources = await lister.listSources([state]);
  return only(sources.filter(({ kind }) => kind === 'bucket'));
}

async function list(endpoint: string, signal = noSignal): Promise<LockListing> {
  const source = await bucketOf(endpoint);
  const deps = {
    lister,
    clock: systemClock,
    random: () => 0,
    options: asked,
    turn,
    onProgress: () => undefined,
  };
  return runListing(source, deps, signal);
}

describe('listing the lock files of an S3 bucket', () => {
  let s3: TestS3;
  before(async () => {
    s3 = await TestS3.start('bucket');
    const client = new S3Client({
      region: 'eu-west-1',
      endpoint: s3.endpoint,
      forcePathStyle: true,
      credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
    });
    const objects: Readonly<Record<string, string>> = {
      'network/terraform.tfstate': '{}',
      'network/terraform.tfstate.tflock': raw,
      'env:/dev/my apps/ü.tfstate.tflock': raw,
      'broken.tflock': 'locked',
      'empty.tflock': '',
      'enormous.tflock': 'x'.repeat(100 * 1024),
      '.tflock': 'of no state',
      'notes.tflock.txt': 'no lock',
    };
    for (const [Key, Body] of Object.entries(objects)) {
      await client.send(new PutObjectCommand({ Bucket: 'bucket', Key, Body }));
    }
    client.destroy();
  });
  after(() => s3.stop());

  it('finds them, with what they say', async () => {
    const listing = await list(s3.endpoint);
    assert.deepEqual(listing.end, { kind: 'complete' });
    assert.deepEqual(
      listing.locks.map(({ path, problem, info }) => [path, problem ?? info.who]),
      [
        ['bucket/broken', 'notJson'],
        ['bucket/empty', 'empty'],
        ['bucket/enormous', 'tooLarge'],
        ['bucket/env:/dev/my apps/ü.tfstate', 'alice@build-07'],
        ['bucket/network/terraform.tfstate', 'alice@build-07'],
      ],
    );
    assert.equal(listing.scanned, 8);
  });

  it('cannot say beforehand how much that is', async () => {
    const size = await lister.measureSource(await bucketOf(s3.endpoint), asked, noSignal);
    assert.deepEqual(size, { kind: 'unknown' });
  });
});

type Answer = readonly [status: number, body: string];

const listed = (names: readonly string[], more = '<IsTruncated>false</IsTruncated>'): Answer => [
  200,
  `<ListBucketResult><Name>bucket</Name>${more}${names
    .map((name) => `<Contents><Key>${name}</Key><Size>1</Size></Contents>`)
    .join('')}</ListBucketResult>`,
];
const refusal = (status: number, code: string): Answer => [
  status,
  `<Error><Code>${code}</Code><Message>no</Message></Error>`,
];

/** A server that answers lists and reads as a test says. */
async function fakeS3(answer: (request: IncomingMessage) => Answer | 'nothing'): Promise<{
  readonly endpoint: string;
  readonly mostAtOnce: () => number;
  readonly server: Server;
}> {
  let [now, most] = [0, 0];
  const server = createServer((request, response: ServerResponse) => {
    now += 1;
    most = Math.max(most, now);
    const answered = answer(request);
    if (answered === 'nothing') return;
    setTimeout(() => {
      now -= 1;
      response.writeHead(answered[0], { 'content-type': 'application/xml' });
      response.end(answered[1]);
    }, 2);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return { endpoint, mostAtOnce: () => most, server };
}

describe('listing lock files where something is wrong', () => {
  let server: Server | undefined;
  const isList = (request: IncomingMessage): boolean => request.url?.includes('list-type') === true;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });
  const listFrom = async (
    answer: (request: IncomingMessage) => Answer | 'nothing',
    signal = noSignal,
  ): Promise<LockListing> => {
    const fake = await fakeS3(answer);
    server = fake.server;
    return list(fake.endpoint, signal);
  };
  const errorOf = ({ end }: LockListing) => (end.kind === 'partial' ? end.error : undefined);

  it('asks for page after page', async () => {
    // s3rver cannot do this: it encrypts its tokens in a way that OpenSSL no longer has.
    const tokens: (string | null)[] = [];
    const listing = await listFrom((request) => {
      if (!isList(request)) return [200, raw];
      const token = new URL(request.url ?? '', 'http://s3').searchParams.get('continuation-token');
      tokens.push(token);
      const page = Number(token ?? 0);
      const more = `<IsTruncated>true</IsTruncated><NextContinuationToken>${String(page + 1)}</NextContinuationToken>`;
      return listed([`${String(page)}.tflock`, 'x'], page < 2 ? more : undefined);
    });
    assert.deepEqual(tokens, [null, '1', '2']);
    assert.deepEqual(
      [listing.locks.map(({ path }) => path), listing.scanned, listing.end.kind],
      [['bucket/0', 'bucket/1', 'bucket/2'], 6, 'complete'],
    );
  });

  it('names the refused action and the bucket', async () => {
    const error = errorOf(await listFrom(() => refusal(403, 'AccessDenied')));
    assert.deepEqual(
      [error?.reason, error?.action, error?.resource],
      ['denied', 's3:ListBucket', 'S3 bucket bucket in eu-west-1'],
    );
  });

  it('says that a bucket does not exist', async () => {
    assert.equal(errorOf(await listFrom(() => refusal(404, 'NoSuchBucket')))?.reason, 'notFound');
  });

  for (const [what, answer] of [
    ['an empty answer', [200, '']],
    ['another document', [200, '<html><body>Sign in</body></html>']],
    ['an answer that breaks off', listed(['a'], '<IsTruncated>true</IsTruncated>')],
  ] as const) {
    it(`does not take ${what} for the whole bucket`, async () => {
      assert.equal(errorOf(await listFrom(() => answer))?.reason, 'malformed');
    });
  }

  it('lists a lock whose file cannot be read, and says why; not one that is gone by now', async () => {
    const listing = await listFrom((request) => {
      if (isList(request)) return listed(['secret.tflock', 'gone.tflock', 'ssec.tflock']);
      if (request.url?.includes('secret')) return refusal(403, 'AccessDenied');
      return request.url?.includes('gone')
        ? refusal(404, 'NoSuchKey')
        : refusal(400, 'InvalidRequest');
    });
    assert.deepEqual(
      listing.locks.map(({ path, unread }) => [path, unread?.reason, unread?.action]),
      [
        ['bucket/secret', 'denied', 's3:GetObject'],
        ['bucket/ssec', 'malformed', undefined],
      ],
    );
    assert.equal(listing.locks[0]?.unread?.resource, 's3://bucket/secret.tflock');
  });

  it('reads keys that XML has to escape', async () => {
    const read: string[] = [];
    const listing = await listFrom((request) => {
      if (isList(request)) return listed(['a &amp; &lt;b&gt;.tflock']);
      read.push(decodeURIComponent((request.url ?? '').replace(/\?.*/, '')));
      return [200, raw];
    });
    assert.deepEqual(
      [listing.locks.map(({ path }) => path), read],
      [['bucket/a & <b>'], ['/bucket/a & <b>.tflock']],
    );
  });

  it('reads at most 8 lock files at once', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `${String(index)}.tflock`);
    const fake = await fakeS3((request) => (isList(request) ? listed(names) : [200, raw]));
    server = fake.server;
    const listing = await list(fake.endpoint);
    assert.deepEqual([listing.locks.length, listing.end.kind], [60, 'complete']);
    assert.ok(fake.mostAtOnce() <= 8 && fake.mostAtOnce() > 1, String(fake.mostAtOnce()));
  });

  it('is partial when cancelled while lock files are read', async () => {
    const controller = new AbortController();
    const listing = await listFrom((request) => {
      if (isList(request)) return listed(['a.tflock', 'b.tflock']);
      setTimeout(() => controller.abort(), 5);
      return 'nothing';
    }, controller.signal);
    assert.equal(errorOf(listing)?.reason, 'cancelled');
  });
});
