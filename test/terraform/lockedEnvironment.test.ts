import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { lockedEnvironment, unlockableCommands } from '../../src/core/lockedEnvironment';
import { TestDynamoDb } from '../support/awsDynalite';
import { TestS3 } from '../support/awsS3';
import { skipTest } from '../support/mochaRun';
import { putSampleLock, sample, sampleLock } from '../support/sampleWorkspace';
import { createTempFolder } from '../support/tempFolder';
import { findTerraform, TerraformModule, writeTerraformModule } from '../support/terraform';

const refused = /Error acquiring the state lock/;

/** What is run for each command, in this order: each leaves what the next needs. */
const runs: Readonly<Record<(typeof unlockableCommands)[number], readonly string[]>> = {
  plan: ['plan'],
  apply: ['apply', '-auto-approve'],
  refresh: ['refresh'],
  taint: ['taint', 'terraform_data.a'],
  untaint: ['untaint', 'terraform_data.a'],
  'state mv': ['state', 'mv', 'terraform_data.a', 'terraform_data.c'],
  'state replace-provider': [
    ...['state', 'replace-provider', '-auto-approve'],
    ...['terraform.io/builtin/terraform', 'terraform.io/builtin/terraform'],
  ],
  import: ['import', 'terraform_data.a', 'an-id'],
  'state rm': ['state', 'rm', 'terraform_data.c'],
  'state push': ['state', 'push', '-force', 'pulled.tfstate'],
  destroy: ['destroy', '-auto-approve'],
};

describe('The environment of a locked terminal, with a real terraform', () => {
  const temp = createTempFolder('locked');
  let terraform: string;
  let s3: TestS3;
  let db: TestDynamoDb;

  before(async function () {
    const found = findTerraform();
    if (found === undefined) return skipTest(this, 'there is no terraform on PATH');
    terraform = found;
    s3 = await TestS3.start(sample.bucket);
    db = await TestDynamoDb.start();
    await db.createTable(sample.table);
  });
  after(async () => {
    await (s3 as TestS3 | undefined)?.stop();
    await (db as TestDynamoDb | undefined)?.stop();
    temp.remove();
  });

  /** A directory with a module of one resource. */
  function write(name: string): string {
    const endpoints = { s3: s3.endpoint, dynamodb: db.endpoint };
    const directory = writeTerraformModule(temp.path, name, endpoints);
    const file = path.join(directory, 'main.tf');
    const [block = ''] = readFileSync(file, 'utf8').split('resource ');
    writeFileSync(file, `${block}resource "terraform_data" "a" {}\n`);
    return directory;
  }

  async function ready(directory: string): Promise<TerraformModule> {
    const module = new TerraformModule(terraform, directory);
    const init = await module.run('init', '-no-color');
    assert.equal(init.exitCode, 0, init.output);
    return module;
  }

  const environmentOf = (directory: string, workspace = 'default'): Record<string, string> => ({
    ...lockedEnvironment({}, { workspace, dataDirectory: path.join(directory, '.terraform') }),
  });

  it('lets each command run that is refused outside', async () => {
    const directory = write('each');
    const outside = await ready(directory);
    const inside = new TerraformModule(terraform, directory, environmentOf(directory));
    await putSampleLock(db, 'each', sampleLock('each'));
    for (const command of Object.keys(runs) as (keyof typeof runs)[]) {
      const args = runs[command];
      if (command === 'state push') {
        const pulled = await inside.run('state', 'pull');
        writeFileSync(path.join(directory, 'pulled.tfstate'), pulled.output);
      }
      const without = await outside.run(...args);
      assert.match(without.output, refused, command);
      const within = await inside.run(...args);
      assert.equal(within.exitCode, 0, `${command}: ${within.output}`);
    }
    assert.deepEqual(Object.keys(runs).sort(), [...unlockableCommands].sort());
  });

  it('keeps locking on for what would lock another state, and for what has no option', async () => {
    const directory = write('others');
    await ready(directory);
    const inside = new TerraformModule(terraform, directory, environmentOf(directory));
    await putSampleLock(db, 'others', sampleLock('others'));
    const console_ = await inside.run('console');
    assert.match(console_.output, refused);
    for (const args of [
      ['workspace', 'select', '-or-create', 'prod'],
      ['workspace', 'new', 'prod'],
    ]) {
      const { exitCode, output } = await inside.run(...args);
      assert.equal(exitCode, 1, output);
      assert.match(output, /TF_WORKSPACE\s+environment\s+variable/);
    }
    // Without a state there is nothing to move, and nothing is locked for it.
    const apply = await inside.run('apply', '-auto-approve');
    assert.equal(apply.exitCode, 0, apply.output);
    const file = path.join(directory, 'main.tf');
    writeFileSync(file, readFileSync(file, 'utf8').replace('others/', 'elsewhere/'));
    await putSampleLock(db, 'elsewhere', sampleLock('elsewhere'));
    const migrate = await inside.run('init', '-migrate-state', '-force-copy');
    assert.equal(migrate.exitCode, 1, migrate.output);
    assert.match(migrate.output, /state lock|lock state/i);
  });

  it('keeps every other module out, whose state is not locked', async () => {
    const directory = write('here');
    await ready(directory);
    const environment = environmentOf(directory);
    const there = write('there');
    await ready(there);
    const bare = path.join(temp.path, 'bare');
    mkdirSync(bare);
    writeFileSync(path.join(bare, 'main.tf'), 'resource "terraform_data" "a" {}\n');
    for (const other of [there, bare]) {
      const module = new TerraformModule(terraform, other, environment);
      for (const args of [['plan'], ['apply', '-auto-approve'], ['init'], ['state', 'rm', 'x']]) {
        const { exitCode, output } = await module.run(...args);
        assert.equal(exitCode, 1, `${other} ${args.join(' ')}: ${output}`);
        assert.match(output, /Backend (?:initialization required|configuration changed)|backend/i);
      }
    }
    const inside = new TerraformModule(terraform, directory, environment);
    const plan = await inside.run('plan');
    assert.equal(plan.exitCode, 0, plan.output);
  });

  it('cannot help a workspace whose state does not exist yet: Terraform locks to create it', async () => {
    const directory = write('fresh');
    await ready(directory);
    const inside = new TerraformModule(terraform, directory, environmentOf(directory, 'prod'));
    await db.putLock(
      sample.table,
      `${sample.bucket}/env:/prod/fresh/terraform.tfstate`,
      '{"ID":"5f0c2c9e","Operation":"manual lock","Created":"2026-03-01T12:00:00Z"}',
    );
    const plan = await inside.run('plan');
    assert.equal(plan.exitCode, 1);
    assert.match(plan.output, /[Ll]ock/);
    console.log(plan.output);
  });
});
