import type { ReadOptions } from '../../core/lockGateway';
import type { ListingPage, LockLister, LockSource, SourceSize } from '../../core/lockListing';
import type { StateRef } from '../../core/stateRef';
import type { BackendHost } from '../backend';
import { AwsSessions } from './awsSessions';
import { accessId } from './digests';
import { bucketPage } from './lockBucketList';
import { measureTable, scanPage } from './lockTableScan';
import type { DynamoDbLockPlace, LockFilePlace } from './s3Backend';
import type { AwsAccess, ObjectSettings } from './s3Config';

/** What is behind a source's `config`. */
interface SourceConfig {
  readonly access: AwsAccess;
  /** How the workspace's states of a bucket are written, by their keys. */
  readonly settings: Map<string, ObjectSettings>;
}

/** The states behind locks of which only the path is known. */
export interface ListedStates {
  inTable(table: string, lockId: string, access: AwsAccess): StateRef;
  inBucket(bucket: string, path: string, access: AwsAccess, settings: ObjectSettings): StateRef;
}

/** Lists all locks of a DynamoDB table or of an S3 bucket. */
export class S3LockLister implements LockLister {
  private readonly sessions: AwsSessions;

  constructor(
    host: BackendHost,
    private readonly states: ListedStates,
  ) {
    this.sessions = new AwsSessions(host);
  }

  listSources(states: readonly StateRef[]): Promise<readonly LockSource[]> {
    const sources = new Map<string, LockSource>();
    for (const state of states) {
      for (const source of sourcesOf(state)) {
        const known = sources.get(source.id) ?? source;
        sources.set(source.id, known);
        configOf(source).settings.forEach((each, key) => configOf(known).settings.set(key, each));
      }
    }
    return Promise.resolve([...sources.values()]);
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
    const { access, settings } = configOf(source);
    return Promise.resolve(
      source.kind === 'table'
        ? this.states.inTable(source.name, path, access)
        : this.states.inBucket(source.name, path, access, settingsOf(source.name, path, settings)),
    );
  }
}

function configOf(source: LockSource): SourceConfig {
  return source.config as SourceConfig;
}

function accessOf(source: LockSource): AwsAccess {
  return configOf(source).access;
}

/**
 * How a listed lock file is written: as its state, where that is in the workspace; else as another state of the
 * bucket, first of all one with a customer's key, without which such files could not be read. It is tried both ways.
 */
function settingsOf(
  bucket: string,
  path: string,
  known: ReadonlyMap<string, ObjectSettings>,
): ObjectSettings {
  const all = [...known.values()];
  return (
    known.get(path.slice(bucket.length + 1)) ??
    all.find(({ sseCustomerKey }) => sseCustomerKey !== undefined) ??
    all[0] ?? { encrypt: false, skipChecksum: false }
  );
}

/** The tables of a state's places, and the bucket of the state itself. */
function sourcesOf(state: StateRef): LockSource[] {
  const bucket = state.path.slice(0, Math.max(0, state.path.length - state.key.length - 1));
  return state.places.flatMap((place) => {
    const config = place.config as DynamoDbLockPlace | LockFilePlace;
    const { access } = config;
    const written = config.kind === 'table' ? config.object.settings : config.settings;
    return [
      ...(config.kind === 'table' ? [sourceOf('table', config.table, access)] : []),
      sourceOf('bucket', bucket, access, [[state.key, written]]),
    ];
  });
}

function sourceOf(
  kind: LockSource['kind'],
  name: string,
  access: AwsAccess,
  settings: readonly (readonly [string, ObjectSettings])[] = [],
): LockSource {
  const service = kind === 'table' ? 'DynamoDB table' : 'S3 bucket';
  const config: SourceConfig = { access, settings: new Map(settings) };
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
    unlockable: true,
    config,
  };
}
