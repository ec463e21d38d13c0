import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { holdingResource, TerraformModule } from '../support/terraform';

/** A module whose state is in Consul, initialised by a real terraform. */
export async function consulModule(
  terraform: string,
  folder: string,
  attributes: Readonly<Record<string, string | boolean>>,
  environment: Readonly<Record<string, string>> = {},
): Promise<TerraformModule> {
  const lines = Object.entries(attributes).map(
    ([name, value]) => `    ${name} = ${JSON.stringify(value)}`,
  );
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    path.join(folder, 'main.tf'),
    `terraform {\n  backend "consul" {\n${lines.join('\n')}\n  }\n}\n\n${holdingResource}`,
  );
  const module = new TerraformModule(terraform, folder, environment);
  const init = await module.run('init', '-no-color');
  assert.equal(init.exitCode, 0, init.output);
  return module;
}
