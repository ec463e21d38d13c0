import S3rver from '@20minutes/s3rver';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTempFolder, type TempFolder } from './tempFolder';

/** An embedded S3 on loopback, where a real terraform keeps its states. */
export class TestS3 {
  private constructor(
    private readonly server: Server,
    private readonly folder: TempFolder,
  ) {}

  static async start(bucket: string): Promise<TestS3> {
    const folder = createTempFolder('s3');
    const s3 = new S3rver({
      directory: folder.path,
      silent: true,
      // The signatures of current SDKs cover headers that s3rver does not know.
      allowMismatchedSignatures: true,
      configureBuckets: [{ name: bucket, configs: [] }],
    });
    await s3.configureBuckets();
    const server = createServer(s3.callback());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new TestS3(server, folder);
  }

  get endpoint(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.folder.remove();
  }
}
