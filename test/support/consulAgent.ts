import { spawn, type ChildProcess } from 'node:child_process';
import { findConsul } from '../../scripts/consul.mjs';
import { endProcess, onProcessEnd } from './cleanup';
import { ConsulDouble } from './consulDouble';
import { eventually } from './eventually';
import { freePort } from './freePort';
import { projectRoot } from './projectRoot';
import { createTempFolder } from './tempFolder';

/** A Consul to run tests at. */
export interface ConsulServer {
  /** `127.0.0.1:8500`. */
  readonly address: string;
  /** Ends at once; the data stays. */
  kill(): Promise<void>;
  /** On the same port, with the same data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export const noConsul = 'there is no Consul on PATH, and none could be had from Debian';

/** Whether the real server is here. */
export function hasConsul(): boolean {
  return findConsul(projectRoot) !== undefined;
}

/** Which of the two `startConsul` starts, for the titles of tests. */
export const consulName = hasConsul() ? 'a real Consul agent' : 'the protocol double';

/** A real agent where there is one, else the protocol double. */
export function startConsul(): Promise<ConsulServer> {
  return hasConsul() ? ConsulAgent.start() : ConsulDouble.start();
}

/** A real agent of Consul, a server by itself, on free ports of loopback. */
export class ConsulAgent implements ConsulServer {
  private child: ChildProcess | undefined;
  private readonly temp = createTempFolder('consul-agent');

  private constructor(
    private readonly port: number,
    private readonly args: readonly string[],
  ) {
    onProcessEnd(() => this.child?.kill('SIGKILL'));
  }

  /** @param configuration more of it, in Consul's own language */
  static async start(...configuration: string[]): Promise<ConsulAgent> {
    const [http, serf, server] = [await freePort(), await freePort(), await freePort()];
    const agent = new ConsulAgent(http, [
      '-node=node-1',
      '-server',
      '-bootstrap-expect=1',
      '-bind=127.0.0.1',
      '-client=127.0.0.1',
      `-http-port=${String(http)}`,
      `-serf-lan-port=${String(serf)}`,
      `-server-port=${String(server)}`,
      '-dns-port=-1',
      '-serf-wan-port=-1',
      '-hcl=performance { raft_multiplier = 1 }',
      ...configuration.map((part) => `-hcl=${part}`),
    ]);
    await agent.launch();
    return agent;
  }

  get address(): string {
    return `127.0.0.1:${String(this.port)}`;
  }

  async kill(): Promise<void> {
    if (this.child !== undefined) await endProcess(this.child);
  }

  /** Takes connections, and answers nothing any more. */
  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  restart(): Promise<void> {
    return this.launch();
  }

  async stop(): Promise<void> {
    await this.kill();
    this.temp.remove();
  }

  /** A request to the HTTP API. @param path behind `/v1/` */
  async api(method: string, path: string, body?: unknown, token = ''): Promise<unknown> {
    const answer = await fetch(`http://${this.address}/v1/${path}`, {
      method,
      headers: { 'X-Consul-Token': token },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${String(answer.status)} ${text}`);
    return JSON.parse(text) as unknown;
  }

  /** The token that may do everything, where access rules are on; given once. */
  async bootstrap(): Promise<string> {
    return ((await this.api('PUT', 'acl/bootstrap')) as { SecretID: string }).SecretID;
  }

  /** A token that may do what these rules say. @param root one that may do everything */
  async newToken(root: string, name: string, rules: string): Promise<string> {
    await this.api('PUT', 'acl/policy', { Name: name, Rules: rules }, root);
    const token = await this.api(
      'PUT',
      'acl/token',
      { Description: name, Policies: [{ Name: name }] },
      root,
    );
    return (token as { SecretID: string }).SecretID;
  }

  /** From now on who has no token may neither read nor write keys. Needs access rules that are on. */
  async forbidKeys(): Promise<void> {
    const root = await this.bootstrap();
    const rules = 'key_prefix "" { policy = "deny" }';
    await this.api('PUT', 'acl/policy', { Name: 'no-keys', Rules: rules }, root);
    const anonymous = '00000000-0000-0000-0000-000000000002';
    const policies = { AccessorID: anonymous, Policies: [{ Name: 'no-keys' }] };
    await this.api('PUT', `acl/token/${anonymous}`, policies, root);
  }

  private async launch(): Promise<void> {
    const binary = findConsul(projectRoot);
    if (binary === undefined) throw new Error(noConsul);
    const args = ['agent', `-data-dir=${this.temp.path}`, ...this.args];
    const child = spawn(binary, args, { stdio: 'ignore' });
    this.child = child;
    await eventually(
      'Consul to have a leader',
      async () => {
        if (child.exitCode !== null) throw new Error(`consul ended with ${String(child.exitCode)}`);
        // Only a leader takes writes, and only one that is ready knows who may not.
        const answer = await fetch(`http://${this.address}/v1/kv/ready?cas=1`, { method: 'PUT' });
        return answer.status === 200 || answer.status === 403;
      },
      Boolean,
      { timeoutMs: 30_000 },
    );
  }
}

/** The session that holds a key; undefined where there is no key. */
export async function sessionAt(address: string, key: string): Promise<string | undefined> {
  const answer = await fetch(`http://${address}/v1/kv/${key}`);
  if (answer.status === 404) return undefined;
  const [entry] = (await answer.json()) as { readonly Session?: string }[];
  return entry?.Session ?? '';
}
