import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import type { ReadOptions } from '../../core/lockGateway';
import type { WorkspaceList } from '../../core/stateExplorer';
import type { AwsSession } from './awsSession';
import { bucketError, keysOf } from './lockBucketList';
import type { S3Config } from './s3Config';

/**
 * The workspaces that have a state, as `terraform workspace list` finds them (s3/backend_state.go): by the keys
 * below `workspace_key_prefix`, `default` always and first. Unlike Terraform, a refused list is never taken for
 * an empty one.
 */
export async function listS3Workspaces(
  config: S3Config,
  session: AwsSession<S3Client>,
  options: ReadOptions,
  signal: AbortSignal,
): Promise<WorkspaceList> {
  const { bucket, access, workspaceKeyPrefix: prefix } = config;
  const label = `S3 bucket ${bucket} in ${access.region}`;
  const names = new Set<string>();
  let after: string | undefined;
  do {
    const command = new ListObjectsV2Command({
      Bucket: bucket,
      // As it is configured, though keys are cleaned: what Terraform does not find is not found here either.
      Prefix: prefix === '' ? '' : `${prefix}/`,
      MaxKeys: 1000,
      ...(after === undefined ? {} : { ContinuationToken: after }),
    });
    const result = await session.read('s3:ListBucket', options, signal, (client, abortSignal) =>
      client.send(command, { abortSignal }),
    );
    if (!result.ok) {
      return { kind: 'failed', error: bucketError(result.thrown, 's3:ListBucket', label) };
    }
    const keys = keysOf(result.value);
    const next = result.value.NextContinuationToken;
    if (keys === undefined || (next !== undefined && next === after)) {
      const detail = 'the answer is not one of S3';
      return { kind: 'failed', error: { reason: 'malformed', place: label, detail } };
    }
    keys.forEach((key) => names.add(workspaceOfKey(key, config)));
    after = next;
  } while (after !== undefined);
  ['', 'default'].forEach((name) => names.delete(name));
  return { kind: 'list', workspaces: ['default', ...[...names].sort(byBytes)] };
}

/** The workspace whose state has this key; empty where it is none of this configuration's (`keyEnv`). */
export function workspaceOfKey(
  key: string,
  config: Pick<S3Config, 'key' | 'workspaceKeyPrefix'>,
): string {
  const prefix = config.workspaceKeyPrefix === '' ? '' : `${config.workspaceKeyPrefix}/`;
  if (!key.startsWith(prefix)) {
    return '';
  }
  const rest = key.slice(prefix.length);
  const slash = rest.indexOf('/');
  return slash >= 0 && rest.slice(slash + 1) === config.key ? rest.slice(0, slash) : '';
}

/** Go sorts strings by their bytes. */
function byBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
