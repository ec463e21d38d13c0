import os from 'node:os';
import path from 'node:path';
import type { AttributeReader } from '../attributes';
import type { Environment } from '../backend';

/** What reading an identity needs beside the block. */
export interface AccessContext {
  readonly environment: Environment;
  /** What relative paths are relative to: the module's directory. */
  readonly dirPath: string | undefined;
}

/** As Terraform expands a path: the home directory, variables, and relative to where it runs. */
export function filePath(
  written: string,
  attributes: AttributeReader,
  { environment, dirPath }: AccessContext,
): string | undefined {
  const home = environment['HOME'] || os.homedir();
  const expanded = written
    .replace(/^~(?=$|[\\/])/, home)
    .replace(/\$(?:\{(\w+)\}|(\w+))/g, (_whole, braced?: string, bare?: string) => {
      return environment[braced ?? bare ?? ''] ?? '';
    });
  if (dirPath === undefined && !path.isAbsolute(expanded)) {
    attributes.report(`${written} is relative to a directory that is not on this machine`);
    return undefined;
  }
  return path.resolve(dirPath ?? '', expanded);
}
