import { LockFailure } from '../../core/lockError';
import type { ReadOptions } from '../../core/lockGateway';
import type { ConsulCluster } from './consulCluster';
import { answerError } from './consulErrors';
import { notConsul, parseConsul } from './consulJson';
import { sessionBody } from './consulSession';

const asked = { action: 'session:write', resource: 'the node of the Consul agent' };

/** The sessions of locks that are taken here. */
export class ConsulSessions {
  private readonly created = new Set<string>();

  constructor(private readonly cluster: ConsulCluster) {}

  /** A session that holds nothing yet; unused it ends by itself. */
  async create({ timeoutMs }: ReadOptions, signal: AbortSignal): Promise<string> {
    const request = {
      method: 'PUT',
      path: 'session/create',
      body: sessionBody,
      timeoutMs,
    } as const;
    const answer = await this.cluster.send(request, signal);
    if (answer.status !== 200) {
      throw new LockFailure(answerError(answer, asked, this.cluster.access));
    }
    const { ID: id } = parseConsul(answer.text) as { readonly ID?: unknown };
    if (typeof id !== 'string' || id === '') {
      throw notConsul();
    }
    this.created.add(id);
    return id;
  }

  async renew(
    id: string,
    { timeoutMs }: ReadOptions,
    signal: AbortSignal,
  ): Promise<'renewed' | 'lost'> {
    const path = `session/renew/${encodeURIComponent(id)}`;
    const answer = await this.cluster.send({ method: 'PUT', path, timeoutMs }, signal);
    // A page of something in between, with the same status, does not end a session.
    if (answer.status === 404 && /session/i.test(answer.text)) {
      this.created.delete(id);
      return 'lost';
    }
    if (answer.status !== 200) {
      throw new LockFailure(answerError(answer, asked, this.cluster.access));
    }
    return 'renewed';
  }

  /** Ends a session; one that has ended already is no error. Not cancellable: somebody is cleaning up. */
  async destroy(id: string, { timeoutMs }: ReadOptions): Promise<void> {
    const path = `session/destroy/${encodeURIComponent(id)}`;
    const limit = AbortSignal.timeout(timeoutMs);
    const answer = await this.cluster.send({ method: 'PUT', path, timeoutMs }, limit);
    if (answer.status !== 200 || answer.text.trim() !== 'true') {
      throw new LockFailure(answerError(answer, asked, this.cluster.access));
    }
    this.created.delete(id);
  }

  /** Whether this client made the session; one that it did not make may hold other locks, too. */
  isOwn(id: string): boolean {
    return this.created.has(id);
  }
}
