import { createServer, request as send, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A proxy on loopback that knows a few hosts, and counts what it is given. */
export class ForwardProxy {
  count = 0;

  private constructor(private readonly server: Server) {}

  /** @param hosts the endpoint behind each host name. */
  static async start(hosts: Readonly<Record<string, string>>): Promise<ForwardProxy> {
    const server = createServer((incoming, outgoing) => {
      proxy.count += 1;
      const written = incoming.url ?? '';
      // By hand: a URL object would fold `..` away.
      const [, host = '', target = ''] = /^http:\/\/([^/]*)(.*)$/.exec(written) ?? [];
      const endpoint = new URL(hosts[host] ?? 'http://127.0.0.1:9');
      const { method, headers } = incoming;
      const onward = send(
        { host: endpoint.hostname, port: endpoint.port, path: target, method, headers },
        (answer) => {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
        },
      );
      onward.on('error', () => outgoing.writeHead(502).end());
      incoming.pipe(onward);
    });
    const proxy = new ForwardProxy(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}
