import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LruCache } from '../../../../src/hcl/lruCache';
import { resolvePath } from '../../../../src/hcl/terragrunt/terragruntPaths';
import { readTerragruntUnit } from '../../../../src/hcl/terragrunt/terragruntUnit';
import { unitIn, valuesOf } from './terragruntSupport';

const usual = 'live/app/terragrunt.hcl';
const source = 'terraform {\n  source = "x"\n}\n';

function state(key: string): string {
  return `remote_state {\n  backend = "s3"\n  config = {\n    key = ${key}\n  }\n}\n`;
}

function readsNext(from: string, to: string): string {
  return `locals {\n  from = "${from}"\n  next = read_terragrunt_config("${to}").locals.next\n}\n`;
}

const deep = 5_000;
const hostile: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'a configuration that includes itself': {
    [usual]: `${source}include "me" {\n  path = "./terragrunt.hcl"\n}\n`,
  },
  'two configurations that include each other': {
    [usual]: `${source}include "b" {\n  path = "../b.hcl"\n}\n`,
    'live/b.hcl': 'include "a" {\n  path = "app/terragrunt.hcl"\n}\n',
  },
  'two configurations that read each other': {
    [usual]: `${source}${readsNext('a', '../b.hcl')}${state('local.next')}`,
    'live/b.hcl': readsNext('b', 'app/terragrunt.hcl'),
  },
  'a configuration that reads itself': {
    [usual]: `${source}${readsNext('a', 'terragrunt.hcl')}${state('local.next')}`,
  },
  'a chain of configurations without an end': {
    [usual]: `${source}${readsNext('a', '../c0.hcl')}${state('local.next')}`,
    ...Object.fromEntries(
      Array.from({ length: 300 }, (_, at) => [
        `live/c${at}.hcl`,
        readsNext(String(at), `c${at + 1}.hcl`),
      ]),
    ),
  },
  'an include whose path refers to what it includes': {
    [usual]: `${source}include "a" {\n  path = include.a.locals.x\n  expose = true\n}\n`,
  },
  'an include whose path is the path of the include': {
    [usual]: `${source}include "a" {\n  path = "\${path_relative_to_include()}/x.hcl"\n}\n`,
  },
  'whether an include is exposed depends on the include': {
    [usual]: `${source}include "a" {\n  path = "../b.hcl"\n  expose = include.a.locals.x\n}\n${state('include.a.locals.x')}`,
    'live/b.hcl': 'locals {\n  x = true\n}\n',
  },
  'remote_state that is itself': {
    [usual]: `${source}locals {\n  me = read_terragrunt_config("terragrunt.hcl")\n}\nremote_state = local.me.remote_state\n`,
  },
  'configurations nested deep in each other': {
    [usual]: `${source}locals {\n  a = ${'['.repeat(deep)}${']'.repeat(deep)}\n}\n${state('local.a')}`,
  },
  'long chains of locals in files that read one another': {
    [usual]: `${source}${chain('read_terragrunt_config("../b.hcl").locals.a0')}${state('local.a0')}`,
    'live/b.hcl': chain('read_terragrunt_config("c.hcl").locals.a0'),
    'live/c.hcl': chain('read_terragrunt_config("d.hcl").locals.a0'),
    'live/d.hcl': chain('"end"'),
  },
  'a million locals': {
    [usual]: `${source}locals {\n${'x = local.x\n'.repeat(100_000)}}\n${state('local.x')}`,
  },
  'a file that is never closed': {
    [usual]: `${source}remote_state {\n  backend = "s3"\n  config = {\n    key = "${'${'.repeat(10_000)}`,
  },
  'a path that climbs out': {
    [usual]: `${source}include "a" {\n  path = "${'../'.repeat(200)}etc/passwd"\n}\n`,
  },
  'a device': { [usual]: `${source}include "a" {\n  path = "/dev/zero"\n}\n` },
};

function chain(end: string): string {
  const links = Array.from({ length: 200 }, (_, at) => `  a${at} = local.a${at + 1}\n`).join('');
  return `locals {\n${links}  a200 = ${end}\n}\n`;
}

const scraps = [
  ...['include "a" {\n', 'include {\n', '}\n', 'remote_state {\n', 'remote_state = ', 'locals {\n'],
  ...['path = ', 'expose = true\n', 'backend = "s3"\n', 'config = {\n', 'key = ', 'local.a', '\n'],
  ...[
    'find_in_parent_folders(',
    'read_terragrunt_config(',
    'get_env(',
    '"b.hcl"',
    ')',
    '"x"',
    '${',
  ],
  ...['path_relative_to_include()', 'include.a.', 'skip = ', 'generate = {', '<<E\n', 'E\n', ','],
  ...['a = ', 'terraform {\n', 'source = "x"\n', '"', '{', '}', '[', ']', '\u{1f600}', '\0'],
];
const anyText = fc
  .array(fc.constantFrom(...scraps), { maxLength: 40 })
  .map((parts) => source + parts.join(''));

describe("Terragrunt's configuration of hostile units", () => {
  for (const [title, files] of Object.entries(hostile)) {
    it(`has no value for ${title}, and says so soon`, async () => {
      const started = performance.now();
      const { block } = await unitIn({ files }, usual);
      const took = performance.now() - started;
      assert.ok(took < 3_000, `took ${String(Math.round(took))} ms`);
      const value = JSON.stringify(valuesOf(block));
      assert.match(value, /"why":"\w|"unknown":".*: \w/);
    });
  }

  it('ends with a unit, whatever the texts', async () => {
    await fc.assert(
      fc.asyncProperty(anyText, anyText, async (text, other) => {
        const files = { [usual]: text, 'live/app/b.hcl': other, 'live/b.hcl': other };
        const { lookedAt } = await unitIn({ files }, usual);
        assert.ok(lookedAt.size > 0);
      }),
      { numRuns: 1_500 },
    );
  });

  it('reads only files whose name ends in .hcl', async () => {
    const read: string[] = [];
    await readTerragruntUnit('/repo/live/app/terragrunt.hcl', {
      port: {
        readText: (path) => {
          read.push(path);
          const isUnit = path === '/repo/live/app/terragrunt.hcl';
          return Promise.resolve(
            isUnit ? `${source}include "a" {\n  path = "../../../etc/passwd"\n}\n` : 'x = 1',
          );
        },
        exists: () => Promise.resolve(true),
        list: () => Promise.resolve([]),
      },
      environment: {},
      yieldNow: () => Promise.resolve(),
      parsed: new LruCache(10),
    });
    assert.deepEqual(read, ['/repo/live/app/terragrunt.hcl']);
  });

  it('never makes a path of another computer of a text', () => {
    for (const path of ['//server/share/x.hcl', '\\\\server\\share\\x.hcl', '/\\server/x.hcl']) {
      assert.match(resolvePath('/repo/live', path), /^\/server\//);
    }
  });

  it('never holds the thread for long with a large parent', async () => {
    const locals = Array.from({ length: 20_000 }, (_, at) => `  n${at} = "v\${local.n0}"\n`).join(
      '',
    );
    const files = {
      [usual]: `${source}include "a" {\n  path = "../root.hcl"\n}\n`,
      'live/root.hcl': `locals {\n${locals.replace('${local.n0}', '')}}\n${state('"a/${local.n9}"')}`,
    };
    const texts = new Map(Object.entries(files).map(([name, text]) => [`/repo/${name}`, text]));
    const longest = async (): Promise<number> => {
      let started = process.cpuUsage().user;
      let most = 0;
      const yieldNow = async (): Promise<void> => {
        most = Math.max(most, (process.cpuUsage().user - started) / 1_000);
        await new Promise((resolve) => setImmediate(resolve));
        started = process.cpuUsage().user;
      };
      const { block } = await readTerragruntUnit(`/repo/${usual}`, {
        port: {
          readText: (path) => Promise.resolve(texts.get(path)),
          exists: (path) => Promise.resolve(texts.has(path)),
          list: () => Promise.resolve([]),
        },
        environment: {},
        yieldNow,
        parsed: new LruCache(10),
      });
      assert.deepEqual(valuesOf(block), { key: 'a/vv' });
      return most;
    };
    const runs: number[] = [];
    for (let run = 0; run < 5; run++) {
      runs.push(await longest());
    }
    console.log(`        in the calmest run the longest took ${Math.min(...runs).toFixed(1)} ms`);
    assert.ok(Math.min(...runs) < 16, `held the thread for ${Math.min(...runs).toFixed(1)} ms`);
  });
});
