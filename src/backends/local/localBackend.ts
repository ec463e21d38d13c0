import path from 'node:path';
import type { BackendBlock } from '../../core/backendBlock';
import type { ResolveContext, Resolution } from '../../core/resolution';
import type { StateRef } from '../../core/stateRef';
import { AttributeReader } from '../attributes';
import type { Backend } from '../backend';

/** What the client needs to know of a place: two files side by side. */
export interface LocalLockPlace {
  /** Absolute. The lock is the kernel's, on this file. */
  readonly stateFile: string;
  /** Absolute. Says who holds the lock, and is no lock itself. */
  readonly infoFile: string;
}

/** `backend "local"`: the state is a file, its lock one of the kernel's on that file. */
export const localBackend: Backend = {
  type: 'local',

  async resolve(block, context, host) {
    const attributes = new AttributeReader(block);
    const configured = attributes.string('path');
    const workspaceDir = attributes.string('workspace_dir');
    const problems = [
      ...attributes.problems,
      ...(configured === '' ? ['path is empty'] : []),
      ...(workspaceDir === '' ? ['workspace_dir is empty'] : []),
      ...unparsed(block),
    ];
    if (problems.length > 0) {
      return unresolved(problems.join('; '));
    }
    const workspace = await host.workspaceOf(context);
    const file = statePath({ path: configured, workspaceDir }, workspace);
    return path.isAbsolute(file) || context.dirPath !== undefined
      ? { kind: 'state', state: localState(file, workspace, context) }
      : unresolved('the module is not in a directory of this machine');
  },

  async openClient(host) {
    const { LocalLockClient } = await import('./localLockClient');
    return new LocalLockClient(host);
  },
};

function unparsed({ parse }: BackendBlock): string[] {
  return parse === 'unparsed' ? ['the block cannot be parsed as it stands'] : [];
}

function unresolved(detail: string): Resolution {
  return { kind: 'unresolved', error: { reason: 'unresolved', detail } };
}

/**
 * The state file as Terraform forms it (internal/backend/local/backend.go `StatePaths`): `path` is that of
 * the default workspace alone; the others have a folder each in `workspace_dir`, and always the same name.
 */
export function statePath(
  config: { readonly path?: string | undefined; readonly workspaceDir?: string | undefined },
  workspace: string,
): string {
  return workspace === 'default'
    ? (config.path ?? 'terraform.tfstate')
    : path.join(config.workspaceDir ?? 'terraform.tfstate.d', workspace, 'terraform.tfstate');
}

/** Beside the state file, hidden; a dot that the name itself begins with is dropped first. */
export function infoPath(stateFile: string): string {
  const name = path.basename(stateFile).replace(/^\./, '');
  return path.join(path.dirname(stateFile), `.${name}.lock.info`);
}

function localState(file: string, workspace: string, { dirPath }: ResolveContext): StateRef {
  const stateFile = path.resolve(dirPath ?? '', file);
  const config: LocalLockPlace = { stateFile, infoFile: infoPath(stateFile) };
  return {
    id: `local|${stateFile}`,
    backend: 'local',
    key: file,
    // Terraform writes the path as it is configured. Whoever is refused is told more by the whole one.
    path: stateFile,
    workspace,
    facts: [
      { label: 'File', value: stateFile },
      { label: 'Workspace', value: workspace },
    ],
    places: [
      {
        backend: 'local',
        id: `local|${stateFile}`,
        batchKey: 'local',
        label: `State file ${stateFile}`,
        facts: [{ label: 'Lock record', value: config.infoFile }],
        heldByProcess: true,
        watchable: true,
        config,
      },
    ],
  };
}
