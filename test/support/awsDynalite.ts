import dynalite from 'dynalite';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { callHandler, type Answer } from './awsCall';
import type { Fault, Intercept } from './awsFaults';
import { eventually } from './eventually';

export type RawItem = Readonly<Record<string, unknown>>;

/** A request as it arrived at the server. */
export interface LoggedRequest {
  readonly operation: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly accessKeyId: string;
  /** Of the signature. */
  readonly region: string;
}

/** A write that was carried out or refused, with the item as it was before. */
export interface Effect {
  readonly request: LoggedRequest;
  readonly applied: boolean;
  readonly before: RawItem | undefined;
}

/** An embedded DynamoDB on loopback that counts requests, can misbehave, and says what each write did. */
export class TestDynamoDb {
  readonly requests: LoggedRequest[] = [];
  /** What happens to requests; nothing unless a test sets it. */
  intercept: Intercept = () => undefined;
  /** Whether a refused condition carries the item, as with AWS; dynalite itself never does. */
  returnsItemOnRefusal = true;
  /** Called as a request has arrived, before anything else happens to it. */
  onArrival: (request: LoggedRequest) => void = () => undefined;
  /** Called for each write in the exact order in which writes took effect on an item. */
  onEffect: (effect: Effect) => void = () => undefined;
  connections = 0;
  private readonly inFlight = new Map<string, { now: number; most: number }>();
  private readonly lastWrite = new Map<string, Promise<unknown>>();

  private constructor(
    private readonly server: Server,
    private readonly handler: RequestListener,
  ) {
    server.on('connection', () => (this.connections += 1));
    server.on('request', (request, response) => {
      void this.serve(request, response);
    });
  }

  static async start(): Promise<TestDynamoDb> {
    const server = dynalite({ createTableMs: 0 });
    const [handler] = server.listeners('request') as RequestListener[];
    if (handler === undefined) throw new Error('dynalite listens to no requests');
    server.removeAllListeners('request');
    const db = new TestDynamoDb(server, handler);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return db;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  /** How many requests arrived, of one operation or in all. */
  count(operation?: string): number {
    return this.requests.filter((request) => !operation || request.operation === operation).length;
  }

  /** How many requests of an operation were under way at once, at most. */
  mostAtOnce(operation: string): number {
    return this.inFlight.get(operation)?.most ?? 0;
  }

  /** Forgets requests and faults; tables stay. */
  reset(): void {
    this.requests.length = 0;
    this.inFlight.clear();
    this.connections = 0;
    this.intercept = () => undefined;
    this.onArrival = () => undefined;
    this.onEffect = () => undefined;
    this.returnsItemOnRefusal = true;
  }

  /** Creates a table as Terraform wants it, or with another key. */
  async createTable(name: string, key = 'LockID', type = 'S'): Promise<void> {
    await this.admin('CreateTable', {
      TableName: name,
      KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: key, AttributeType: type }],
      ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
    });
    // Even at 0 ms a table is created a moment after the answer.
    await eventually(
      `the table ${name}`,
      () => this.admin('DescribeTable', { TableName: name }),
      isActive,
      {
        intervalMs: 5,
      },
    );
  }

  async put(table: string, item: RawItem): Promise<void> {
    await this.admin('PutItem', { TableName: table, Item: item });
  }

  /** Many items, 25 with each request as DynamoDB allows. */
  async putMany(table: string, items: readonly RawItem[]): Promise<void> {
    for (let start = 0; start < items.length; start += 25) {
      const writes = items.slice(start, start + 25).map((item) => ({ PutRequest: { Item: item } }));
      await this.admin('BatchWriteItem', { RequestItems: { [table]: writes } });
    }
  }

  /** A lock item as Terraform writes it. */
  async putLock(table: string, lockId: string, info: string): Promise<void> {
    await this.put(table, { LockID: { S: lockId }, Info: { S: info } });
  }

  async remove(table: string, lockId: string): Promise<void> {
    await this.admin('DeleteItem', { TableName: table, Key: { LockID: { S: lockId } } });
  }

  async get(table: string, lockId: string): Promise<RawItem | undefined> {
    const key = { LockID: { S: lockId } };
    const got = await this.admin('GetItem', { TableName: table, Key: key, ConsistentRead: true });
    return got['Item'] as RawItem | undefined;
  }

  private async admin(operation: string, body: unknown): Promise<RawItem> {
    const answer = await this.execute(operation, JSON.stringify(body));
    if (answer.status !== 200) throw new Error(`${operation} failed: ${answer.body}`);
    return JSON.parse(answer.body) as RawItem;
  }

  private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
    } catch {
      // The client went away before its request was whole: nothing arrived.
      return;
    }
    const body = Buffer.concat(chunks).toString();
    const operation = String(incoming.headers['x-amz-target']).replace(/^.*\./, '');
    const { accessKeyId, region } = signerOf(incoming.headers.authorization);
    const request = { operation, body: JSON.parse(body) as RawItem, accessKeyId, region };
    this.requests.push(request);
    this.onArrival(request);
    const flight = this.inFlight.get(operation) ?? { now: 0, most: 0 };
    flight.now += 1;
    flight.most = Math.max(flight.most, flight.now);
    this.inFlight.set(operation, flight);
    await this.answer(request, body, response, this.intercept(request));
    flight.now -= 1;
  }

  private async answer(
    request: LoggedRequest,
    body: string,
    response: ServerResponse,
    fault: Fault | undefined,
  ): Promise<void> {
    switch (fault?.kind) {
      case 'answer':
        reply(response, fault);
        return;
      case 'blackHole':
        return;
      case 'dropped':
        response.destroy();
        return;
      case 'lostAnswer':
        await this.carryOut(request, body);
        response.destroy();
        return;
      case 'unprocessed':
        reply(response, await this.carryOutPart(request, fault.processed));
        return;
      case 'delay':
        await sleep(fault.ms);
        reply(response, await this.carryOut(request, body));
        return;
      case undefined:
        reply(response, await this.carryOut(request, body));
        return;
    }
  }

  private carryOut(request: LoggedRequest, body: string): Promise<Answer> {
    return request.operation === 'PutItem' || request.operation === 'DeleteItem'
      ? this.write(request, body)
      : this.execute(request.operation, body);
  }

  /** Writes to one item run one after the other, as DynamoDB's do, so that their order is known. */
  private write(request: LoggedRequest, body: string): Promise<Answer> {
    const table = String(request.body['TableName']);
    const keys = (request.body['Key'] ?? request.body['Item']) as Record<string, { S?: string }>;
    const lockId = keys['LockID']?.S ?? '';
    const item = `${table}/${lockId}`;
    const previous = this.lastWrite.get(item) ?? Promise.resolve();
    const written = previous.then(async () => {
      const before = await this.get(table, lockId).catch(() => undefined);
      const answer = await this.execute(request.operation, body);
      this.onEffect({ request, applied: answer.status === 200, before });
      const wantsItem = request.body['ReturnValuesOnConditionCheckFailure'] === 'ALL_OLD';
      const refused = answer.body.includes('ConditionalCheckFailedException');
      return this.returnsItemOnRefusal && wantsItem && refused && before !== undefined
        ? {
            ...answer,
            body: JSON.stringify({ ...(JSON.parse(answer.body) as RawItem), Item: before }),
          }
        : answer;
    });
    this.lastWrite.set(
      item,
      written.catch(() => undefined),
    );
    return written;
  }

  private async carryOutPart(request: LoggedRequest, processed: number): Promise<Answer> {
    const asked = Object.entries(
      request.body['RequestItems'] as Record<string, { Keys: unknown[] }>,
    );
    const part = asked.map(([table, of]) => [table, { ...of, Keys: of.Keys.slice(0, processed) }]);
    const rest = asked.map(([table, of]) => [table, { ...of, Keys: of.Keys.slice(processed) }]);
    const body = { RequestItems: Object.fromEntries(part) as unknown };
    const answer = await this.execute(request.operation, JSON.stringify(body));
    const some = {
      ...(JSON.parse(answer.body) as RawItem),
      UnprocessedKeys: Object.fromEntries(rest) as unknown,
    };
    return { ...answer, body: JSON.stringify(some) };
  }

  private execute(operation: string, body: string): Promise<Answer> {
    return callHandler(this.handler, operation, body);
  }
}

/** Who signed a request, and for which region. */
export function signerOf(authorization: string | undefined): {
  readonly accessKeyId: string;
  readonly region: string;
} {
  const parts = /Credential=([^/]*)\/[^/]*\/([^/]*)/.exec(authorization ?? '');
  return { accessKeyId: parts?.[1] ?? 'unsigned', region: parts?.[2] ?? '' };
}

function reply(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(answer.body);
}

function isActive(description: RawItem): boolean {
  return (description['Table'] as { readonly TableStatus?: string }).TableStatus === 'ACTIVE';
}
