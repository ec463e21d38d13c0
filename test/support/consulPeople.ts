import { consulState } from '../../src/backends/consul/consulBackend';
import { readConsulConfig } from '../../src/backends/consul/consulConfig';
import { lockFlags } from '../../src/backends/consul/consulJson';
import { encodeLockInfo, formatCreated } from '../../src/core/lockInfo';
import type { StateRef } from '../../src/core/stateRef';
import { blockOf } from './awsBlocks';

/** The state that a consul block with these attributes means. */
export function consulStateOf(
  attributes: Readonly<Record<string, unknown>>,
  workspace = 'default',
  environment: Readonly<Record<string, string>> = {},
): StateRef {
  const block = { ...blockOf(attributes), type: 'consul' };
  const result = readConsulConfig(block, environment);
  if (!result.ok) throw new Error(result.detail);
  return consulState(result.config, workspace);
}

/** A lock as Terraform takes it (lock-protocols §4.3): its own requests, one after the other. */
export class TerraformAtConsul {
  private constructor(
    private readonly address: string,
    private readonly base: string,
    readonly session: string,
  ) {}

  static async takes(
    address: string,
    path: string,
    who = 'alice@build-07',
  ): Promise<TerraformAtConsul> {
    const base = path.replace(/\/+$/, '');
    const { ID: session } = (await put(address, 'session/create', {
      LockDelay: '5000ms',
      Name: 'Consul API Lock',
      TTL: '15s',
    })) as { ID: string };
    const holder = new TerraformAtConsul(address, base, session);
    const locked = await put(address, `kv/${base}/.lock?acquire=${session}&flags=${lockFlags}`);
    if (locked !== true) throw new Error('the lock is held');
    const record = encodeLockInfo({
      id: session,
      operation: 'OperationTypeApply',
      info: `consul session: ${session}`,
      who,
      version: '1.11.4',
      created: formatCreated(Date.now()),
      path,
    });
    await put(address, `kv/${base}/.lockinfo`, record);
    return holder;
  }

  /** Stays alive, as the client's monitor does. */
  async renew(): Promise<void> {
    await put(this.address, `session/renew/${this.session}`);
  }

  async givesBack(): Promise<void> {
    await fetch(`http://${this.address}/v1/kv/${this.base}/.lockinfo`, { method: 'DELETE' });
    await put(this.address, `kv/${this.base}/.lock?release=${this.session}&flags=${lockFlags}`);
    await fetch(`http://${this.address}/v1/kv/${this.base}/.lock`, { method: 'DELETE' });
    await put(this.address, `session/destroy/${this.session}`);
  }
}

async function put(address: string, path: string, body: unknown = ''): Promise<unknown> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await fetch(`http://${address}/v1/${path}`, { method: 'PUT', body: text });
  return JSON.parse(await answer.text()) as unknown;
}
