import assert from 'node:assert/strict';
import { completed, keyOf, shown, type SampleModule } from './moduleSupport';

/** One configuration, what OpenTofu makes of it, and the documented rule that says so. */
interface Case {
  readonly key: string;
  readonly main?: string;
  readonly files?: SampleModule['files'];
  readonly environment?: SampleModule['environment'];
  readonly workspace?: string;
  readonly is: unknown;
  readonly documented: string;
}

const env = 'variable "env" {\n  default = "dev"\n}\n';
const refuses = (why: string): { why: string } => ({ why });
const unread = refuses(
  'it uses more than references, templates, conditionals and simple functions',
);

const expressions = 'opentofu.org: Expressions';
const earlyEvaluation = 'opentofu.org 1.8: backend blocks accept variables and locals';
const precedence = 'opentofu.org: Variable Definition Precedence';
const overrides = 'opentofu.org: Override Files';

const cases: Readonly<Record<string, Case>> = {
  'a variable default': { key: 'var.env', main: env, is: 'dev', documented: earlyEvaluation },
  'a template': {
    key: '"${var.env}-state/${local.name}.tfstate"',
    main: `${env}locals { name = "network" }`,
    is: 'dev-state/network.tfstate',
    documented: earlyEvaluation,
  },
  'a local that refers to another and to a variable': {
    key: 'local.key',
    main: `${env}locals {\n  key = "\${local.prefix}/x"\n  prefix = "p-\${var.env}"\n}`,
    is: 'p-dev/x',
    documented: earlyEvaluation,
  },
  'locals that refer to each other': {
    key: 'local.a',
    main: 'locals {\n  a = local.b\n  b = local.a\n}',
    is: refuses('local.a refers to itself'),
    documented: 'static_scope.go: Circular reference',
  },
  'path.module and path.root of a root module': {
    key: '"${path.module}/${path.root}"',
    is: './.',
    documented: 'static_scope.go: GetPathAttr',
  },
  'path.cwd': {
    key: 'basename(path.cwd)',
    is: 'network',
    documented: 'static_scope.go: GetPathAttr',
  },
  'the workspace': {
    key: '"${terraform.workspace}/x"',
    workspace: 'blue',
    is: 'blue/x',
    documented: 'static_scope.go: GetTerraformAttr',
  },
  'a workspace that is not known': {
    key: 'terraform.workspace',
    is: refuses('terraform.workspace is not known before anything is run'),
    documented: 'static_scope.go: GetTerraformAttr',
  },
  'a resource': {
    key: 'aws_s3_bucket.state.id',
    is: refuses('aws_s3_bucket.state is not known before anything is run'),
    documented: 'static_scope.go: Dynamic value in static context',
  },
  'a module output': {
    key: 'module.network.key',
    is: refuses('module.network is not known before anything is run'),
    documented: 'static_scope.go: Module output not supported in static context',
  },
  'an attribute of an object': {
    key: 'local.config.key',
    main: 'locals {\n  config = {\n    key = "k"\n    n: 1\n  }\n}',
    is: 'k',
    documented: expressions,
  },
  'an element by key and by number': {
    key: '"${local.map["a"]}${local.list[1]}"',
    main: 'locals {\n  map = { "a" = "x", b = "y" }\n  list = ["p", "q"]\n}',
    is: 'xq',
    documented: expressions,
  },
  'an element chosen by a variable': {
    key: 'local.keys[var.env]',
    main: `${env}locals {\n  keys = {\n    dev = "d"\n    prod = "p"\n  }\n}`,
    is: 'd',
    documented: expressions,
  },
  'an element that is not there': {
    key: 'local.map.b',
    main: 'locals { map = { a = 1 } }',
    is: refuses('it refers to an element that does not exist'),
    documented: expressions,
  },
  'a conditional': {
    key: 'var.env == "prod" ? "p" : (var.env != "dev" ? "x" : "d")',
    main: env,
    is: 'd',
    documented: expressions,
  },
  logic: {
    key: '!(var.env == "prod") && (false || true) ? "yes" : "no"',
    main: env,
    is: 'yes',
    documented: expressions,
  },
  'escapes and template escapes': {
    key: '"${var.env}\\t\\u00e9$${x}%%{y}"',
    main: env,
    is: 'dev\t\u00e9${x}%{y}',
    documented: expressions,
  },
  'text that is put into Unicode normal form C': {
    key: '"${var.env}e\\u0301"',
    main: env,
    is: 'dev\u00e9',
    documented: 'HCL specification: string literals are normalized',
  },
  functions: {
    key: 'lower(join("-", [upper("a"), trimspace(" b "), replace("c.d", ".", "_"), format("%s%d", "e", 1)]))',
    is: 'a-b-c_d-e1',
    documented: 'opentofu.org: Built-in Functions',
  },
  'coalesce and lookup': {
    key: '"${coalesce("", null, "x")}${lookup({ a = "1" }, "a", "2")}${lookup({}, "a", "2")}"',
    is: 'x12',
    documented: 'opentofu.org: Built-in Functions',
  },
  'a function that is not evaluated here': {
    key: 'md5(var.env)',
    main: env,
    is: refuses('md5() is not evaluated here'),
    documented: 'none: a limit of this extension',
  },
  'a regular expression in replace': {
    key: 'replace(var.env, "/d.v/", "x")',
    main: env,
    is: refuses('a function in it has arguments that are not evaluated here'),
    documented: 'none: a limit of this extension',
  },
  arithmetic: { key: '"${1 + 1}"', is: unread, documented: 'none: a limit of this extension' },
  'a for expression': {
    key: '[for x in ["a"] : x][0]',
    is: unread,
    documented: 'none: a limit of this extension',
  },
  'a template directive': {
    key: '"%{ if true }a%{ endif }"',
    is: unread,
    documented: 'none: a limit of this extension',
  },
  'values of different types compared': {
    key: 'var.n == 3 ? "a" : "b"',
    main: 'variable "n" { type = number }',
    environment: { TF_VAR_n: '3' },
    is: refuses('it compares values that are not of one simple type'),
    documented: 'none: given values are converted at different times in different versions',
  },
  'a variable without a value': {
    key: 'var.env',
    main: 'variable "env" {}',
    is: refuses('var.env has no value here'),
    documented: 'opentofu.org: a required variable has to be given',
  },
  'a variable that is not declared': {
    key: 'var.env',
    environment: { TF_VAR_env: 'x' },
    is: refuses('var.env is not declared'),
    documented: 'static_scope.go: Undefined variable',
  },
  'a local that is not defined': {
    key: 'local.x',
    is: refuses('local.x is not defined'),
    documented: 'static_scope.go: Undefined local',
  },
  'a sensitive variable': {
    key: 'var.env',
    main: 'variable "env" {\n  default = "x"\n  sensitive = true\n}',
    is: refuses('var.env is sensitive, which a backend block may not be given'),
    documented: 'backend.go: Backend config contains sensitive values',
  },
  'an ephemeral variable, by way of a local': {
    key: 'local.key',
    main: 'variable "env" {\n  default = "x"\n  ephemeral = true\n}\nlocals { key = var.env }',
    is: refuses('var.env is ephemeral, which a backend block may not be given'),
    documented: 'backend.go: Backend config contains ephemeral values',
  },
  'a sensitive value made by a function': {
    key: 'sensitive("x")',
    is: refuses('sensitive() is not evaluated here'),
    documented: 'backend.go: Backend config contains sensitive values',
  },
  'a default that refers to something': {
    key: 'var.env',
    main: 'variable "env" { default = local.x }\nlocals { x = 1 }',
    is: refuses('local.x cannot be used in a constant'),
    documented: 'opentofu.org: a default must be a literal value',
  },
  'the environment over the default': {
    key: 'var.env',
    main: env,
    environment: { TF_VAR_env: 'e' },
    is: 'e',
    documented: precedence,
  },
  'terraform.tfvars over the environment': {
    key: 'var.env',
    main: env,
    environment: { TF_VAR_env: 'e' },
    files: { 'terraform.tfvars': '# comment\nenv = "t"\n' },
    is: 't',
    documented: precedence,
  },
  'terraform.tfvars.json over terraform.tfvars': {
    key: 'var.env',
    main: env,
    files: { 'terraform.tfvars.json': '{"env": "j${x}"}', 'terraform.tfvars': 'env = "t"' },
    is: 'j${x}',
    documented: precedence,
  },
  'the last *.auto.tfvars by name over all': {
    key: 'var.env',
    main: env,
    files: {
      'b.auto.tfvars.json': '{"env": "b"}',
      'c.auto.tfvars': 'env = "c"',
      'a.auto.tfvars': 'env = "a"',
      'terraform.tfvars': 'env = "t"',
      'other.tfvars': 'env = "o"',
    },
    is: 'c',
    documented: precedence,
  },
  'a .tfvars file that is not read as a whole': {
    key: 'var.env',
    main: env,
    files: { 'terraform.tfvars': 'env = "t"\n}\n' },
    is: refuses('terraform.tfvars cannot be read'),
    documented: 'none: what it would have said is not known',
  },
  'a JSON file that somebody is typing': {
    key: 'var.env',
    main: env,
    files: { 'x.auto.tfvars.json': '{"env": "se' },
    is: refuses('x.auto.tfvars.json is not valid JSON'),
    documented: 'none: what it would have said is not known',
  },
  'variables on the command line, by TF_CLI_ARGS': {
    key: 'var.env',
    main: env,
    environment: { TF_CLI_ARGS_plan: '-var=env=x' },
    is: refuses('TF_CLI_ARGS_plan sets variables on the command line'),
    documented: precedence,
  },
  'a text for a string, number, bool or untyped variable': {
    key: '"${var.s}${var.n}${var.b}${var.u}"',
    main: 'variable "s" { type = string }\nvariable "n" { type = number }\nvariable "b" { type = bool }\nvariable "u" {}',
    environment: { TF_VAR_s: '"q"', TF_VAR_n: '3', TF_VAR_b: 'true', TF_VAR_u: '[1]' },
    is: '"q"3true[1]',
    documented: 'opentofu.org: complex values in the environment are HCL, others are text',
  },
  'an expression for a map or list variable': {
    key: '"${var.m.a}${var.l[0]}"',
    main: 'variable "m" { type = map(string) }\nvariable "l" { type = list(string) }',
    environment: { TF_VAR_m: '{ a = "x" }', TF_VAR_l: '["y"]' },
    is: 'xy',
    documented: 'opentofu.org: complex values in the environment are HCL, others are text',
  },
  'a default that is converted to a string': {
    key: 'var.n == "5" ? "text" : "number"',
    main: 'variable "n" {\n  type = string\n  default = 5\n}',
    is: 'text',
    documented: 'named_values.go: the default is converted to the type',
  },
  'a default with optional attributes': {
    key: 'var.o.a',
    main: 'variable "o" {\n  type = object({ a = optional(string, "d") })\n  default = { a = null }\n}',
    is: refuses('the default of var.o may be converted to another value'),
    documented: 'named_values.go: type defaults are applied',
  },
  'a .tofu file that hides the .tf file of its name': {
    key: 'var.env',
    files: { 'v.tf': env, 'v.tofu': 'variable "env" { default = "tofu" }' },
    is: 'tofu',
    documented: 'opentofu.org 1.8: .tofu files',
  },
  'an override of a default and of a local': {
    key: '"${var.env}-${local.a}"',
    main: `${env}locals { a = 1 }`,
    files: { 'x_override.tf': 'variable "env" { default = "over" }\nlocals { a = 2 }' },
    is: 'over-2',
    documented: overrides,
  },
  'an override that leaves sensitive as it was': {
    key: 'var.env',
    main: 'variable "env" { sensitive = true }',
    files: { 'override.tf': 'variable "env" { default = "over" }' },
    is: refuses('var.env is sensitive, which a backend block may not be given'),
    documented: overrides,
  },
  'one name defined twice': {
    key: 'local.a',
    main: 'locals { a = 1 }\nlocals { a = 2 }',
    is: refuses('local.a is defined more than once'),
    documented: 'opentofu.org: each local name is defined once',
  },
  'definitions in JSON syntax': {
    key: 'local.key',
    files: {
      'v.tf.json':
        '{"variable": {"env": {"type": "string", "default": "j"}}, "locals": {"key": "${var.env}/x"}}',
    },
    is: 'j/x',
    documented: 'opentofu.org: JSON Configuration Syntax',
  },
  'an object with references': {
    key: '{ role_arn = var.env, list = [null, 1, true] }',
    main: env,
    is: { role_arn: 'dev', list: [null, 1, true] },
    documented: earlyEvaluation,
  },
  null: {
    key: 'var.env',
    main: 'variable "env" { default = null }',
    is: null,
    documented: 'opentofu.org: null is as if the argument were omitted',
  },
};

describe("OpenTofu's early evaluation, as documented", () => {
  for (const [
    title,
    { key, main, files, environment, workspace, is, documented },
  ] of Object.entries(cases)) {
    it(`${title} (${documented})`, async () => {
      const module = {
        files: { ...(main === undefined ? {} : { 'main.tf': main }), ...files },
        ...(environment === undefined ? {} : { environment }),
        ...(workspace === undefined ? {} : { workspace }),
      };
      assert.deepEqual(await keyOf(key, module), is);
    });
  }

  it('says whose rules gave the values, and keeps literals as they are', async () => {
    const block = await completed({
      files: {
        'main.tf': env,
        'backend.tf': 'terraform {\n  backend "s3" {\n    bucket = "b"\n    key = var.env\n  }\n}',
      },
    });
    assert.equal(block.evaluatedBy, 'OpenTofu');
    assert.deepEqual(
      block.attributes.map(({ name, value }) => [name, shown(value)]),
      [
        ['bucket', 'b'],
        ['key', 'dev'],
      ],
    );
  });

  it('does not call a block of constants OpenTofu’s: Terraform accepts it, too', async () => {
    const block = await completed({
      files: { 'backend.tf': 'terraform {\n  backend "s3" {\n    key = "a${"b"}"\n  }\n}' },
    });
    assert.equal(block.evaluatedBy, undefined);
    assert.deepEqual(
      block.attributes.map(({ value }) => shown(value)),
      ['ab'],
    );
  });

  it('reads no file where the block has only literals', async () => {
    const files = new Proxy<Record<string, string>>(
      { 'backend.tf': 'terraform {\n  backend "s3" {\n    key = "k"\n  }\n}' },
      {
        ownKeys: () => {
          throw new Error('listed');
        },
      },
    );
    assert.deepEqual(
      (await completed({ files })).attributes.map(({ value }) => shown(value)),
      ['k'],
    );
  });

  it('names the file that cannot be read', async () => {
    assert.deepEqual(await keyOf('"${var.env}"', { files: { 'main.tf': undefined } }), {
      why: 'main.tf cannot be read',
    });
  });
});
