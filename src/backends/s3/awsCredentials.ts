import { AsyncLocalStorage } from 'node:async_hooks';
import {
  fromContainerMetadata,
  fromHttp,
  fromIni,
  fromInstanceMetadata,
  fromTokenFile,
} from '@aws-sdk/credential-providers';
import { parseKnownFiles } from '@smithy/core/config';
import { LockFailure } from '../../core/lockError';
import type { BackendHost, Environment } from '../backend';
import { assumedRole, assumedWebIdentity, stsClientConfig } from './assumedCredentials';
import { helpFor } from './awsErrors';
import { nonEmpty } from './environment';
import type { AwsAccess } from './s3Config';

/** Credentials as the SDK's providers return them. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
  readonly accountId?: string;
}

/** Who is asking for credentials just now: a person who waits, or a background poll. */
export const credentialRequest = new AsyncLocalStorage<{ readonly userStarted: boolean }>();

/** Credentials of which source; `label` is for people. */
export interface CredentialSource {
  readonly label: string;
  /** Resolves credentials, or throws a `LockFailure` with reason `signedOut`. */
  readonly provide: () => Promise<AwsKeys>;
}

/** Where Terraform would take its credentials from: the base, and the role that is assumed with it. */
export function credentialSource(access: AwsAccess, host: BackendHost): CredentialSource {
  const base =
    access.webIdentity !== undefined && access.staticKeys === undefined
      ? assumedWebIdentity(access, access.webIdentity)
      : baseSource(access, host);
  return access.assumeRole === undefined ? base : assumedRole(access, access.assumeRole, base);
}

/**
 * In Terraform's order (which is not that of the JavaScript SDK: keys in the environment win over `AWS_PROFILE`
 * there): attributes, the attribute `profile`, keys in the environment, a web identity in the environment, the
 * environment's or default profile, container, machine.
 */
function baseSource(access: AwsAccess, host: BackendHost): CredentialSource {
  const environment = host.environment;
  const keys = access.staticKeys;
  if (keys !== undefined) {
    return { label: 'keys in the backend block', provide: () => Promise.resolve(keys) };
  }
  if (access.profile !== undefined) {
    return fromProfile(access.profile, access, host);
  }
  const environmentKeys = keysOf(environment);
  if (environmentKeys !== undefined) {
    return { label: 'keys in the environment', provide: () => Promise.resolve(environmentKeys) };
  }
  if (environment['AWS_WEB_IDENTITY_TOKEN_FILE'] && environment['AWS_ROLE_ARN']) {
    return {
      label: 'web identity of the environment',
      provide: fromTokenFile({ clientConfig: stsClientConfig(access) }),
    };
  }
  const named = nonEmpty(environment, 'AWS_PROFILE', 'AWS_DEFAULT_PROFILE');
  if (named !== undefined) {
    return fromProfile(named, access, host);
  }
  const profile = fromProfile('default', access, host);
  const machine = fromMachine(access, host);
  return {
    label: 'default profile, else this machine',
    provide: async () => ((await hasProfile('default', access)) ? profile.provide() : machine()),
  };
}

/** Both names that the Go SDK knows; the JavaScript SDK knows the first of each only. */
function keysOf(environment: Environment): AwsKeys | undefined {
  const accessKeyId = nonEmpty(environment, 'AWS_ACCESS_KEY_ID', 'AWS_ACCESS_KEY');
  const secretAccessKey = nonEmpty(environment, 'AWS_SECRET_ACCESS_KEY', 'AWS_SECRET_KEY');
  const sessionToken = nonEmpty(environment, 'AWS_SESSION_TOKEN');
  const accountId = nonEmpty(environment, 'AWS_ACCOUNT_ID');
  return accessKeyId === undefined || secretAccessKey === undefined
    ? undefined
    : {
        accessKeyId,
        secretAccessKey,
        ...(sessionToken === undefined ? {} : { sessionToken }),
        ...(accountId === undefined ? {} : { accountId }),
      };
}

function fromMachine(access: AwsAccess, host: BackendHost): () => Promise<AwsKeys> {
  const environment = host.environment;
  if (environment['AWS_CONTAINER_CREDENTIALS_FULL_URI']) {
    return fromHttp();
  }
  if (environment['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI']) {
    return fromContainerMetadata();
  }
  const disabled = environment['AWS_EC2_METADATA_DISABLED']?.toLowerCase() ?? '';
  const off =
    access.machine === undefined ? !['', 'false'].includes(disabled) : access.machine === 'off';
  if (off) {
    return () => {
      throw new LockFailure({
        reason: 'signedOut',
        detail: 'no credentials were found',
        ...helpFor('signedOut'),
      });
    };
  }
  return fromInstanceMetadata({ maxRetries: 0, timeout: 1000 });
}

/**
 * A profile of the shared files. One that runs a program (`credential_process`) may open a log-in window:
 * its last answer is used as long as it is valid (the SDK would run it again and again in the last minutes),
 * and the program itself is not run in the background, unless a setting says so.
 */
function fromProfile(profile: string, access: AwsAccess, host: BackendHost): CredentialSource {
  let last: AwsKeys | undefined;
  const clientConfig = stsClientConfig(access);
  const load = fromIni({ profile, ...sharedFiles(access), clientConfig });
  const signedOut = (why: string): LockFailure =>
    new LockFailure({
      reason: 'signedOut',
      detail: `the profile ${profile} ${why}`,
      ...helpFor('signedOut'),
    });
  return {
    label: `profile ${profile}`,
    provide: async () => {
      if (!(await runsProcess(profile, access))) {
        return load();
      }
      if (last?.expiration !== undefined && last.expiration.getTime() - Date.now() > 30_000) {
        return last;
      }
      const userStarted = credentialRequest.getStore()?.userStarted ?? false;
      if (!userStarted && host.settings().credentialProcess !== 'always') {
        throw signedOut('gets its credentials from a program, which is run only when you ask');
      }
      try {
        last = await load();
      } catch (error) {
        // The SDK's message repeats the command line and what the program printed: both may hold secrets.
        const failed = error instanceof Error && error.name === 'CredentialsProviderError';
        throw failed ? signedOut('runs a program that gave no credentials') : error;
      }
      return last;
    },
  };
}

async function hasProfile(name: string, access: AwsAccess): Promise<boolean> {
  return name in (await parseKnownFiles(sharedFiles(access)));
}

/** Whether the profile, or one that it takes its credentials from, runs a program. */
async function runsProcess(name: string, access: AwsAccess): Promise<boolean> {
  const profiles = await parseKnownFiles(sharedFiles(access));
  const seen = new Set<string>();
  let current: string | undefined = name;
  while (current !== undefined && !seen.has(current)) {
    seen.add(current);
    const profile: Readonly<Record<string, string | undefined>> | undefined = profiles[current];
    if (profile?.['credential_process'] !== undefined) {
      return true;
    }
    current = profile?.['source_profile'];
  }
  return false;
}

/** Where the SDK's reader of profiles looks; it looks again each time. */
function sharedFiles(access: AwsAccess): {
  readonly filepath?: string;
  readonly configFilepath?: string;
  readonly ignoreCache: true;
} {
  return {
    ignoreCache: true,
    ...(access.credentialsFile === undefined ? {} : { filepath: access.credentialsFile }),
    ...(access.configFile === undefined ? {} : { configFilepath: access.configFile }),
  };
}
