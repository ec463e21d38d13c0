import { readdir, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { LockError } from '../../core/lockError';
import type { Environment } from '../backend';
import type { AwsAccess } from './s3Config';

/** Where an identity's credentials come from, beside the environment. */
type CredentialFiles = Pick<AwsAccess, 'configFile' | 'credentialsFile' | 'webIdentity'>;

/**
 * Remembers that credentials were refused, so that a background poll does not ask again and again: it stays
 * closed until a person asks, or until the files that credentials come from have changed.
 */
export class SignInGate {
  private closed: { readonly error: LockError; readonly fingerprint: string } | undefined;

  constructor(
    private readonly environment: Environment,
    private readonly files: CredentialFiles = {},
  ) {}

  /** Called when credentials were missing, expired or not accepted. */
  async close(error: LockError): Promise<void> {
    this.closed = { error, fingerprint: await credentialFingerprint(this.environment, this.files) };
  }

  /** The remembered refusal where nothing has changed since; else undefined, and the gate is open. */
  async check(userStarted: boolean): Promise<LockError | undefined> {
    if (this.closed === undefined) {
      return undefined;
    }
    const same =
      this.closed.fingerprint === (await credentialFingerprint(this.environment, this.files));
    if (!userStarted && same) {
      return this.closed.error;
    }
    this.closed = undefined;
    return undefined;
  }
}

/** Changes whenever a log-in, in whatever tool, has written new credentials. Looks only at names, sizes and times. */
export async function credentialFingerprint(
  environment: Environment,
  own: CredentialFiles = {},
): Promise<string> {
  const home = path.join(os.homedir(), '.aws');
  const files = [
    own.credentialsFile ||
      environment['AWS_SHARED_CREDENTIALS_FILE'] ||
      path.join(home, 'credentials'),
    own.configFile || environment['AWS_CONFIG_FILE'] || path.join(home, 'config'),
    ...(environment['AWS_WEB_IDENTITY_TOKEN_FILE']
      ? [environment['AWS_WEB_IDENTITY_TOKEN_FILE']]
      : []),
    ...(own.webIdentity?.tokenFile === undefined ? [] : [own.webIdentity.tokenFile]),
  ];
  const caches = ['sso/cache', 'cli/cache', 'login/cache'].map((name) => path.join(home, name));
  const listed = await Promise.all(caches.map(listFiles));
  const marks = await Promise.all([...files, ...listed.flat()].map(mark));
  return marks.join('\n');
}

async function listFiles(directory: string): Promise<string[]> {
  try {
    const names = await readdir(directory);
    return names.sort().map((name) => path.join(directory, name));
  } catch {
    // A cache that is not there has nothing in it.
    return [];
  }
}

async function mark(file: string): Promise<string> {
  try {
    const { mtimeMs, size } = await stat(file);
    return `${file} ${String(mtimeMs)} ${String(size)}`;
  } catch {
    return `${file} -`;
  }
}
