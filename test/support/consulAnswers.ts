import type { ConsulStore, StoredKey } from './consulStore';
import { readingVerbs, transact, type WireOperation } from './consulTransaction';
import { durationMs, keyText, sessionText } from './consulWire';
import type { ConsulAcl } from './testConsul';

/** One request, as it arrived. */
export interface Called {
  readonly method: string;
  /** Behind `/v1/`, decoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly token: string;
  readonly authorization: string;
  readonly body: Buffer;
  readonly number: number;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly index?: bigint;
}

interface Served {
  readonly store: ConsulStore;
  readonly acl: ConsulAcl | undefined;
  readonly knowsGetOrEmpty: boolean;
}

const ok = (text: string): Answer => ({ status: 200, text });
const maxOperations = 128;

/** What Consul answers (agent/{kvs,session,txn}_endpoint.go). */
export async function answerOf(called: Called, served: Served, gone: AbortSignal): Promise<Answer> {
  const [first = '', ...rest] = called.path.split('/');
  const name = rest.join('/');
  served.store.by = `request ${String(called.number)}`;
  if (served.acl?.(called.token, 'key:read', '') === 'unknown') {
    return { status: 403, text: 'ACL not found' };
  }
  switch (`${called.method} ${first}`) {
    case 'GET kv':
      return readKeys(name, called, served, gone);
    case 'PUT kv':
      return allowed(called, served, 'key:write', name) ?? writeKey(name, called, served.store);
    case 'DELETE kv':
      return allowed(called, served, 'key:write', name) ?? deleteKey(name, called, served.store);
    case 'PUT txn':
      return transaction(called, served);
    case 'PUT session':
    case 'GET session':
      return sessionAnswer(rest[0] ?? '', rest[1] ?? '', called, served);
    case 'GET acl':
      return ok('{"AccessorID":"a1","Description":"state locks"}');
    default:
      return { status: 404, text: '' };
  }
}

function mayDo(
  called: Called,
  { acl }: Served,
  action: Parameters<ConsulAcl>[1],
  name: string,
): boolean {
  return acl === undefined || acl(called.token, action, name) === true;
}

function denial(action: string, name: string): string {
  return `Permission denied: token with AccessorID 'a1' lacks permission '${action}' on ${JSON.stringify(name)}`;
}

function allowed(
  called: Called,
  served: Served,
  action: Parameters<ConsulAcl>[1],
  name: string,
): Answer | undefined {
  return mayDo(called, served, action, name)
    ? undefined
    : { status: 403, text: denial(action, name) };
}

/** A read, which waits where it was given an index: until that has grown, or its time has gone by. */
async function readKeys(
  name: string,
  called: Called,
  served: Served,
  gone: AbortSignal,
): Promise<Answer> {
  const { query } = called;
  const isList = query.has('recurse') || query.has('keys');
  const refusal = isList ? undefined : allowed(called, served, 'key:read', name);
  if (refusal !== undefined) return refusal;
  const after = BigInt(query.get('index') ?? '0');
  const waitMs = after === 0n ? 0 : durationMs(query.get('wait') ?? '5m');
  const until = Date.now() + waitMs + (waitMs / 16) * Math.random();
  for (;;) {
    const { store } = served;
    const entries = isList
      ? store.under(name).filter(({ key }) => mayDo(called, served, 'key:read', key))
      : [store.get(name)].filter((entry) => entry !== undefined);
    const newest = entries
      .map(({ modifyIndex }) => modifyIndex)
      .sort(ascending)
      .at(-1);
    const index = newest ?? store.index;
    // An index that is ahead of the store's is one of before a restore: no waiting for it.
    if (index > after || after > store.index || Date.now() >= until || gone.aborted) {
      return { ...keysAnswer(name, entries, query), index };
    }
    await changeOrEnd(store, until, gone);
  }
}

function changeOrEnd(store: ConsulStore, until: number, gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      takeBack();
      gone.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, Math.max(1, until - Date.now()));
    const takeBack = store.onChange(end);
    gone.addEventListener('abort', end);
  });
}

function keysAnswer(name: string, entries: readonly StoredKey[], query: URLSearchParams): Answer {
  if (entries.length === 0) return { status: 404, text: '' };
  if (query.has('raw')) return ok(entries[0]?.value.toString() ?? '');
  if (!query.has('keys')) return ok(`[${entries.map(keyText).join(',')}]`);
  const separator = query.get('separator') ?? '';
  const names = entries.map(({ key }) => {
    const end = separator === '' ? -1 : key.indexOf(separator, name.length);
    return end < 0 ? key : key.slice(0, end + separator.length);
  });
  return ok(JSON.stringify([...new Set(names)]));
}

function writeKey(name: string, { query, body }: Called, store: ConsulStore): Answer {
  const write = { value: body, flags: BigInt(query.get('flags') ?? '0') };
  const [session, release, cas] = [query.get('acquire'), query.get('release'), query.get('cas')];
  if (session !== null) {
    if (store.session(session) === undefined) {
      return { status: 500, text: `invalid session ${JSON.stringify(session)}` };
    }
    return ok(String(!store.isDelayed(name) && store.lock(name, session, write) !== undefined));
  }
  if (release !== null) return ok(String(store.unlock(name, release, write)));
  if (cas !== null && (store.get(name)?.modifyIndex ?? 0n) !== BigInt(cas)) return ok('false');
  store.set(name, write);
  return ok('true');
}

function deleteKey(name: string, { query }: Called, store: ConsulStore): Answer {
  const cas = query.get('cas');
  if (cas !== null && store.get(name)?.modifyIndex !== BigInt(cas)) return ok('false');
  if (query.has('recurse')) for (const { key } of store.under(name)) store.delete(key);
  else store.delete(name);
  return ok('true');
}

function transaction(called: Called, served: Served): Answer {
  const text = called.body.toString().replace(/"(Flags|Index)":(\d+)/g, '"$1":"$2"');
  const operations = (JSON.parse(text) as readonly { readonly KV: WireOperation }[]).map(
    ({ KV: operation }) => operation,
  );
  if (operations.length > maxOperations) {
    return { status: 413, text: `Transaction contains too many operations` };
  }
  if (!served.knowsGetOrEmpty && operations.some(({ Verb: verb }) => verb === 'get-or-empty')) {
    return failedTransaction([{ OpIndex: 0, What: 'unknown KV verb "get-or-empty"' }]);
  }
  const refused = operations.flatMap(({ Verb: verb, Key: key }, index) => {
    const action = readingVerbs.has(verb) ? 'key:read' : 'key:write';
    // What a read finds is left out afterwards, not refused.
    return verb.startsWith('get') || mayDo(called, served, action, key)
      ? []
      : [{ OpIndex: index, What: denial(action, key) }];
  });
  if (refused.length > 0) return failedTransaction(refused);
  const outcome = transact(served.store, operations);
  if (outcome.kind === 'errors') return failedTransaction(outcome.errors);
  const visible = outcome.results.filter(({ key }) => mayDo(called, served, 'key:read', key));
  return ok(
    `{"Results":[${visible.map((one) => `{"KV":${keyText(one)}}`).join(',')}],"Errors":null}`,
  );
}

function failedTransaction(errors: readonly unknown[]): Answer {
  return { status: 409, text: JSON.stringify({ Results: null, Errors: errors }) };
}

function sessionAnswer(verb: string, id: string, called: Called, served: Served): Answer {
  const { store } = served;
  const action = called.method === 'GET' ? 'session:read' : 'session:write';
  if (verb === 'info') {
    const session = mayDo(called, served, action, 'node-1') ? store.session(id) : undefined;
    return { ...ok(`[${session === undefined ? '' : sessionText(session)}]`), index: store.index };
  }
  const refusal = allowed(called, served, action, 'node-1');
  if (refusal !== undefined) return refusal;
  switch (verb) {
    case 'create':
      return createSession(called, store);
    case 'renew': {
      const session = store.renewSession(id);
      return session === undefined
        ? { status: 404, text: `Session id '${id}' not found` }
        : ok(`[${sessionText(session)}]`);
    }
    case 'destroy':
      store.destroySession(id);
      return ok('true');
    default:
      return { status: 404, text: '' };
  }
}

function createSession({ body }: Called, store: ConsulStore): Answer {
  const fields = JSON.parse(body.toString() || '{}') as Readonly<Record<string, unknown>>;
  const text = (name: string): string => (typeof fields[name] === 'string' ? fields[name] : '');
  const ttlMs = durationMs(text('TTL'));
  if (ttlMs !== 0 && (ttlMs < 10_000 || ttlMs > 86_400_000)) {
    return { status: 400, text: `Invalid Session TTL '${text('TTL')}'` };
  }
  const delay = text('LockDelay');
  const id = store.createSession({
    name: text('Name'),
    ttl: text('TTL'),
    ttlMs,
    lockDelayMs: delay === '' ? 15_000 : durationMs(delay),
    behavior: text('Behavior') || 'release',
    checks: Array.isArray(fields['NodeChecks']) ? [] : ['serfHealth'],
  });
  return ok(JSON.stringify({ ID: id }));
}

function ascending(one: bigint, other: bigint): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
