import assert from 'node:assert/strict';
import fc from 'fast-check';
import { terraformCommands, type TerraformCommand } from '../../../src/core/terraformCommand';

/** `tool name lock path`, one for each command; `?`: a directory that cannot be told. */
const read = (line: string): string[] =>
  terraformCommands(line).map(({ tool, name, lock, path }: TerraformCommand) =>
    [tool, name, lock, path === undefined ? '?' : path.join(' > ')].join(' ').trim(),
  );

const table: readonly (readonly [string, readonly string[]])[] = [
  ['terraform apply -auto-approve', ['terraform apply refused']],
  ['TF_LOG=1 tofu -chdir=x plan', ['tofu plan refused x']],
  ['cd x && terraform apply', ['terraform apply refused x']],
  ['cd "my modules/net work" && terraform plan', ['terraform plan refused my modules/net work']],
  ["cd my\\ module; cd 'sub' ; terraform plan", ['terraform plan refused my module > sub']],
  ['cd x && terraform -chdir=../y apply', ['terraform apply refused x > ../y']],
  ['cd x && terraform -chdir=/abs/y apply', ['terraform apply refused /abs/y']],
  [
    '(cd x && terraform plan) && terraform apply',
    ['terraform plan refused x', 'terraform apply refused'],
  ],
  [
    'terraform plan && terraform apply && terraform state mv a.b a.c',
    ['terraform plan refused', 'terraform apply refused', 'terraform state mv refused'],
  ],
  ['terraform.exe apply', ['terraform apply refused']],
  ['& "C:\\Program Files\\terraform.exe" plan', ['terraform plan refused']],
  ['C:\\tools\\terraform.exe destroy', ['terraform destroy refused']],
  ['cd C:\\infra\\net; tofu apply', ['tofu apply refused C:\\infra\\net']],
  ['cd /d D:\\infra & terraform apply', ['terraform apply refused D:\\infra']],
  ['Set-Location -Path net; terraform apply', ['terraform apply refused net']],
  ['/usr/local/bin/terraform import a.b id', ['terraform import refused']],
  ['sudo -E terraform taint a.b', ['terraform taint refused']],
  ['time terraform refresh 2>&1 | tee log > out.txt', ['terraform refresh refused']],
  ['terraform plan -out=p # not apply', ['terraform plan refused']],
  ['if true; then terraform apply; fi', ['terraform apply refused']],
  ['terraform \\\n  apply', ['terraform apply refused']],
  // The directory cannot be told.
  ['cd "$DIR" && terraform apply', ['terraform apply refused ?']],
  ['cd $(pwd)/x && terraform apply', ['terraform apply refused ?']],
  ['cd ~/x && terraform apply', ['terraform apply refused ?']],
  ['cd - && terraform apply', ['terraform apply refused ?']],
  ['cd && terraform apply', ['terraform apply refused ?']],
  ['cd $X; cd /abs; terraform apply', ['terraform apply refused /abs']],
  ['terraform -chdir="$M" apply', ['terraform apply refused ?']],
  // Locks are not taken, or are waited for.
  ['terraform apply -lock=false', ['terraform apply off']],
  ['terraform apply --lock=0 p', ['terraform apply off']],
  ['terraform apply -lock=true', ['terraform apply refused']],
  ['TF_CLI_ARGS_apply="-input=false -lock=false" terraform apply', ['terraform apply off']],
  ['terraform plan -lock-timeout=5m', ['terraform plan waits']],
  ['terraform plan -lock-timeout=0s', ['terraform plan refused']],
  ['terraform apply -help', ['terraform apply none']],
  ...['init', 'validate', 'output', 'show', 'fmt', 'graph', 'providers', 'test', 'version'].map(
    (name) => [`terraform ${name}`, [`terraform ${name} none`]] as const,
  ),
  ...['state list', 'state pull', 'workspace list', 'workspace select', 'workspace show'].map(
    (name) => [`terraform ${name} x`, [`terraform ${name} none`]] as const,
  ),
  ['terraform -version', ['terraform  none']],
  // No Terraform at all.
  ['tf apply', []],
  ['echo terraform apply', []],
  ['git commit -m "terraform apply"', []],
  ["grep 'x; terraform apply' README.md", []],
  ['# terraform apply', []],
  ['terraform-docs apply', []],
  ['', []],
];

describe('terraformCommands', () => {
  for (const [line, expected] of table) {
    it(`reads ${JSON.stringify(line)}`, () => assert.deepEqual(read(line), expected));
  }

  it('never throws, and finds nothing in what is too long to be typed', () => {
    const piece = fc.constantFrom(
      ...['terraform', ' ', 'apply', '"', "'", '\\', '$(', ')', '(', '>', '&', '`', 'cd', '\n'],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        terraformCommands(pieces.join(''));
      }),
    );
    assert.deepEqual(terraformCommands(`terraform apply ${'x'.repeat(8000)}`), []);
  });
});
