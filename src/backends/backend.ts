import type { BackendBlock } from '../core/backendBlock';
import type { LockGateway } from '../core/lockGateway';
import type { LockLister } from '../core/lockListing';
import type { ResolveContext, Resolution } from '../core/resolution';

/** What a backend's client does over the network; `LockGateway` without `resolve`. */
export type LockClient = Omit<LockGateway, 'resolve'>;

/** Environment variables, as a port. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Settings that people make for a backend; from VS Code's settings, never from the workspace's files. */
export interface BackendSettings {
  /** Profiles with a `credential_process`: run it in the background too, or only when a person asks. */
  readonly credentialProcess: 'onRequest' | 'always';
}

export const defaultBackendSettings: BackendSettings = { credentialProcess: 'onRequest' };

/** What a backend is given. */
export interface BackendHost {
  readonly environment: Environment;
  /** The current workspace of a module: `TF_WORKSPACE`, else what `terraform workspace select` wrote. */
  workspaceOf(context: ResolveContext): Promise<string>;
  settings(): BackendSettings;
  /** Writes to the extension's log; never given secrets. */
  log(message: string): void;
}

/** One kind of backend. Adding one is one folder and one line in `registry.ts`. */
export interface Backend {
  /** The label of the block: `backend "<type>"`. */
  readonly type: string;
  /** Which state the block means and where its locks are. No network. */
  resolve(block: BackendBlock, context: ResolveContext, host: BackendHost): Promise<Resolution>;
  /** Loads what the network needs. Called once, when the first place of this backend is used. */
  openClient(host: BackendHost): Promise<LockClient>;
  /** Loads what listing whole tables or buckets needs. Missing where a backend's stores cannot be listed. */
  openLister?(host: BackendHost): Promise<LockLister>;
}
