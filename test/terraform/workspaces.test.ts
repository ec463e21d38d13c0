import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { LocalExplorer } from '../../src/backends/localExplorer';
import { backends } from '../../src/backends/registry';
import type { LockReading } from '../../src/core/lockPlace';
import type { ModuleBackend } from '../../src/core/resolution';
import { asked, hostOf, noSignal, withEnvironment } from '../support/awsBlocks';
import { TestDynamoDb } from '../support/awsDynalite';
import { TestS3 } from '../support/awsS3';
import { skipTest } from '../support/mochaRun';
import { sample } from '../support/sampleWorkspace';
import { createTempFolder } from '../support/tempFolder';
import { findTerraform, TerraformModule, writeTerraformModule } from '../support/terraform';
import { ExtensionView } from './extensionView';

const keys = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' };

describe('the workspaces of a real terraform', () => {
  const temp = createTempFolder('workspaces');
  const view = new ExtensionView();
  let s3: TestS3;
  let db: TestDynamoDb;
  let module: TerraformModule;

  before(async function () {
    const terraform = findTerraform();
    if (terraform === undefined) return skipTest(this, 'there is no terraform on PATH');
    s3 = await TestS3.start(sample.bucket);
    db = await TestDynamoDb.start();
    await db.createTable(sample.table);
    const endpoints = { s3: s3.endpoint, dynamodb: db.endpoint };
    const mode = { file: true, table: true };
    module = new TerraformModule(
      terraform,
      writeTerraformModule(temp.path, 'app', endpoints, mode),
    );
    await run('init');
  });
  after(async () => {
    await (s3 as TestS3 | undefined)?.stop();
    await (db as TestDynamoDb | undefined)?.stop();
    temp.remove();
  });

  async function run(...args: string[]): Promise<string> {
    const result = await module.run(...args);
    assert.equal(result.exitCode, 0, result.output);
    return result.output;
  }

  const modules = (watched: readonly string[] = []): Promise<readonly ModuleBackend[]> =>
    withEnvironment(keys, () => view.modules(module.directory, watched));

  /** What our list and terraform's say. */
  async function lists(): Promise<readonly [readonly string[], readonly string[]]> {
    const output = await run('workspace', 'list');
    const theirs = output.split('\n').flatMap((line) => /^[* ] (\S+)$/.exec(line)?.[1] ?? []);
    const [own] = await modules();
    assert.ok(own);
    const ours = await withEnvironment(keys, () =>
      new LocalExplorer(backends, hostOf()).listWorkspaces(
        own.block,
        { dirPath: module.directory },
        asked,
        noSignal,
      ),
    );
    assert.ok(ours.kind === 'list', JSON.stringify(ours));
    return [ours.workspaces, theirs];
  }

  it('are listed as terraform lists them, whatever else is in the bucket', async () => {
    assert.deepEqual(...(await lists()));
    for (const name of ['prod', 'dev', 'a.b-c_d~e$f+g+h:i=j@k']) {
      await run('workspace', 'new', '-no-color', name);
    }
    for (const key of ['env:/x/other.tfstate', 'env:/y', 'y/app/terraform.tfstate']) {
      await s3.put(sample.bucket, key, '{}');
    }
    const [ours, theirs] = await lists();
    assert.deepEqual(ours, theirs);
    assert.equal(ours.length, 4);
    await run('workspace', 'select', '-no-color', 'dev');
    await run('workspace', 'delete', '-no-color', 'prod');
    const [fewer, theirFewer] = await lists();
    assert.deepEqual(fewer, theirFewer);
    assert.deepEqual(fewer, ['default', 'a.b-c_d~e$f+g+h:i=j@k', 'dev']);
  });

  it('have their lock where it is looked for when they are watched beside another', async () => {
    await run('workspace', 'select', '-no-color', 'dev');
    const apply = await module.holdLock();
    // Somebody else's clone of the same module, with another workspace selected.
    rmSync(path.join(module.directory, '.terraform', 'environment'));
    const seen = await modules(['dev', 'a.b-c_d~e$f+g+h:i=j@k']);
    const readings = await withEnvironment(keys, () =>
      Promise.all(seen.map(({ resolution }) => readAll(resolution))),
    );
    const held = readings.map((each) =>
      each.map((reading) => reading.ok && reading.record?.info.operation),
    );
    const workspaces = seen.map(({ watched, resolution }) => [
      watched,
      resolution.kind === 'state' && resolution.state.workspace,
    ]);
    assert.deepEqual(Object.fromEntries(workspaces.map(([, name], n) => [name, held[n]])), {
      default: [undefined, undefined],
      dev: ['OperationTypeApply', 'OperationTypeApply'],
      'a.b-c_d~e$f+g+h:i=j@k': [undefined, undefined],
    });
    assert.deepEqual(workspaces.map(([watched, name]) => watched ?? `(${String(name)})`).sort(), [
      '(default)',
      'a.b-c_d~e$f+g+h:i=j@k',
      'dev',
    ]);
    await apply.go();
  });

  async function readAll(resolution: ModuleBackend['resolution']): Promise<readonly LockReading[]> {
    assert.ok(resolution.kind === 'state', JSON.stringify(resolution));
    return view.gateway.readMany(resolution.state.places, asked, noSignal);
  }
});
