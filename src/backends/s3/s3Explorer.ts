import type { BackendBlock } from '../../core/backendBlock';
import { LockFailure } from '../../core/lockError';
import type { ReadOptions } from '../../core/lockGateway';
import type { ResolveContext } from '../../core/resolution';
import type { StateCheck } from '../../core/stateCheck';
import type { StateExplorer, WorkspaceList } from '../../core/stateExplorer';
import type { StateRef } from '../../core/stateRef';
import type { BackendHost } from '../backend';
import { AwsSessions } from './awsSessions';
import { withProfile } from './profileOverride';
import type { DynamoDbLockPlace, LockFilePlace } from './s3Backend';
import { readS3Config } from './s3Config';
import { listS3Workspaces } from './s3Workspaces';
import { checkDigest } from './stateDigest';

/** What the S3 backend can tell beside its locks: the workspaces of a bucket, and whether a state matches its digest. */
export class S3Explorer implements StateExplorer {
  private readonly sessions: AwsSessions;

  constructor(private readonly host: BackendHost) {
    this.sessions = new AwsSessions(host);
  }

  async listWorkspaces(
    block: BackendBlock,
    context: ResolveContext,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<WorkspaceList> {
    const read = readS3Config(block, this.host.environment, context.dirPath);
    if (!read.ok) {
      throw new LockFailure({ reason: read.reason, detail: read.detail });
    }
    const config = withProfile(read.config, this.host.settings().profile);
    return listS3Workspaces(config, this.sessions.bucket(config.access), options, signal);
  }

  /** Digests are only kept in lock tables. */
  async checkState(
    state: StateRef,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<StateCheck> {
    const configs = state.places.map(({ config }) => config as DynamoDbLockPlace | LockFilePlace);
    const place = configs.find((config) => config.kind === 'table');
    if (place === undefined) {
      throw new LockFailure({ reason: 'unsupported', detail: 'a digest without a lock table' });
    }
    const { access } = place;
    const sessions = { table: this.sessions.table(access), bucket: this.sessions.bucket(access) };
    return checkDigest(place, sessions, options, signal);
  }
}
