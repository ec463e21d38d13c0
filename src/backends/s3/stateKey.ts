import path from 'node:path';

/**
 * The S3 key of a workspace's state, as Terraform forms it (s3/backend_state.go `path`): the default
 * workspace's key verbatim, any other `path.Join(workspace_key_prefix, workspace, key)`, which cleans.
 */
export function stateKey(
  config: { readonly key: string; readonly workspaceKeyPrefix: string },
  workspace: string,
): string {
  return workspace === 'default'
    ? config.key
    : goPathJoin(config.workspaceKeyPrefix, workspace, config.key);
}

/** Go's `path.Join`: drops empty elements, cleans, and never ends in a slash. */
export function goPathJoin(...elements: readonly string[]): string {
  const joined = elements.filter((element) => element !== '').join('/');
  if (joined === '') {
    return '';
  }
  const clean = path.posix.normalize(joined);
  return clean.length > 1 && clean.endsWith('/') ? clean.slice(0, -1) : clean;
}
