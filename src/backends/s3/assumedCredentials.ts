import { readFile } from 'node:fs/promises';
import { fromTemporaryCredentials, fromWebToken } from '@aws-sdk/credential-providers';
import { requestHandlerOptions } from './awsClientOptions';
import type { AwsKeys, CredentialSource } from './awsCredentials';
import type { AssumeRole, WebIdentity } from './awsRoles';
import type { AwsAccess } from './s3Config';

/** Go's SDK asks for this long with `AssumeRole` where nothing is said; the JavaScript SDK would ask for an hour. */
const defaultDurationSeconds = 900;
/** Credentials are renewed this long before they expire. */
const renewBeforeMs = 60_000;

/** How the SDK reaches STS for this identity. */
export function stsClientConfig(access: AwsAccess): {
  readonly region: string;
  readonly endpoint?: string;
} {
  return {
    region: access.stsRegion ?? access.region,
    ...(access.endpoints.sts === undefined ? {} : { endpoint: access.endpoints.sts }),
    ...(access.useFips === true ? { useFipsEndpoint: true } : {}),
    ...(access.useDualstack === true ? { useDualstackEndpoint: true } : {}),
    ...requestHandlerOptions(access, { keepAlive: false }),
  };
}

/** `assume_role`, on top of whatever credentials there are. */
export function assumedRole(
  access: AwsAccess,
  role: AssumeRole,
  base: CredentialSource,
): CredentialSource {
  const provide = fromTemporaryCredentials({
    masterCredentials: base.provide,
    params: {
      RoleArn: role.roleArn,
      RoleSessionName: role.sessionName ?? sessionName(),
      DurationSeconds: role.durationSeconds ?? defaultDurationSeconds,
      ...(role.externalId === undefined ? {} : { ExternalId: role.externalId }),
      ...(role.policy === undefined ? {} : { Policy: role.policy }),
      ...(role.policyArns === undefined
        ? {}
        : { PolicyArns: role.policyArns.map((arn) => ({ arn })) }),
      ...(role.sourceIdentity === undefined ? {} : { SourceIdentity: role.sourceIdentity }),
      ...(role.tags === undefined
        ? {}
        : { Tags: Object.entries(role.tags).map(([Key, Value]) => ({ Key, Value })) }),
      ...(role.transitiveTagKeys === undefined
        ? {}
        : { TransitiveTagKeys: [...role.transitiveTagKeys] }),
    },
    clientConfig: stsClientConfig(access),
  });
  return { label: `role ${role.roleArn}, with ${base.label}`, provide: kept(provide) };
}

/** `assume_role_with_web_identity`: a token instead of credentials. The file is read each time: it is renewed. */
export function assumedWebIdentity(access: AwsAccess, role: WebIdentity): CredentialSource {
  const provide = async (): Promise<AwsKeys> => {
    const token = role.token ?? (await readFile(role.tokenFile ?? '', 'utf8')).trim();
    return fromWebToken({
      roleArn: role.roleArn,
      webIdentityToken: token,
      roleSessionName: role.sessionName ?? sessionName(),
      ...(role.durationSeconds === undefined ? {} : { durationSeconds: role.durationSeconds }),
      ...(role.policy === undefined ? {} : { policy: role.policy }),
      ...(role.policyArns === undefined
        ? {}
        : { policyArns: role.policyArns.map((arn) => ({ arn })) }),
      clientConfig: stsClientConfig(access),
    })();
  };
  return { label: `role ${role.roleArn}, with a web identity`, provide: kept(provide) };
}

function sessionName(): string {
  return `terraform-state-lock-${String(Date.now())}`;
}

/** The read and the write client ask for the same credentials: STS is asked once for both. */
function kept(provide: () => Promise<AwsKeys>): () => Promise<AwsKeys> {
  let last: Promise<AwsKeys> | undefined;
  return async () => {
    const known = await last?.catch(() => undefined);
    const expires = known?.expiration?.getTime() ?? 0;
    if (known !== undefined && expires - Date.now() > renewBeforeMs) {
      return known;
    }
    last = provide();
    return last;
  };
}
