import type { AttributeReader } from '../attributes';
import type { Environment } from '../backend';
import { readEndpoints, type AwsEndpoints } from './awsEndpoints';
import { filePath, type AccessContext } from './awsPaths';
import { readRole, readWebIdentity, type AssumeRole, type WebIdentity } from './awsRoles';
import { readTransport, type Transport } from './awsTransport';
import { nonEmpty } from './environment';

/**
 * Who asks and where: everything that makes one AWS client differ from another. Plain data.
 * Holds secrets where the block holds them: never logged, never shown.
 */
export interface AwsAccess {
  readonly region: string;
  /** Of each service, where it is not the standard one. */
  readonly endpoints: AwsEndpoints;
  readonly forcePathStyle: boolean;
  readonly profile?: string;
  readonly staticKeys?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  /** The shared files, where they are not the standard ones. Absolute paths. */
  readonly configFile?: string;
  readonly credentialsFile?: string;
  /** Takes the place of the base credentials, unless there are static keys. */
  readonly webIdentity?: WebIdentity;
  /** Assumed with whatever credentials there are then. */
  readonly assumeRole?: AssumeRole;
  /** The region of STS, where it is another. */
  readonly stsRegion?: string;
  /** Whether the machine's metadata service may be asked; by default the environment says. */
  readonly machine?: 'on' | 'off';
  readonly useFips?: true;
  readonly useDualstack?: true;
  /** How often a read is tried in all. */
  readonly maxAttempts?: number;
  readonly retryMode?: 'standard' | 'adaptive';
  readonly transport?: Transport;
  /** Accounts that the block allows or forbids. */
  readonly accounts?: {
    readonly allowed?: readonly string[];
    readonly forbidden?: readonly string[];
  };
}

/** Everything but the region, which can be missing. */
export type AwsAccessParts = Omit<AwsAccess, 'region'>;

/** Reads what a block says about identity and route. What cannot be read is among the reader's problems. */
export function readAwsAccess(attributes: AttributeReader, context: AccessContext): AwsAccessParts {
  const { environment } = context;
  const profile = attributes.string('profile');
  const staticKeys = readStaticKeys(attributes);
  return {
    endpoints: readEndpoints(attributes, environment),
    forcePathStyle:
      attributes.bool('use_path_style') ?? attributes.bool('force_path_style') ?? false,
    ...(profile ? { profile } : {}),
    ...(staticKeys === undefined ? {} : { staticKeys }),
    ...readFiles(attributes, context),
    ...optional('webIdentity', readWebIdentity(attributes, context)),
    ...optional('assumeRole', readRole(attributes)),
    ...optional('stsRegion', attributes.string('sts_region') || undefined),
    ...readRoute(attributes, environment),
    ...optional('transport', readTransport(attributes, context)),
    ...readAccounts(attributes),
  };
}

/** Attributes that are there and that nothing here honours: better no answer than a wrong one. */
export function unhonouredAttribute(attributes: AttributeReader): string | undefined {
  const several = ['shared_config_files', 'shared_credentials_files'].find(
    (name) => (attributes.strings(name)?.length ?? 0) > 1,
  );
  if (several !== undefined) {
    return `more than one file in ${several}`;
  }
  if (attributes.stringIn('endpoints', 'sso')) {
    return 'the attribute endpoints.sso';
  }
  const elsewhere = ['access_key', 'profile', 'assume_role_with_web_identity'];
  const ownEndpoint = ['ec2_metadata_service_endpoint', 'ec2_metadata_service_endpoint_mode'];
  const metadata = ownEndpoint.find((name) => attributes.has(name));
  // It matters only where the machine would be asked at all.
  return metadata === undefined || elsewhere.some((name) => attributes.has(name))
    ? undefined
    : `the attribute ${metadata}`;
}

/** Any of the three attributes switches Terraform to static credentials only. */
function readStaticKeys(attributes: AttributeReader): AwsAccess['staticKeys'] {
  const accessKeyId = attributes.string('access_key');
  const secretAccessKey = attributes.string('secret_key');
  const sessionToken = attributes.string('token');
  if (!accessKeyId && !secretAccessKey && !sessionToken) {
    return undefined;
  }
  if (!accessKeyId || !secretAccessKey) {
    attributes.report('access_key and secret_key are not both set (static credentials are empty)');
  }
  return {
    accessKeyId: accessKeyId ?? '',
    secretAccessKey: secretAccessKey ?? '',
    ...(sessionToken ? { sessionToken } : {}),
  };
}

function readFiles(
  attributes: AttributeReader,
  context: AccessContext,
): Pick<AwsAccess, 'configFile' | 'credentialsFile'> {
  const { environment } = context;
  const config =
    attributes.strings('shared_config_files')?.[0] ??
    nonEmpty(environment, 'AWS_SHARED_CONFIG_FILE');
  const credentials =
    attributes.strings('shared_credentials_files')?.[0] ??
    (attributes.string('shared_credentials_file') || undefined) ??
    nonEmpty(environment, 'AWS_SHARED_CREDENTIALS_FILE');
  return {
    ...optional('configFile', config && filePath(config, attributes, context)),
    ...optional('credentialsFile', credentials && filePath(credentials, attributes, context)),
  };
}

function readRoute(
  attributes: AttributeReader,
  environment: Environment,
): Pick<AwsAccess, 'machine' | 'useFips' | 'useDualstack' | 'maxAttempts' | 'retryMode'> {
  const skipMachine = attributes.bool('skip_metadata_api_check');
  const flag = (name: string, variable: string): boolean =>
    attributes.bool(name) ?? isTrue(environment[variable]);
  const tries = attributes.number('max_retries');
  const retryMode = attributes.string('retry_mode');
  return {
    ...optional('machine', skipMachine === undefined ? undefined : skipMachine ? 'off' : 'on'),
    ...(flag('use_fips_endpoint', 'AWS_USE_FIPS_ENDPOINT') ? { useFips: true } : {}),
    ...(flag('use_dualstack_endpoint', 'AWS_USE_DUALSTACK_ENDPOINT') ? { useDualstack: true } : {}),
    ...(tries === undefined || tries < 1 ? {} : { maxAttempts: Math.floor(tries) }),
    ...(retryMode === 'standard' || retryMode === 'adaptive' ? { retryMode } : {}),
  };
}

function readAccounts(attributes: AttributeReader): Pick<AwsAccess, 'accounts'> {
  const allowed = attributes.strings('allowed_account_ids');
  const forbidden = attributes.strings('forbidden_account_ids');
  return !allowed?.length && !forbidden?.length
    ? {}
    : { accounts: { ...optional('allowed', allowed), ...optional('forbidden', forbidden) } };
}

function isTrue(value: string | undefined): boolean {
  return value !== undefined && /^(?:1|t|true)$/i.test(value);
}

function optional<K extends string, V>(
  name: K,
  value: V | undefined | '',
): Readonly<Partial<Record<K, V>>> {
  const entries = value === undefined || value === '' ? [] : [[name, value] as const];
  return Object.fromEntries(entries) as Partial<Record<K, V>>;
}
