import type { BackendBlock } from '../core/backendBlock';
import type {
  CreateTableOutcome,
  CreateTableRequest,
  LockGateway,
  ReadOptions,
} from '../core/lockGateway';
import type { LockLister } from '../core/lockListing';
import type { LockPlace } from '../core/lockPlace';
import type { RequiredPermissions } from '../core/permissions';
import type { ModuleFacts, Problem } from '../core/problems';
import type { ResolveContext, Resolution } from '../core/resolution';
import type { StateExplorer } from '../core/stateExplorer';

/**
 * What a backend's client does over the network; the rest of `LockGateway` is the backend's own. Without
 * `awaitChange` its places are polled; without `prepare` and `renew` its locks need neither.
 */
export type LockClient = Pick<LockGateway, 'readMany' | 'identify' | 'acquire' | 'release'> &
  Partial<Pick<LockGateway, 'awaitChange' | 'prepare' | 'renew'>>;

/** Creates what locks are kept in, where a backend can. */
export interface TableAdmin {
  create(
    place: LockPlace,
    request: CreateTableRequest,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<CreateTableOutcome>;
}

/** Environment variables, as a port. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Settings that people make for a backend; from VS Code's settings, never from the workspace's files. */
export interface BackendSettings {
  /** Profiles with a `credential_process`: run it in the background too, or only when a person asks. */
  readonly credentialProcess: 'onRequest' | 'always';
  /** The AWS profile that takes the place of what blocks and the environment name. */
  readonly profile?: string;
}

export const defaultBackendSettings: BackendSettings = { credentialProcess: 'onRequest' };

/** What a backend is given. */
export interface BackendHost {
  readonly environment: Environment;
  /** The workspace that is meant: the context's, else `TF_WORKSPACE`, else what `terraform workspace select` wrote. */
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
  /** What the block's text says against itself. No files, no environment, no network. */
  inspect?(block: BackendBlock, facts: ModuleFacts): readonly Problem[];
  /** What the service must permit, in the terms of this backend. No network. */
  permissions?(
    block: BackendBlock,
    context: ResolveContext,
    host: BackendHost,
  ): Promise<RequiredPermissions>;
  /** Loads what creating a lock table needs. */
  openTableAdmin?(host: BackendHost): Promise<TableAdmin>;
  /** Loads what the network needs. Called once, when the first place of this backend is used. */
  openClient(host: BackendHost): Promise<LockClient>;
  /** Loads what listing whole tables or buckets needs. Missing where a backend's stores cannot be listed. */
  openLister?(host: BackendHost): Promise<LockLister>;
  /** Loads what looking at more than locks needs: as much of it as the states' `capabilities` name. */
  openExplorer?(host: BackendHost): Promise<Partial<StateExplorer>>;
}
