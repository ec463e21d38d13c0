import type { AttributeReader } from '../attributes';
import { filePath, type AccessContext } from './awsPaths';
import { nonEmpty } from './environment';

/** A role to assume, with what `AssumeRole` is sent. Holds what the block holds: never shown as a whole. */
export interface AssumeRole {
  readonly roleArn: string;
  readonly durationSeconds?: number;
  readonly externalId?: string;
  readonly policy?: string;
  readonly policyArns?: readonly string[];
  readonly sessionName?: string;
  readonly sourceIdentity?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly transitiveTagKeys?: readonly string[];
}

/** A role to assume with a token instead of credentials; exactly one of the two tokens is set. */
export interface WebIdentity {
  readonly roleArn: string;
  readonly durationSeconds?: number;
  readonly policy?: string;
  readonly policyArns?: readonly string[];
  readonly sessionName?: string;
  readonly token?: string;
  /** Absolute path. */
  readonly tokenFile?: string;
}

/** `assume_role`, or the flat attributes that Terraform had until 1.9 and OpenTofu still has. */
export function readRole(attributes: AttributeReader): AssumeRole | undefined {
  const role = attributes.object('assume_role');
  if (role === undefined) {
    return readFlatRole(attributes);
  }
  const roleArn = role.string('role_arn');
  if (!roleArn) {
    role.report('assume_role has no role_arn');
    return undefined;
  }
  return definedOnly({
    roleArn,
    durationSeconds: duration(role, 'duration'),
    externalId: role.string('external_id'),
    policy: role.string('policy'),
    policyArns: role.strings('policy_arns'),
    sessionName: role.string('session_name'),
    sourceIdentity: role.string('source_identity'),
    tags: role.map('tags'),
    transitiveTagKeys: role.strings('transitive_tag_keys'),
  });
}

function readFlatRole(attributes: AttributeReader): AssumeRole | undefined {
  const roleArn = attributes.string('role_arn');
  if (!roleArn) {
    return undefined;
  }
  return definedOnly({
    roleArn,
    durationSeconds: attributes.number('assume_role_duration_seconds'),
    externalId: attributes.string('external_id'),
    policy: attributes.string('assume_role_policy'),
    policyArns: attributes.strings('assume_role_policy_arns'),
    sessionName: attributes.string('session_name'),
    tags: attributes.map('assume_role_tags'),
    transitiveTagKeys: attributes.strings('assume_role_transitive_tag_keys'),
  });
}

/** The variables count only inside the object, and only in OpenTofu: Terraform refuses a block that needs them. */
export function readWebIdentity(
  attributes: AttributeReader,
  context: AccessContext,
): WebIdentity | undefined {
  const role = attributes.object('assume_role_with_web_identity');
  if (role === undefined) {
    return undefined;
  }
  const { environment } = context;
  const roleArn = role.string('role_arn') || nonEmpty(environment, 'AWS_ROLE_ARN');
  const token = role.string('web_identity_token');
  const file = role.string('web_identity_token_file');
  const given = token || file;
  const anyToken = token || (given ? undefined : nonEmpty(environment, 'AWS_WEB_IDENTITY_TOKEN'));
  const anyFile =
    file || (given ? undefined : nonEmpty(environment, 'AWS_WEB_IDENTITY_TOKEN_FILE'));
  if (!roleArn || (!anyToken && !anyFile)) {
    role.report('assume_role_with_web_identity needs role_arn and a token');
    return undefined;
  }
  return definedOnly({
    roleArn,
    durationSeconds: duration(role, 'duration'),
    policy: role.string('policy'),
    policyArns: role.strings('policy_arns'),
    sessionName: role.string('session_name') || nonEmpty(environment, 'AWS_ROLE_SESSION_NAME'),
    token: anyToken,
    tokenFile: anyToken ? undefined : filePath(anyFile ?? '', role, context),
  });
}

const unitSeconds: Readonly<Record<string, number>> = {
  h: 3600,
  m: 60,
  s: 1,
  ms: 1e-3,
  us: 1e-6,
  µs: 1e-6,
  ns: 1e-9,
};

/** Go's `time.ParseDuration`, in whole seconds: `1h30m`, `900s`. */
function duration(attributes: AttributeReader, name: string): number | undefined {
  const text = attributes.string(name);
  if (!text) {
    return undefined;
  }
  const parts = [...text.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/g)];
  if (parts.map(([whole]) => whole).join('') !== text) {
    attributes.report(`${name} "${text}" is not a duration`);
    return undefined;
  }
  const seconds = parts.reduce(
    (sum, [, number, unit]) => sum + Number(number) * (unitSeconds[unit ?? ''] ?? 0),
    0,
  );
  return Math.floor(seconds);
}

/** Without what is empty, so that equal roles are equal however they are written. */
function definedOnly<T extends { readonly roleArn: string }>(role: {
  readonly [K in keyof T]: T[K] | undefined;
}): T {
  const entries = Object.entries(role).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(entries) as unknown as T;
}
