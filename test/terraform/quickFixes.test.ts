import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { editBlock } from '../../src/core/problemEdits';
import type { Fix, ModuleFacts } from '../../src/core/problems';
import { s3Attributes } from '../../src/backends/s3/s3Attributes';
import { s3Problems } from '../../src/backends/s3/s3Problems';
import { versionText } from '../../src/hcl/blockScanner';
import { TestDynamoDb } from '../support/awsDynalite';
import { TestS3 } from '../support/awsS3';
import { readBlock, readText, valuesOf } from '../support/blockReading';
import { skipTest } from '../support/mochaRun';
import { sample } from '../support/sampleWorkspace';
import { createTempFolder, type TempFolder } from '../support/tempFolder';
import { findTerraform, TerraformModule, type TerraformResult } from '../support/terraform';

const facts: ModuleFacts = { requiredVersions: [], openTofu: false };

describe('quick fixes, judged by the real terraform', () => {
  let terraform: string;
  let folder: TempFolder;
  let db: TestDynamoDb;
  let s3: TestS3;
  let modules = 0;

  before(async function () {
    const found = findTerraform();
    if (found === undefined) skipTest(this, 'there is no terraform on PATH');
    terraform = found;
    folder = createTempFolder('fixes');
    s3 = await TestS3.start(sample.bucket);
    db = await TestDynamoDb.start();
    await db.createTable('terraform-locks');
  });
  after(async () => {
    folder.remove();
    await Promise.all([db.stop(), s3.stop()]);
  });
  beforeEach(() => {
    db.reset();
  });

  /** A module with its backend block written the way people write them. */
  const text = (key: string, attributes: string, version = ''): string => `terraform {
${version}  backend "s3" {
    # where the state is
    bucket = "${sample.bucket}"
    key    = "${key}"
    region = "${sample.region}"
${attributes}
    use_path_style              = true
    skip_credentials_validation = true
    skip_requesting_account_id  = true
    skip_metadata_api_check     = true
    skip_s3_checksum            = true
    endpoints = {
      s3       = "${s3.endpoint}"
      dynamodb = "${db.endpoint}"
    }
  }
}

resource "terraform_data" "one" {}
`;

  const run = (content: string, ...commands: string[][]): Promise<TerraformResult> => {
    const directory = path.join(folder.path, `m${String(++modules)}`);
    mkdirSync(directory);
    writeFileSync(path.join(directory, 'main.tf'), content);
    const module = new TerraformModule(terraform, directory);
    return commands.reduce(
      async (before, command) => {
        const { exitCode, output } = await before;
        if (exitCode !== 0) return { exitCode, output };
        const next = await module.run(...command, '-no-color');
        return { ...next, output: output + next.output };
      },
      Promise.resolve<TerraformResult>({ exitCode: 0, output: '' }),
    );
  };

  /** Applies the first fix of the first problem of this kind, as VS Code would. */
  const fix = async (before: string, code: string): Promise<{ after: string; used: Fix }> => {
    const { requiredVersions } = await readText(before);
    const versions = requiredVersions.flatMap((version) => versionText(version.text));
    const block = await readBlock(before);
    const problem = s3Problems(block, { ...facts, requiredVersions: versions }).find(
      (one) => one.code === code,
    );
    const used = problem?.fixes[0];
    assert.ok(used?.kind === 'edit', `${code} has a fix`);
    const edit = editBlock(before, block, used.edits);
    assert.ok(edit);
    const { start, end } = edit.range;
    return { after: before.slice(0, start) + edit.text + before.slice(end), used };
  };

  /** An init that succeeds keeps its warnings to itself; one that finds no bucket does not. */
  const warnings = async (content: string): Promise<string> => {
    const { exitCode, output } = await run(content.replace(sample.bucket, 'no-bucket'), ['init']);
    assert.equal(exitCode, 1);
    return output;
  };

  it('give an unlocked state a lock file that terraform uses', async () => {
    const { after } = await fix(text('a/terraform.tfstate', ''), 'no-locking');
    assert.equal(valuesOf(await readBlock(after))['use_lockfile'], true);
    const { exitCode, output } = await run(after, ['fmt', '-check', '-diff'], ['init']);
    assert.equal(exitCode, 0, output);
    assert.equal(s3Problems(await readBlock(after), facts).length, 0);
  });

  it('give an unlocked state of an old version a table that terraform locks in', async () => {
    // An old version's block, run by the terraform that is here once it may.
    const old = text('b/terraform.tfstate', '', '  required_version = "< 1.10"\n');
    const { after } = await fix(old, 'no-locking');
    assert.equal(valuesOf(await readBlock(after))['dynamodb_table'], 'terraform-locks');
    const refused = await run(after, ['init']);
    assert.match(refused.output, /Unsupported Terraform Core version/);
    const allowed = after.replace('"< 1.10"', '">= 1.0"');
    const { exitCode, output } = await run(allowed, ['fmt', '-check', '-diff'], ['init'], ['plan']);
    assert.equal(exitCode, 0, output);
    assert.ok(db.count('PutItem') >= 1, 'terraform took the lock in the table');
  });

  it('migrate from the table to the file in two steps, terraform content with each', async () => {
    const before = text(
      'c/terraform.tfstate',
      '    dynamodb_table = "terraform-locks"',
      '  required_version = ">= 1.11"\n',
    );
    // As terraform fmt wants it, before and after.
    const aligned = before
      .replace('bucket =', 'bucket         =')
      .replace('key    =', 'key            =')
      .replace('region =', 'region         =')
      .replace(/(terraform-locks"\n)/, '$1\n');
    const start = await run(aligned, ['init'], ['plan']);
    assert.equal(start.exitCode, 0, start.output);
    assert.match(await warnings(aligned), /"dynamodb_table" is deprecated/);
    const one = await fix(aligned, 'dynamodb-table-deprecated');
    assert.match(one.used.title, /step 1 of 2/);
    const both = await run(one.after, ['fmt', '-check', '-diff'], ['init'], ['validate']);
    assert.equal(both.exitCode, 0, both.output);
    const two = await fix(one.after, 'both-locks');
    assert.match(two.used.title, /step 2 of 2/);
    const { dynamodb_table: gone, use_lockfile: stays } = valuesOf(await readBlock(two.after));
    assert.deepEqual([gone, stays], [undefined, true]);
    const end = await run(two.after, ['fmt', '-check', '-diff'], ['init'], ['validate']);
    assert.equal(end.exitCode, 0, end.output);
    assert.doesNotMatch(await warnings(two.after), /"dynamodb_table" is deprecated/);
    assert.equal(s3Problems(await readBlock(two.after), facts).length, 0);
  });

  it('rename a mistyped attribute to one that terraform knows', async () => {
    const before = text('d/terraform.tfstate', '    use_lockfil = true');
    assert.match((await run(before, ['init'])).output, /Unsupported argument/);
    const { after } = await fix(before, 'unknown-attribute');
    const { exitCode, output } = await run(after, ['init']);
    assert.equal(exitCode, 0, output);
  });

  for (const [key, refused] of [
    ['/k', true],
    ['k/', true],
    ['a//b', true],
    ['', true],
    ['a/b', false],
    ['.k', false],
  ] as const) {
    it(`agree with terraform about the key ${JSON.stringify(key)}`, async () => {
      const content = text(key, '    use_lockfile = true');
      const { exitCode, output } = await run(content, ['init']);
      assert.equal(exitCode !== 0, refused, output);
      const problems = s3Problems(await readBlock(content), facts);
      assert.equal(
        problems.some(({ code }) => code === 'invalid-key'),
        refused,
      );
    });
  }

  for (const [prefix, refused] of [
    ['/w', true],
    ['w/', true],
    ['', false],
    ['a/b', false],
  ] as const) {
    it(`agree with terraform about the prefix ${JSON.stringify(prefix)}`, async () => {
      const content = text('k', `    use_lockfile = true\n    workspace_key_prefix = "${prefix}"`);
      const { exitCode, output } = await run(content, ['init']);
      assert.equal(exitCode !== 0, refused, output);
      const problems = s3Problems(await readBlock(content), facts);
      assert.equal(
        problems.some(({ code }) => code === 'invalid-workspace-key-prefix'),
        refused,
      );
    });
  }

  it('rest on a list of attributes that is the one of this terraform', async () => {
    const named = [...s3Attributes.keys(), 'no_such_attribute'];
    const body = named.map((name) => `    ${name} = null`).join('\n');
    const { output } = await run(`terraform {\n  backend "s3" {\n${body}\n  }\n}\n`, ['init']);
    const refused = [...output.matchAll(/An argument named "(\w+)" is not expected here/g)].map(
      (match) => match[1] ?? '',
    );
    const expected = named.filter((name) => {
      const known = s3Attributes.get(name);
      return known?.removedIn !== undefined || known?.openTofuOnly === true || known === undefined;
    });
    assert.deepEqual(refused.sort(), expected.sort());
    console.log(
      `      ${String(named.length)} attributes asked about, ${String(refused.length)} refused`,
    );
  });

  it('leave the file on disk alone: only a person applies them', async () => {
    const directory = path.join(folder.path, `m${String(++modules)}`);
    mkdirSync(directory);
    const file = path.join(directory, 'main.tf');
    writeFileSync(file, text('e', ''));
    await fix(readFileSync(file, 'utf8'), 'no-locking');
    assert.equal(readFileSync(file, 'utf8'), text('e', ''));
  });
});
