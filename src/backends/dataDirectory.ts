import path from 'node:path';
import type { Environment } from './backend';

/** Where Terraform keeps what it knows of a module: `TF_DATA_DIR`, relative to the module, or `.terraform`. */
export function dataDirectory(environment: Environment, modulePath: string): string {
  return path.resolve(modulePath, environment['TF_DATA_DIR'] || '.terraform');
}
