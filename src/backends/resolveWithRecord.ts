import type { BackendBlock } from '../core/backendBlock';
import { LockFailure } from '../core/lockError';
import type { ResolveContext, Resolution } from '../core/resolution';
import type { Backend, BackendHost } from './backend';
import { effectiveBlock } from './effectiveBlock';
import { backendConfigFiles, readRecordedBackend } from './recordedConfig';

/** Resolves a block as commands in its directory would: by what `terraform init` recorded, where it was run. */
export async function resolveWithRecord(
  backend: Backend,
  block: BackendBlock,
  context: ResolveContext,
  host: BackendHost,
): Promise<Resolution> {
  try {
    const recorded = await readRecordedBackend(host.environment, context);
    const effective = effectiveBlock(block, recorded);
    const resolution = await backend.resolve(effective.block, context, host);
    return recorded?.type === block.type
      ? withNotes(resolution, effective.notes)
      : withNotes(await withHint(resolution, context), effective.notes);
  } catch (error) {
    if (!LockFailure.is(error)) {
      throw error;
    }
    return { kind: 'unresolved', error: error.error };
  }
}

/** Adds sentences to what a person should know, or to the reason. */
export function withNotes(resolution: Resolution, notes: readonly string[]): Resolution {
  if (notes.length === 0) {
    return resolution;
  }
  if (resolution.kind === 'state') {
    return { ...resolution, notes: [...(resolution.notes ?? []), ...notes] };
  }
  const { error } = resolution;
  return {
    kind: 'unresolved',
    error: { ...error, detail: [error.detail, ...notes].filter(Boolean).join('. ') },
  };
}

/** A block that says too little, where there is no record: names the files that `terraform init` could be given. */
async function withHint(resolution: Resolution, context: ResolveContext): Promise<Resolution> {
  if (resolution.kind === 'state' || resolution.error.reason !== 'unresolved') {
    return resolution;
  }
  const files = await backendConfigFiles(context);
  const hint =
    files.length === 0
      ? 'terraform init has not been run here'
      : `terraform init has not been run here; it could be given -backend-config=${files.join(' or ')}`;
  const { error } = resolution;
  return {
    kind: 'unresolved',
    error: { ...error, detail: [error.detail, hint].filter(Boolean).join('; ') },
  };
}
