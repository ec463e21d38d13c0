/**
 * How sessions of locks that people take here are made.
 *
 * `Behavior: delete`: when the session ends, Consul removes in that same step the keys that it holds, so a
 * window that closes leaves nothing behind. No health checks: the lock is to last exactly as long as its holder
 * renews it, and not to end with the node of whichever agent was asked.
 */
export const sessionTtlMs = 30_000;

/**
 * Nobody gets the lock for this long after a session has ended: what its holder sent last has arrived by then.
 * The holder is told after 18 s without a renewal (core/holdKeeper), 27 s before anybody else can have it.
 */
export const lockDelayMs = 15_000;

/** What operators see in `consul` as the session's name; also how the client knows its own sessions again. */
export const sessionName = 'Terraform State Lock (manual lock)';

/** What terraform names its sessions: the default of Consul's own lock helper. */
export const terraformSessionName = 'Consul API Lock';

export const sessionBody = JSON.stringify({
  Name: sessionName,
  TTL: `${String(sessionTtlMs / 1000)}s`,
  LockDelay: `${String(lockDelayMs / 1000)}s`,
  Behavior: 'delete',
  NodeChecks: [],
  // The same before Consul 1.7.
  Checks: [],
});
