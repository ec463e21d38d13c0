import assert from 'node:assert/strict';
import { unitIn, valuesOf, type SampleRepository } from './terragruntSupport';

// Documented behaviour: what Terragrunt's reference (HCL blocks, attributes, functions) says. Terragrunt itself
// is not run here.

interface Case extends SampleRepository {
  /** Its path below the repository; `live/prod/mysql/terragrunt.hcl` where it is not said. */
  readonly unit?: string;
  readonly expected: Readonly<Record<string, unknown>>;
}

const usual = 'live/prod/mysql/terragrunt.hcl';
const source = 'terraform {\n  source = "git::ssh://example.com/modules.git//mysql?ref=v1"\n}\n';
const includeRoot = `${source}include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\n`;

/** A `remote_state` block with this key. */
function state(key: string, more = ''): string {
  return `remote_state {
  backend = "s3"
  config = {
    bucket = "states"
    key    = ${key}
    ${more}
  }
}
`;
}

const cases: Readonly<Record<string, Case>> = {
  'a remote_state block of literals': {
    files: { [usual]: source + state('"a/b"', 'dynamodb_table = "locks"\n use_lockfile = true') },
    expected: { bucket: 'states', key: 'a/b', dynamodb_table: 'locks', use_lockfile: true },
  },
  'a configuration beside Terraform files, without a source': {
    files: { [usual]: state('"a/b"'), 'live/prod/mysql/main.tf': '' },
    expected: { bucket: 'states', key: 'a/b' },
  },
  'an included remote_state, the key by path_relative_to_include()': {
    files: {
      [usual]: includeRoot,
      'live/root.hcl': state('"${path_relative_to_include()}/tofu.tfstate"'),
    },
    expected: { bucket: 'states', key: 'prod/mysql/tofu.tfstate' },
  },
  'a bare include of the terragrunt.hcl above': {
    files: {
      [usual]: `${source}include {\n  path = find_in_parent_folders()\n}\n`,
      'terragrunt.hcl': state('"${path_relative_to_include()}/t"'),
    },
    expected: { bucket: 'states', key: 'live/prod/mysql/t' },
  },
  'format() and other functions of Terraform': {
    files: {
      [usual]: includeRoot,
      'live/root.hcl': state(
        'format("%s/tofu.tfstate", path_relative_to_include())',
        'region = join("-", ["us", "east", "1"])\n profile = trimspace("  ops  ")',
      ),
    },
    expected: {
      bucket: 'states',
      key: 'prod/mysql/tofu.tfstate',
      region: 'us-east-1',
      profile: 'ops',
    },
  },
  'path_relative_to_include() where nothing is included': {
    files: { [usual]: source + state('"${path_relative_to_include()}/t"') },
    expected: { bucket: 'states', key: './t' },
  },
  'path_relative_to_include("label") with two includes': {
    files: {
      [usual]: `${source}include "root" {
  path = find_in_parent_folders("root.hcl")
}
include "prod" {
  path = find_in_parent_folders("prod.hcl")
}
${state('"${path_relative_to_include("root")}|${path_relative_to_include("prod")}"')}`,
      'live/root.hcl': '',
      'live/prod/prod.hcl': '',
    },
    expected: { bucket: 'states', key: 'prod/mysql|mysql' },
  },
  'path_relative_to_include() with two includes and no label': {
    files: {
      [usual]: `${includeRoot}include "prod" {\n  path = "../prod.hcl"\n}\n${state('path_relative_to_include()')}`,
      'live/root.hcl': '',
      'live/prod/prod.hcl': '',
    },
    expected: {
      bucket: 'states',
      key: {
        text: 'path_relative_to_include()',
        why: 'it does not say which include block it means',
      },
    },
  },
  'path_relative_from_include()': {
    files: {
      [usual]: includeRoot,
      'live/root.hcl': state('"${path_relative_from_include()}/x"'),
    },
    expected: { bucket: 'states', key: '../../x' },
  },
  'get_terragrunt_dir() in an included file is that of the unit': {
    files: {
      [usual]: includeRoot,
      'live/root.hcl': state('basename(get_terragrunt_dir())', 'profile = get_terragrunt_dir()'),
    },
    expected: { bucket: 'states', key: 'mysql', profile: '/repo/live/prod/mysql' },
  },
  'get_parent_terragrunt_dir()': {
    files: {
      [usual]: includeRoot,
      'live/root.hcl': state('get_parent_terragrunt_dir()'),
    },
    expected: { bucket: 'states', key: '/repo/live' },
  },
  'get_env() of a variable that is set': {
    files: { [usual]: source + state('get_env("STATE_KEY")') },
    environment: { STATE_KEY: 'from/env' },
    expected: { bucket: 'states', key: 'from/env' },
  },
  'get_env() with a default': {
    files: { [usual]: source + state('get_env("STATE_KEY", "fallback")') },
    expected: { bucket: 'states', key: 'fallback' },
  },
  'get_env() of a variable that is set to nothing is that, not the default': {
    files: { [usual]: source + state('"a${get_env("STATE_KEY", "fallback")}"') },
    environment: { STATE_KEY: '' },
    expected: { bucket: 'states', key: 'a' },
  },
  'get_env() of a variable that is not set': {
    files: { [usual]: source + state('get_env("STATE_KEY")') },
    expected: {
      bucket: 'states',
      key: {
        text: 'get_env("STATE_KEY")',
        why: 'STATE_KEY is not set in the environment of the editor',
      },
    },
  },
  'find_in_parent_folders() with a fallback': {
    files: { [usual]: source + state('find_in_parent_folders("none.hcl", "fallback.hcl")') },
    expected: { bucket: 'states', key: 'fallback.hcl' },
  },
  'find_in_parent_folders() of a folder, never looking into its own': {
    files: {
      [usual]: source + state('find_in_parent_folders("mysql")'),
      'live/prod/mysql/mysql/x.hcl': '',
    },
    expected: { bucket: 'states', key: '/repo/live/prod/mysql' },
  },
  'find_in_parent_folders() in an included file searches from the unit': {
    files: {
      [usual]: includeRoot,
      'root.hcl': `locals {
  env = read_terragrunt_config(find_in_parent_folders("env.hcl"))
}
${state('"${local.env.locals.name}/${path_relative_to_include()}"')}`,
      'live/prod/env.hcl': 'locals {\n  name = "production"\n}\n',
    },
    expected: { bucket: 'states', key: 'production/live/prod/mysql' },
  },
  'locals that build on one another': {
    files: {
      [usual]: `${source}locals {
  account = "acme"
  prefix  = "\${local.account}-states"
}
${state('"${local.prefix}/t"')}`,
    },
    expected: { bucket: 'states', key: 'acme-states/t' },
  },
  'locals of an included file are its own': {
    files: {
      [usual]: `${includeRoot}locals {\n  name = "child"\n}\n`,
      'live/root.hcl': `locals {\n  name = "parent"\n}\n${state('local.name')}`,
    },
    expected: { bucket: 'states', key: 'parent' },
  },
  'include.NAME.locals of an exposed include': {
    files: {
      [usual]: `${source}include "region" {
  path   = find_in_parent_folders("region.hcl")
  expose = true
  merge_strategy = "no_merge"
}
${state('"${include.region.locals.region}/t"')}`,
      'live/region.hcl': 'locals {\n  region = "eu-west-1"\n  cmd = run_cmd("x")\n}\n',
    },
    expected: { bucket: 'states', key: 'eu-west-1/t' },
  },
  'include.locals of a bare include': {
    files: {
      [usual]: `${source}include {
  path   = find_in_parent_folders("root.hcl")
  expose = true
}
${state('include.locals.name')}`,
      'live/root.hcl': 'locals {\n  name = "bare"\n}\n',
    },
    expected: { bucket: 'states', key: 'bare' },
  },
  'an include that is not exposed': {
    files: {
      [usual]: `${includeRoot}${state('include.root.locals.name')}`,
      'live/root.hcl': 'locals {\n  name = "x"\n}\n',
    },
    expected: {
      bucket: 'states',
      key: { text: 'include.root.locals.name', why: 'include.root is not exposed' },
    },
  },
  'the remote_state of the unit replaces the included one as a whole': {
    files: {
      [usual]: includeRoot + state('"own"'),
      'live/root.hcl': state('"parent"', 'dynamodb_table = "locks"'),
    },
    expected: { bucket: 'states', key: 'own' },
  },
  'a deep merge replaces remote_state as a whole, too': {
    files: {
      [usual]: `${source}include "root" {
  path = find_in_parent_folders("root.hcl")
  merge_strategy = "deep"
}
${state('"own"')}`,
      'live/root.hcl': state('"parent"', 'dynamodb_table = "locks"'),
    },
    expected: { bucket: 'states', key: 'own' },
  },
  'no_merge takes nothing over': {
    files: {
      [usual]: `${source}include "root" {
  path = find_in_parent_folders("root.hcl")
  merge_strategy = "no_merge"
}
`,
      'live/root.hcl': state('"parent"'),
    },
    expected: {},
  },
  'of two includes the later one counts': {
    files: {
      [usual]: `${includeRoot}include "prod" {\n  path = find_in_parent_folders("prod.hcl")\n}\n`,
      'live/root.hcl': state('"first"'),
      'live/prod/prod.hcl': state('"second/${path_relative_to_include()}"'),
    },
    expected: { bucket: 'states', key: 'second/mysql' },
  },
  'a second level of include is refused': {
    files: {
      [usual]: includeRoot,
      'live/root.hcl': 'include "top" {\n  path = "../top.hcl"\n}\n',
      'top.hcl': state('"top"'),
    },
    expected: {
      unknown:
        'find_in_parent_folders("root.hcl"): what is included has an include block of its own, which Terragrunt refuses',
    },
  },
  'remote_state as an attribute, written out': {
    files: {
      [usual]: `${source}remote_state = {
  backend = "s3"
  config = { bucket = "states", key = "attribute" }
}
`,
    },
    expected: { bucket: 'states', key: 'attribute' },
  },
  'remote_state as an attribute, from another configuration': {
    files: {
      [usual]: `${source}locals {
  common = read_terragrunt_config(find_in_parent_folders("common.hcl"))
}
remote_state = local.common.remote_state
`,
      'live/common.hcl': state('"common/${path_relative_to_include()}"'),
    },
    expected: { bucket: 'states', key: 'common/.' },
  },
  'read_terragrunt_config() of a file that is not there, with a default': {
    files: {
      [usual]: `${source}locals {
  common = read_terragrunt_config("none.hcl", { locals = { name = "default" } })
}
${state('local.common.locals.name')}`,
    },
    expected: { bucket: 'states', key: 'default' },
  },
  'keys that are for Terragrunt alone, and lock_table by its name of today': {
    files: {
      [usual]:
        source +
        state(
          '"a"',
          `lock_table = "locks"
    s3_bucket_tags = { owner = "ops" }
    dynamodb_table_tags = { owner = "ops" }
    skip_bucket_versioning = true
    disable_bucket_update = true
    accesslogging_bucket_name = "logs"
    bucket_sse_algorithm = "AES256"`,
        ),
    },
    expected: { bucket: 'states', key: 'a', dynamodb_table: 'locks' },
  },
  'objects inside config': {
    files: {
      [usual]: source + state('"a"', 'assume_role = {\n role_arn = "arn:aws:iam::1:role/x"\n }'),
    },
    expected: { bucket: 'states', key: 'a', assume_role: { role_arn: 'arn:aws:iam::1:role/x' } },
  },
  'a config that is merged': {
    files: {
      [usual]: `${source}locals {
  common = { bucket = "states", key = "x" }
}
remote_state {
  backend = "s3"
  config  = merge(local.common, { key = "merged" })
}
`,
    },
    expected: { bucket: 'states', key: 'merged' },
  },
  'run_cmd() is never run, and is named': {
    files: { [usual]: source + state('"${run_cmd("whoami")}/t"') },
    expected: {
      bucket: 'states',
      key: { text: '"${run_cmd("whoami")}/t"', why: 'run_cmd() is not evaluated here' },
    },
  },
  'outputs of another unit are named': {
    files: { [usual]: source + state('dependency.vpc.outputs.key') },
    expected: {
      bucket: 'states',
      key: {
        text: 'dependency.vpc.outputs.key',
        why: 'dependency.vpc is not known before anything is run',
      },
    },
  },
  'an include whose file is nowhere': {
    files: { [usual]: includeRoot },
    expected: { unknown: 'find_in_parent_folders("root.hcl"): no parent folder has root.hcl' },
  },
  'get_path_from_repo_root()': {
    files: { [usual]: source + state('get_path_from_repo_root()'), '.git/HEAD': '' },
    expected: { bucket: 'states', key: 'live/prod/mysql' },
  },
  'the root that is only included is no unit': {
    unit: 'terragrunt.hcl',
    files: {
      'terragrunt.hcl': state('"${path_relative_to_include()}/t"'),
      'live/app/terragrunt.hcl': '',
    },
    expected: {},
  },
  'a unit with skip = true is passed over': {
    files: { [usual]: `skip = true\n${source}${state('"a"')}` },
    expected: {},
  },
  'a generate block that writes a backend': {
    files: {
      [usual]: `${source}generate "backend" {
  path      = "backend.tf"
  if_exists = "overwrite"
  contents  = <<EOF
terraform {
  backend "s3" {
    bucket = "x"
  }
}
EOF
}
`,
    },
    expected: {
      unknown: 'generate "backend": what it writes is only known where Terragrunt has written it',
    },
  },
  'a heredoc with Terraform code before the remote_state': {
    files: {
      [usual]: `${source}generate "provider" {
  path      = "provider.tf"
  if_exists = "overwrite"
  contents  = <<EOF
provider "aws" {
  region = "x"
}
locals {
EOF
}
${state('"after"')}`,
    },
    expected: { bucket: 'states', key: 'after' },
  },
  'a unit without any remote_state': {
    files: { [usual]: source },
    expected: {},
  },
};

describe("Terragrunt's configuration (documented behaviour)", () => {
  for (const [title, { unit = usual, expected, ...repository }] of Object.entries(cases)) {
    it(title, async () => {
      const { block } = await unitIn(repository, unit);
      assert.deepEqual(valuesOf(block), expected);
      assert.equal(block?.evaluatedBy, block === undefined ? undefined : 'Terragrunt');
    });
  }

  it('says where the state is told: at the include that brings it in, or at remote_state', async () => {
    const own = `${source}${state('"a"')}`;
    const files = {
      [usual]: includeRoot,
      'live/root.hcl': state('"b"'),
      'own/terragrunt.hcl': own,
    };
    const textAt = (text: string, range: { start: number; end: number } | undefined): string =>
      text.slice(range?.start, range?.end);
    const included = await unitIn({ files }, usual);
    assert.match(textAt(includeRoot, included.block?.range), /^include "root" \{[^]*\}$/);
    const written = await unitIn({ files }, 'own/terragrunt.hcl');
    assert.match(textAt(own, written.block?.range), /^remote_state \{[^]*\}$/);
  });

  it('says what Terragrunt writes: the file of generate, or nothing where init is given arguments', async () => {
    const generate = (value: string): string =>
      `${source}${state('"a"').replace('  config', `  generate = ${value}\n  config`)}`;
    const of = async (text: string): Promise<unknown> =>
      (await unitIn({ files: { [usual]: text } }, usual)).generates;
    assert.equal(await of(source + state('"a"')), undefined);
    assert.deepEqual(
      await of(generate('{ path = "backend.tf", if_exists = "overwrite_terragrunt" }')),
      { file: 'backend.tf' },
    );
    assert.deepEqual(await of(generate('{ path = "b.tf", if_exists = "skip" }')), {
      file: 'b.tf',
      keepsExisting: true,
    });
    assert.deepEqual(await of(generate('{ path = run_cmd("x") }')), {});
  });

  it('depends on every file that it looked at, also on those that are not there', async () => {
    const { lookedAt } = await unitIn(
      { files: { [usual]: includeRoot, 'root.hcl': state('"a"') } },
      usual,
    );
    assert.ok(
      ['/repo/live/root.hcl', '/repo/root.hcl', `/repo/${usual}`].every((p) => lookedAt.has(p)),
    );
  });

  it('says what the runs are given beside the backend: a role, credentials, variables', async () => {
    const given = async (
      text: string,
      environment: Record<string, string> = {},
      root = '',
    ): Promise<unknown> => {
      const files = { [usual]: text, 'live/root.hcl': root };
      const { notFollowed, givesVariables } = await unitIn({ files, environment }, usual);
      return notFollowed ?? givesVariables;
    };
    const extra = (variables: string): string => `terraform {
  source = "x"
  extra_arguments "env" {
    commands = ["plan"]
    env_vars = ${variables}
  }
}
`;
    assert.equal(await given(source), undefined);
    assert.equal(await given(`iam_role = "arn:aws:iam::1:role/x"\n${source}`), 'iam_role');
    assert.equal(await given(`iam_role = ""\n${source}`), undefined);
    assert.equal(await given(includeRoot, {}, 'iam_role = run_cmd("x")\n'), 'iam_role');
    assert.equal(await given(source, { TG_IAM_ASSUME_ROLE: 'arn' }), 'TG_IAM_ASSUME_ROLE');
    assert.equal(await given(source, { TG_AUTH_PROVIDER_CMD: 'x' }), 'TG_AUTH_PROVIDER_CMD');
    assert.equal(await given(extra('{ AWS_PROFILE = "ops" }')), 'env_vars');
    assert.equal(await given(extra('{ TF_WORKSPACE = "dev" }')), 'env_vars');
    assert.equal(await given(extra('local.variables')), 'env_vars');
    assert.equal(await given(extra('{\n      TF_VAR_size = "1"\n    }')), undefined);
    assert.equal(await given(`${source}inputs = {\n  a = 1\n}\n`), true);
  });
});
