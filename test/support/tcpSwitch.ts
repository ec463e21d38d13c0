import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

/** A network between a client and a server on loopback that can be cut and mended. */
export class TcpSwitch {
  private readonly sockets = new Set<Socket>();
  private mode: 'up' | 'cut' | 'silent' = 'up';

  private constructor(
    private readonly server: Server,
    private readonly targetPort: number,
  ) {
    server.on('connection', (client) => {
      this.join(client);
    });
  }

  /** Starts in front of the server that listens at this address. */
  static async before(target: string): Promise<TcpSwitch> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new TcpSwitch(server, Number(new URL(target).port));
  }

  get endpoint(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  /** Ends every connection, and refuses new ones at once. */
  cut(): void {
    this.mode = 'cut';
    this.endAll();
  }

  /** Lets connections stand, and nothing through: as a cable that was pulled. */
  silence(): void {
    this.mode = 'silent';
  }

  mend(): void {
    this.mode = 'up';
    this.endAll();
  }

  async stop(): Promise<void> {
    this.endAll();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private endAll(): void {
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
  }

  private join(client: Socket): void {
    this.keep(client);
    if (this.mode === 'cut') {
      client.destroy();
      return;
    }
    const target = connect(this.targetPort, '127.0.0.1');
    this.keep(target);
    const pass = (from: Socket, to: Socket): void => {
      from.on('data', (chunk) => {
        if (this.mode === 'up') to.write(chunk);
      });
      from.on('close', () => to.destroy());
    };
    pass(client, target);
    pass(target, client);
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.sockets.delete(socket));
  }
}
