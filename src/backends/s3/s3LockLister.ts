import type { ReadOptions } from '../../core/lockGateway';
import type { ListingPage, LockLister, LockSource, SourceSize } from '../../core/lockListing';
import type { StateRef } from '../../core/stateRef';
import type { BackendHost } from '../backend';
import { AwsSessions } from './awsSessions';
import { accessId } from './digests';
import { bucketPage } from './lockBucketList';
import { measureTable, scanPage } from './lockTableScan';
import type { AwsAccess } from './s3Config';

/** What is behind a source's `config`. */
interface SourceConfig {
  readonly access: AwsAccess;
}

/** The state that holds this LockID in this table. */
type TableState = (table: string, lockId: string, access: AwsAccess) => StateRef;

/** Lists all locks of a DynamoDB table or of an S3 bucket. */
export class S3LockLister implements LockLister {
  private readonly sessions: AwsSessions;

  constructor(
    host: BackendHost,
    private readonly tableState: TableState,
  ) {
    this.sessions = new AwsSessions(host);
  }

  listSources(states: readonly StateRef[]): Promise<readonly LockSource[]> {
    const sources = states.flatMap(sourcesOf);
    return Promise.resolve([...new Map(sources.map((source) => [source.id, source])).values()]);
  }

  async measureSource(
    source: LockSource,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<SourceSize> {
    if (source.kind === 'bucket') {
      return { kind: 'unknown' };
    }
    const session = this.sessions.table(accessOf(source));
    return measureTable({ table: source.name, label: source.label, session }, options, signal);
  }

  listPage(
    source: LockSource,
    after: string | undefined,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<ListingPage> {
    const { name, label } = source;
    const access = accessOf(source);
    if (source.kind === 'bucket') {
      const session = this.sessions.bucket(access);
      return bucketPage({ bucket: name, label, session }, after, options, signal);
    }
    return scanPage(
      { table: name, label, session: this.sessions.table(access) },
      after,
      options,
      signal,
    );
  }

  stateOfListed(source: LockSource, path: string): Promise<StateRef> {
    return source.unlockable
      ? Promise.resolve(this.tableState(source.name, path, accessOf(source)))
      : Promise.reject(new Error(`${source.label}: the state of a listed lock file is not known`));
  }
}

function accessOf(source: LockSource): AwsAccess {
  return (source.config as SourceConfig).access;
}

/** The tables of a state's places, and the bucket of the state itself. */
function sourcesOf(state: StateRef): LockSource[] {
  const bucket = state.path.slice(0, Math.max(0, state.path.length - state.key.length - 1));
  return state.places.flatMap((place) => {
    const config = place.config as { readonly access?: AwsAccess; readonly table?: string };
    return config.access === undefined
      ? []
      : [
          ...(config.table === undefined ? [] : [sourceOf('table', config.table, config.access)]),
          sourceOf('bucket', bucket, config.access),
        ];
  });
}

function sourceOf(kind: LockSource['kind'], name: string, access: AwsAccess): LockSource {
  const service = kind === 'table' ? 'DynamoDB table' : 'S3 bucket';
  const config: SourceConfig = { access };
  return {
    backend: 's3',
    id: [kind, accessId(access), name].join('|'),
    kind,
    name,
    label: `${service} ${name} in ${access.region}`,
    facts: [
      { label: kind === 'table' ? 'Table' : 'Bucket', value: name },
      { label: 'Region', value: access.region },
      ...(access.profile === undefined ? [] : [{ label: 'Profile', value: access.profile }]),
    ],
    unlockable: kind === 'table',
    config,
  };
}
