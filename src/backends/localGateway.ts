import type { BackendBlock } from '../core/backendBlock';
import { toLockError } from '../core/lockError';
import type {
  AcquireOutcome,
  CreateTableOutcome,
  CreateTableRequest,
  LockGateway,
  PrepareOutcome,
  ReadOptions,
  ReleaseOptions,
  ReleaseOutcome,
  RenewOutcome,
  WatchAnswer,
  WatchOptions,
} from '../core/lockGateway';
import type { LockInfo } from '../core/lockInfo';
import type { LockPlace, LockReading, LockRecord } from '../core/lockPlace';
import type { RequiredPermissions } from '../core/permissions';
import type { ModuleFacts, Problem } from '../core/problems';
import type { ResolveContext, Resolution } from '../core/resolution';
import type { Fact } from '../core/stateRef';
import type { Backend, BackendHost, LockClient } from './backend';
import { resolveUnknown, runningContext } from './resolveTerragrunt';
import { resolveWithRecord } from './resolveWithRecord';

/** The gateway in the thread where the backends live: finds the backend of a place and asks its client. */
export class LocalGateway implements LockGateway {
  private readonly backends: ReadonlyMap<string, Backend>;
  private readonly clients = new Map<string, Promise<LockClient>>();

  constructor(
    backends: readonly Backend[],
    private readonly host: BackendHost,
  ) {
    this.backends = new Map(backends.map((backend) => [backend.type, backend]));
  }

  async resolve(block: BackendBlock, context: ResolveContext): Promise<Resolution> {
    const where = await runningContext(block, context, this.host);
    const { unknown } = block;
    if (unknown !== undefined) {
      const backendOf = (type: string): Backend | undefined => this.backends.get(type);
      return withOrigin(
        await resolveUnknown({ ...block, unknown }, where, this.host, backendOf),
        block,
      );
    }
    const backend = this.backends.get(block.type);
    if (backend === undefined) {
      return {
        kind: 'unresolved',
        error: { reason: 'unsupported', detail: unsupportedName(block.type) },
      };
    }
    return withOrigin(await resolveWithRecord(backend, block, where, this.host), block);
  }

  async readMany(
    places: readonly LockPlace[],
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<readonly LockReading[]> {
    const byBackend = new Map<string, LockPlace[]>();
    for (const place of places) {
      byBackend.set(place.backend, [...(byBackend.get(place.backend) ?? []), place]);
    }
    const readings = new Map<string, LockReading>();
    await Promise.all(
      [...byBackend].map(async ([type, group]) => {
        const answers = await this.readGroup(type, group, options, signal);
        group.forEach((place, index) => {
          const answer = answers[index];
          if (answer !== undefined) {
            readings.set(place.id, answer);
          }
        });
      }),
    );
    return places.map(
      (place) =>
        readings.get(place.id) ?? {
          ok: false,
          at: Date.now(),
          error: { reason: 'internal', detail: 'no answer', place: place.label },
        },
    );
  }

  private async readGroup(
    type: string,
    group: readonly LockPlace[],
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<readonly LockReading[]> {
    try {
      const client = await this.client(type);
      return await client.readMany(group, options, signal);
    } catch (error) {
      const failure = toLockError(error);
      return group.map(() => ({ ok: false, at: Date.now(), error: failure }));
    }
  }

  async awaitChange(
    places: readonly LockPlace[],
    options: WatchOptions,
    signal: AbortSignal,
  ): Promise<WatchAnswer> {
    // Places that are watched together are of one batch, and so of one backend.
    const [first] = places;
    try {
      const client = first === undefined ? undefined : await this.client(first.backend);
      return (await client?.awaitChange?.(places, options, signal)) ?? { kind: 'unsupported' };
    } catch (error) {
      return { kind: 'broken', error: toLockError(error) };
    }
  }

  async prepare(
    place: LockPlace,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<PrepareOutcome> {
    const client = await this.client(place.backend);
    return client.prepare?.(place, options, signal) ?? { kind: 'ready' };
  }

  async renew(
    place: LockPlace,
    record: LockRecord,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<RenewOutcome> {
    const client = await this.client(place.backend);
    return client.renew?.(place, record, options, signal) ?? { kind: 'renewed' };
  }

  async identify(
    place: LockPlace,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<readonly Fact[]> {
    const client = await this.client(place.backend);
    return client.identify(place, options, signal);
  }

  async acquire(
    place: LockPlace,
    info: LockInfo,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<AcquireOutcome> {
    const client = await this.client(place.backend);
    return client.acquire(place, info, options, signal);
  }

  async release(
    place: LockPlace,
    record: LockRecord,
    options: ReleaseOptions,
    signal: AbortSignal,
  ): Promise<ReleaseOutcome> {
    const client = await this.client(place.backend);
    return client.release(place, record, options, signal);
  }

  inspect(block: BackendBlock, facts: ModuleFacts): Promise<readonly Problem[]> {
    return Promise.resolve(this.backends.get(block.type)?.inspect?.(block, facts) ?? []);
  }

  async permissions(
    block: BackendBlock,
    context: ResolveContext,
  ): Promise<RequiredPermissions | undefined> {
    const where = await runningContext(block, context, this.host);
    return this.backends.get(block.type)?.permissions?.(block, where, this.host);
  }

  async createLockTable(
    place: LockPlace,
    request: CreateTableRequest,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<CreateTableOutcome> {
    const admin = await this.backends.get(place.backend)?.openTableAdmin?.(this.host);
    return admin === undefined
      ? { kind: 'failed', error: { reason: 'unsupported', detail: 'creating a lock table' } }
      : admin.create(place, request, options, signal);
  }

  private client(type: string): Promise<LockClient> {
    const backend = this.backends.get(type);
    if (backend === undefined) {
      return Promise.reject(new Error(`no backend ${type}`));
    }
    let client = this.clients.get(type);
    if (client === undefined) {
      client = backend.openClient(this.host);
      this.clients.set(type, client);
      // A failed load (no memory, a damaged file) must not be the answer for ever.
      client.catch(() => this.clients.delete(type));
    }
    return client;
  }
}

/** Says beside the state by whose rules its configuration was evaluated: that tool must be the one in use. */
function withOrigin(resolution: Resolution, { evaluatedBy }: BackendBlock): Resolution {
  if (resolution.kind !== 'state' || evaluatedBy === undefined) {
    return resolution;
  }
  const { state } = resolution;
  const value = evaluatedBy === 'OpenTofu' ? "OpenTofu's early evaluation" : 'Terragrunt';
  return {
    ...resolution,
    state: { ...state, facts: [...state.facts, { label: 'Evaluated as', value }] },
  };
}

function unsupportedName(type: string): string {
  return type === 'cloud' ? 'HCP Terraform (a "cloud" block)' : `The backend "${type}"`;
}
