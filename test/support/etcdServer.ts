import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { findOnPath } from '../../scripts/bootstrap.mjs';
import { endProcess, onProcessEnd } from './cleanup';
import { eventually } from './eventually';
import { freePort } from './freePort';

const run = promisify(execFile);

export interface EtcdOptions {
  /** TLS: files in PEM form; `clientCa`: only clients with a certificate of it are let in. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly clientCa?: string };
}

/** Whether the real server and its command line are here. */
export function findEtcd(): boolean {
  return findOnPath('etcd') !== undefined && findOnPath('etcdctl') !== undefined;
}

/** A real etcd on free ports of loopback, with its data in a folder of its own. */
export class EtcdServer {
  private child: ChildProcess | undefined;
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'state-lock-etcd-'));
  private readonly holders = new Set<ChildProcess>();

  private constructor(
    private readonly port: number,
    private readonly peerPort: number,
    private readonly options: EtcdOptions,
  ) {
    onProcessEnd(() => {
      this.child?.kill('SIGKILL');
      for (const holder of this.holders) holder.kill('SIGKILL');
    });
  }

  static async start(options: EtcdOptions = {}): Promise<EtcdServer> {
    const server = new EtcdServer(await freePort(), await freePort(), options);
    await server.launch();
    return server;
  }

  get endpoint(): string {
    return `${this.options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${String(this.port)}`;
  }

  /** Ends at once, as by `kill -9`; the data stays. */
  async kill(): Promise<void> {
    if (this.child !== undefined) await endProcess(this.child);
  }

  async launch(): Promise<void> {
    const { tls } = this.options;
    const peer = `http://127.0.0.1:${String(this.peerPort)}`;
    const args = [
      ...['--name', 'one', '--data-dir', path.join(this.folder, 'data'), '--log-level', 'error'],
      ...['--listen-client-urls', this.endpoint, '--advertise-client-urls', this.endpoint],
      ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
      ...['--initial-cluster', `one=${peer}`],
      ...(tls === undefined ? [] : ['--cert-file', tls.cert, '--key-file', tls.key]),
      ...(tls?.clientCa === undefined
        ? []
        : ['--client-cert-auth', '--trusted-ca-file', tls.clientCa]),
    ];
    const child = spawn('etcd', args, { stdio: 'ignore' });
    this.child = child;
    await eventually('etcd to answer', async () => {
      if (child.exitCode !== null) throw new Error(`etcd ended with ${String(child.exitCode)}`);
      await this.ctl('endpoint', 'health');
      return true;
    });
  }

  async stop(): Promise<void> {
    for (const holder of this.holders) holder.kill('SIGKILL');
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Runs etcdctl and answers with what it printed. */
  async ctl(...args: string[]): Promise<string> {
    const { stdout } = await run('etcdctl', [...this.access(), ...args], {
      env: { ...process.env, ETCDCTL_API: '3' },
      timeout: 10_000,
    });
    return stdout;
  }

  /**
   * `etcdctl lock`: the same concurrency library that Terraform's backend uses takes the mutex of a state, and
   * stands in line where somebody has it. Resolves when it has the lock.
   */
  async lock(state: string, ttlSeconds = 60): Promise<EtcdHolder> {
    const holder = this.contend(state, ttlSeconds);
    const [output] = (await once(holder.stdout, 'data')) as [Buffer];
    const key = output.toString().trim();
    return {
      key,
      kill: () => this.end(holder, 'SIGKILL'),
      giveBack: () => this.end(holder, 'SIGINT'),
    };
  }

  /** Stands in line for a lock, without waiting until it has it. */
  contend(
    state: string,
    ttlSeconds = 60,
  ): ChildProcess & { stdout: NonNullable<ChildProcess['stdout']> } {
    const args = [...this.access(), 'lock', '--ttl', String(ttlSeconds), state];
    const holder = spawn('etcdctl', args, {
      env: { ...process.env, ETCDCTL_API: '3' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.holders.add(holder);
    return holder;
  }

  private async end(holder: ChildProcess, signal: NodeJS.Signals): Promise<void> {
    await endProcess(holder, signal);
    this.holders.delete(holder);
  }

  private access(): string[] {
    const { tls } = this.options;
    return [
      `--endpoints=${this.endpoint}`,
      ...(tls === undefined ? [] : [`--cacert=${tls.cert}`]),
      ...(tls?.clientCa === undefined ? [] : [`--cert=${tls.cert}`, `--key=${tls.key}`]),
    ];
  }
}

/** Somebody who has a lock by the mutex protocol alone. */
export interface EtcdHolder {
  /** The mutex key. */
  readonly key: string;
  kill(): Promise<void>;
  giveBack(): Promise<void>;
}
