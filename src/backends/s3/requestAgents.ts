import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { Agent, type AgentConnectOpts } from 'agent-base';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { LockFailure } from '../../core/lockError';
import type { Transport } from './awsTransport';
import { proxyFor } from './proxyChoice';

export interface AgentSettings {
  readonly keepAlive: boolean;
}

/** What the SDK's request handler is given. */
interface RequestAgents {
  readonly httpAgent: http.Agent | AgentSettings;
  readonly httpsAgent: http.Agent | https.AgentOptions;
}

/** Agents for one identity's requests. Node's own know no proxies, so the choice is made for each connection. */
export function requestAgents(
  transport: Transport | undefined,
  settings: AgentSettings,
): RequestAgents {
  const tls = tlsOptions(transport);
  if (transport?.httpProxy === undefined && transport?.httpsProxy === undefined) {
    return { httpAgent: settings, httpsAgent: { ...settings, ...tls } };
  }
  const agent = new ProxyChoosingAgent(transport, settings, tls);
  // The SDK takes an instance of either class for the agent itself, and anything else for options.
  return { httpAgent: agent, httpsAgent: agent };
}

function tlsOptions(transport: Transport | undefined): https.AgentOptions {
  return {
    ...(transport?.caBundle === undefined ? {} : { ca: readBundle(transport.caBundle) }),
    ...(transport?.insecure === true ? { rejectUnauthorized: false } : {}),
  };
}

function readBundle(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new LockFailure({
      reason: 'network',
      detail: `the certificates in ${file} cannot be read (${code})`,
    });
  }
}

/** Sends each connection through the proxy that is meant for its host, or through none. */
class ProxyChoosingAgent extends Agent {
  private readonly plainHttp: http.Agent;
  private readonly plainHttps: https.Agent;

  constructor(
    private readonly transport: Transport,
    settings: AgentSettings,
    private readonly tls: https.AgentOptions,
  ) {
    // Node adds an agent's options to each request: this is how the inner connection gets them.
    super({ ...settings, ...tls });
    this.plainHttp = new http.Agent(settings);
    this.plainHttps = new https.Agent({ ...settings, ...tls });
  }

  override connect(_request: http.ClientRequest, options: AgentConnectOpts): http.Agent {
    const secure = options.secureEndpoint;
    const { host, port } = options;
    const proxy = proxyFor({ host: host ?? 'localhost', port, secure }, this.transport);
    if (proxy === undefined) {
      return secure ? this.plainHttps : this.plainHttp;
    }
    // `connect` of these agents returns a socket; as agents they take over the request.
    return secure ? new HttpsProxyAgent(proxy, this.tls) : new HttpProxyAgent(proxy);
  }

  override destroy(): void {
    this.plainHttp.destroy();
    this.plainHttps.destroy();
    super.destroy();
  }
}
