import assert from 'node:assert/strict';
import { LocalExplorer } from '../../../../src/backends/localExplorer';
import { backends } from '../../../../src/backends/registry';
import { workspaceOfKey } from '../../../../src/backends/s3/s3Workspaces';
import { stateKey } from '../../../../src/backends/s3/stateKey';
import type { WorkspaceList } from '../../../../src/core/stateExplorer';
import {
  asked,
  blockOf,
  Expression,
  hostOf,
  noSignal,
  s3AccessTo,
  type Attributes,
} from '../../../support/awsBlocks';
import { TestS3 } from '../../../support/awsS3';
import { s3Error, type S3Fault } from '../../../support/awsS3Faults';

const explorer = new LocalExplorer(backends, hostOf({}));

describe('the workspaces of an S3 backend', () => {
  let s3: TestS3;
  before(async () => {
    s3 = await TestS3.start('bucket');
  });
  beforeEach(() => s3.reset());
  after(() => s3.stop());

  async function list(more: Attributes = {}, signal = noSignal): Promise<WorkspaceList> {
    const own = { bucket: 'bucket', key: 'app/terraform.tfstate', region: 'eu-west-1' };
    const block = blockOf({ ...own, ...s3AccessTo(s3.endpoint), use_lockfile: true, ...more });
    return explorer.listWorkspaces(block, {}, asked, signal);
  }

  it('are those with a state under the prefix, default first', async () => {
    const keys = [
      'app/terraform.tfstate',
      'env:/prod/app/terraform.tfstate',
      'env:/dev/app/terraform.tfstate',
      'env:/dev/app/terraform.tfstate.tflock',
      'env:/locked-only/app/terraform.tfstate.tflock',
      'env:/default/app/terraform.tfstate',
      'env:/other/another.tfstate',
      'env:/a/b/app/terraform.tfstate',
      'team/dev/app/terraform.tfstate',
    ];
    for (const key of keys) await s3.put('bucket', key, '{}');
    assert.deepEqual(await list(), { kind: 'list', workspaces: ['default', 'dev', 'prod'] });
    assert.deepEqual(await list({ workspace_key_prefix: 'team' }), {
      kind: 'list',
      workspaces: ['default', 'dev'],
    });
    assert.deepEqual(await list({ workspace_key_prefix: '', key: 'another.tfstate' }), {
      kind: 'list',
      workspaces: ['default'],
    });
    assert.equal(s3.count('GET'), 0, 'no object is read');
  });

  // s3rver cannot give out pages: it encrypts its tokens in a way that OpenSSL no longer has.
  const page = (name: string, next: string): S3Fault => ({
    kind: 'answer',
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body:
      `<ListBucketResult><IsTruncated>${String(next !== '')}</IsTruncated>` +
      (next === '' ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`) +
      `<Contents><Key>env:/${name}/app/terraform.tfstate</Key></Contents></ListBucketResult>`,
  });

  it('are read to the last page', async () => {
    const pages = [page('b', '1'), page('a', '2'), page('ä', '')];
    s3.intercept = () => pages.shift();
    assert.deepEqual(await list(), { kind: 'list', workspaces: ['default', 'a', 'b', 'ä'] });
    assert.equal(s3.requests.length, 3);
  });

  it('are not asked for without end', async () => {
    s3.intercept = () => page('b', '1');
    const answer = await list();
    assert.equal(answer.kind === 'failed' && answer.error.reason, 'malformed');
    assert.equal(s3.requests.length, 2);
  });

  it('are not known where the list is refused: that is no empty list', async () => {
    s3.intercept = () => s3Error(403, 'AccessDenied', 'Access Denied');
    const answer = await list();
    assert.ok(answer.kind === 'failed');
    assert.equal(answer.error.reason, 'denied');
    assert.equal(answer.error.action, 's3:ListBucket');
  });

  it('are not known where another server answers', async () => {
    s3.intercept = () => ({ kind: 'answer', status: 200, body: '<html></html>' });
    const answer = await list();
    assert.equal(answer.kind === 'failed' && answer.error.reason, 'malformed');
  });

  it('are not asked for once it is cancelled', async () => {
    const answer = await list({}, AbortSignal.abort());
    assert.equal(answer.kind === 'failed' && answer.error.reason, 'cancelled');
    assert.equal(s3.requests.length, 0);
  });

  it('are not known where the block is not', async () => {
    const answer = await list({ bucket: new Expression('var.bucket') });
    assert.equal(answer.kind === 'failed' && answer.error.reason, 'unresolved');
    assert.equal(s3.requests.length, 0);
  });

  it('have the key that their state has, wherever Terraform finds them at all', () => {
    for (const workspaceKeyPrefix of ['env:', 'a/b', '']) {
      const config = { key: 'x/y.tfstate', workspaceKeyPrefix };
      assert.equal(workspaceOfKey(stateKey(config, 'dev'), config), 'dev');
    }
    // Terraform lists below the prefix as it is written, and keys are cleaned: it finds none of these.
    const odd = { key: 'k', workspaceKeyPrefix: 'x//y/../z' };
    assert.equal(workspaceOfKey(stateKey(odd, 'dev'), odd), '');
  });
});

describe('a backend without an explorer', () => {
  it('says that it has none', async () => {
    const answer = await explorer.listWorkspaces(blockOf({}, 'current', 'pg'), {}, asked, noSignal);
    assert.equal(answer.kind === 'failed' && answer.error.reason, 'unsupported');
  });
});
