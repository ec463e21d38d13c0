import type { BackendBlock } from '../core/backendBlock';
import { LockFailure } from '../core/lockError';
import type { ResolveContext, Resolution } from '../core/resolution';
import type { Backend, BackendHost } from './backend';
import { readRecordedBackend, recordName } from './recordedConfig';
import { resolveWithRecord, withNotes } from './resolveWithRecord';
import { terragruntDirectory } from './terragruntDirectory';

/** For a block of Terragrunt's: the directory where Terraform runs. What it wrote there counts. */
export async function runningContext(
  { evaluatedBy }: BackendBlock,
  context: ResolveContext,
  { environment }: BackendHost,
): Promise<ResolveContext> {
  return evaluatedBy === 'Terragrunt' && context.dirPath !== undefined
    ? { ...context, dirPath: await terragruntDirectory(environment, context.dirPath) }
    : context;
}

/**
 * Resolves a block that the text does not tell: by what `terraform init` recorded, else by what Terragrunt
 * wrote last. Either may be older than the text, so it is said.
 */
export async function resolveUnknown(
  block: BackendBlock & { readonly unknown: NonNullable<BackendBlock['unknown']> },
  context: ResolveContext,
  host: BackendHost,
  backendOf: (type: string) => Backend | undefined,
): Promise<Resolution> {
  const cause = `${block.unknown.text} (${block.unknown.why})`;
  try {
    const recorded = await readRecordedBackend(host.environment, context);
    const backend = backendOf(recorded?.type ?? block.type);
    if (recorded === undefined && block.attributes.length === 0) {
      return { kind: 'unresolved', error: { reason: 'unresolved', detail: cause } };
    }
    if (backend === undefined) {
      const detail = `The backend "${recorded?.type ?? block.type}"`;
      return { kind: 'unresolved', error: { reason: 'unsupported', detail } };
    }
    const known =
      recorded === undefined ? block : { ...block, type: recorded.type, attributes: [] };
    const shown = recorded === undefined ? 'what Terragrunt wrote last' : recordName;
    return withNotes(await resolveWithRecord(backend, known, context, host), [
      `What Terragrunt makes of its configuration cannot be told here: ${cause}. Shown is ${shown}.`,
    ]);
  } catch (error) {
    if (!LockFailure.is(error)) {
      throw error;
    }
    return { kind: 'unresolved', error: error.error };
  }
}
