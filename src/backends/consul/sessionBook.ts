import type { ReadOptions } from '../../core/lockGateway';
import type { ConsulCluster } from './consulCluster';
import { parseConsul } from './consulJson';
import type { SessionFacts } from './consulRecord';

/** So many sessions are remembered; then all are asked for again. */
const mostSessions = 500;

/**
 * What is known of sessions. Their facts never change and an ended one never comes back, so each is asked for
 * once. That a session is alive is never taken from here.
 */
export class SessionBook {
  private readonly known = new Map<string, SessionFacts | 'gone'>();

  constructor(private readonly cluster: ConsulCluster) {}

  /** Of the session that holds a lock; nothing where it cannot be had, which says nothing about the lock. */
  async facts(
    id: string,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<SessionFacts | undefined> {
    const known = this.known.get(id);
    if (known !== undefined && known !== 'gone') {
      return known;
    }
    const answer = await this.ask(id, options, signal).catch(() => undefined);
    if (answer === undefined || answer === 'gone') {
      // Ended since the keys were read, or hidden: Consul leaves out what a token may not read.
      return undefined;
    }
    this.remember(id, answer);
    return answer;
  }

  /** `gone` where the session that left something behind is known to have ended. */
  async ended(
    id: string | undefined,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<'gone' | undefined> {
    if (id === undefined) {
      return undefined;
    }
    if (this.known.get(id) === 'gone') {
      return 'gone';
    }
    const answer = await this.ask(id, options, signal).catch(() => undefined);
    if (answer !== 'gone') {
      return undefined;
    }
    this.remember(id, 'gone');
    return 'gone';
  }

  private async ask(
    id: string,
    { timeoutMs }: ReadOptions,
    signal: AbortSignal,
  ): Promise<SessionFacts | 'gone' | undefined> {
    const path = `session/info/${encodeURIComponent(id)}`;
    const query = { consistent: '' };
    const answer = await this.cluster.send({ method: 'GET', path, query, timeoutMs }, signal);
    if (answer.status !== 200) {
      return undefined;
    }
    const list = parseConsul(answer.text);
    const [session] = Array.isArray(list) ? (list as readonly unknown[]) : [];
    return session === undefined ? 'gone' : factsOf(session);
  }

  private remember(id: string, session: SessionFacts | 'gone'): void {
    if (this.known.size >= mostSessions) {
      this.known.clear();
    }
    this.known.set(id, session);
  }
}

function factsOf(value: unknown): SessionFacts {
  const session = value as Readonly<Record<string, unknown>>;
  const text = (name: string): string => {
    const field = session[name];
    return typeof field === 'string' ? field : '';
  };
  const nanoseconds = session['LockDelay'];
  const checks = session['NodeChecks'] ?? session['Checks'];
  return {
    name: text('Name'),
    node: text('Node'),
    ttl: text('TTL'),
    lockDelayMs: typeof nanoseconds === 'number' ? nanoseconds / 1e6 : 0,
    checks: Array.isArray(checks) ? checks.filter((check) => typeof check === 'string') : [],
  };
}
