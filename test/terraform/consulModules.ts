import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The text of a backend block with these attributes. */
export function consulBlock(attributes: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(attributes).map(
    ([name, value]) => `    ${name} = ${JSON.stringify(value)}\n`,
  );
  return `terraform {\n  backend "consul" {\n${lines.join('')}  }\n}\n`;
}

/** Waits for the file `go` while terraform holds the lock. */
const waiting = `
resource "terraform_data" "wait" {
  triggers_replace = timestamp()

  provisioner "local-exec" {
    command = "touch holding; until [ -e go ]; do sleep 0.1; done; rm -f go holding"
  }
}
`;

/** Writes a module whose state is in Consul and whose apply waits while it holds the lock. */
export function writeConsulModule(
  folder: string,
  name: string,
  attributes: Readonly<Record<string, unknown>>,
): string {
  const directory = path.join(folder, name);
  mkdirSync(directory, { recursive: true });
  writeFileSync(path.join(directory, 'main.tf'), consulBlock(attributes) + waiting);
  return directory;
}
