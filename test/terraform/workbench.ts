import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { backends } from '../../src/backends/registry';
import type { Resolution } from '../../src/core/resolution';
import { asked, noSignal, withEnvironment } from '../support/awsBlocks';
import { TestDynamoDb } from '../support/awsDynalite';
import { createTempFolder } from '../support/tempFolder';
import { block, usual, usualEnvironment, type Configuration } from './configurations';
import { ExtensionView } from './extensionView';
import { ForwardProxy } from '../support/forwardProxy';
import { lacksLockFiles, withStandIn } from './lockFileStandIn';
import { RecordingAws } from '../support/recordingAws';

/** Who put a lock where, or looked for one: one line, to be compared. */
export type Traces = readonly string[];

/** What became of one configuration. */
export interface Outcome {
  readonly terraform: { readonly output: string; readonly traces: Traces };
  readonly extension: {
    readonly traces: Traces;
    readonly problem?: string;
    readonly notes: readonly string[];
  };
}

const profiles = `[default]
aws_access_key_id = DEFAULTKEY
aws_secret_access_key = s
[team]
aws_access_key_id = TEAMKEY
aws_secret_access_key = s
[other]
aws_access_key_id = OTHERKEY
aws_secret_access_key = s
[endpoints]
aws_access_key_id = ENDPOINTSKEY
aws_secret_access_key = s
[services]
aws_access_key_id = SERVICESKEY
aws_secret_access_key = s
`;

/** The servers and the home directory that terraform and the extension both see. */
export class Workbench {
  private modules = 0;

  private constructor(
    private readonly terraform: string,
    private readonly db: TestDynamoDb,
    private readonly aws: RecordingAws,
    private readonly proxy: ForwardProxy,
    private readonly folder = createTempFolder('conformance'),
  ) {}

  static async start(terraform: string): Promise<Workbench> {
    const [db, aws] = [await TestDynamoDb.start(), await RecordingAws.start()];
    const hosts = { 's3.test': aws.endpoint, 'dynamodb.test': db.endpoint };
    const bench = new Workbench(terraform, db, aws, await ForwardProxy.start(hosts));
    for (const table of ['locks', 'other', 'in/line\n']) {
      // A name that AWS would not have: the server refuses to create it, terraform asks for it all the same.
      await db.createTable(table).catch(() => undefined);
    }
    bench.writeHome();
    return bench;
  }

  async stop(): Promise<void> {
    await Promise.all([this.db.stop(), this.aws.stop(), this.proxy.stop()]);
    this.folder.remove();
  }

  /** Runs terraform and then the extension on one configuration. */
  async run(configuration: Configuration): Promise<Outcome> {
    this.modules += 1;
    this.aws.reset();
    const directory = path.join(this.folder.path, `module${String(this.modules)}`);
    const main = { 'main.tf': block({ ...usual, ...configuration.set }) };
    this.write(directory, { ...(configuration.files ?? main), ...configuration.more });
    const environment = this.environmentOf(configuration);
    const commands = [['init', ...(configuration.init ?? [])], ...(configuration.then ?? [])].map(
      (command) => command.map((argument) => this.filled(argument)),
    );
    let output = '';
    for (const command of commands) {
      output += await this.command(directory, environment, command);
    }
    this.write(directory, configuration.afterwards ?? {});
    this.db.requests.length = 0;
    this.aws.requests.length = 0;
    output += await this.command(directory, environment, ['plan', '-lock-timeout=0s']);
    const traces = this.writes();
    this.db.reset();
    this.aws.requests.length = 0;
    const extension = await withEnvironment(environment, () => this.look(directory));
    return { terraform: { output, traces }, extension };
  }

  private async look(directory: string): Promise<Outcome['extension']> {
    const view = new ExtensionView();
    const resolution = await view.resolve(directory);
    if (resolution?.kind === 'unresolved' && lacksLockFiles(resolution.error.detail)) {
      return this.lookWithStandIn(directory);
    }
    return this.lookWith(view, resolution);
  }

  private async lookWithStandIn(directory: string): Promise<Outcome['extension']> {
    const standsFor = { table: false, file: false };
    const view = new ExtensionView(backends.map((backend) => withStandIn(backend, standsFor)));
    const seen = await this.lookWith(view, await view.resolve(directory));
    const files = seen.traces.map((item) =>
      item.replace(/^item "\S+ (.*?)" by/, 'object "$1.tflock" by'),
    );
    return { ...seen, traces: unique([...(standsFor.table ? seen.traces : []), ...files]) };
  }

  private async lookWith(
    view: ExtensionView,
    resolution: Resolution | undefined,
  ): Promise<Outcome['extension']> {
    if (resolution?.kind !== 'state') {
      return { traces: [], problem: resolution?.error.detail ?? 'no backend block', notes: [] };
    }
    const { places } = resolution.state;
    const readings = await view.gateway.readMany(places, asked, noSignal);
    const failure = readings.find((reading) => !reading.ok);
    return {
      traces: this.reads(),
      notes: resolution.notes ?? [],
      ...(failure?.ok === false ? { problem: JSON.stringify(failure.error) } : {}),
    };
  }

  /** Conditional puts: the locks that were taken since the servers were reset. */
  private writes(): Traces {
    const items = this.db.requests
      .filter((request) => request.body['ConditionExpression'] === 'attribute_not_exists(LockID)')
      .map(({ body, ...signer }) => {
        const { LockID: lockId } = body['Item'] as { readonly LockID: { readonly S: string } };
        return trace('item', `${String(body['TableName'])} ${lockId.S}`, signer);
      });
    const objects = this.aws.requests
      .filter(({ method, key }) => method === 'PUT' && key.endsWith('.tflock'))
      .map(({ bucket, key, ...signer }) => trace('object', `${bucket}/${key}`, signer));
    return unique([...items, ...objects]);
  }

  /** Where locks were looked for. */
  private reads(): Traces {
    const items = this.db.requests.flatMap(({ body, ...signer }) => {
      const single = body['Key'] as Key | undefined;
      const batch = (body['RequestItems'] ?? {}) as Record<string, { readonly Keys: Key[] }>;
      const keys = [
        ...(single === undefined ? [] : [[String(body['TableName']), single] as const]),
        ...Object.entries(batch).flatMap(([table, { Keys }]) =>
          Keys.map((key) => [table, key] as const),
        ),
      ];
      return keys.map(([table, key]) => trace('item', `${table} ${key.LockID.S}`, signer));
    });
    const objects = this.aws.requests
      .filter(({ method, key }) => method === 'GET' && key !== '')
      .map(({ bucket, key, ...signer }) => trace('object', `${bucket}/${key}`, signer));
    return unique([...items, ...objects]);
  }

  private environmentOf(configuration: Configuration): Record<string, string> {
    const home = this.folder.path;
    const variables = {
      HOME: home,
      PATH: process.env['PATH'] ?? '',
      CHECKPOINT_DISABLE: '1',
      TF_IN_AUTOMATION: '1',
      AWS_EC2_METADATA_DISABLED: 'true',
      ...usualEnvironment,
      ...configuration.env,
    };
    const set = Object.entries(variables).filter(([, value]) => value !== '');
    return Object.fromEntries(
      set.map(([name, value]) => [name, this.filled(value).replace(/^~(?=\/)/, home)]),
    );
  }

  private filled(text: string): string {
    const { aws, db, proxy } = this;
    return text
      .replaceAll('@S3@', aws.endpoint)
      .replaceAll('@STS@', aws.endpoint)
      .replaceAll('@DDB@', db.endpoint)
      .replaceAll('@PROXY@', proxy.endpoint);
  }

  private write(directory: string, files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(directory, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, this.filled(text));
    }
  }

  private writeHome(): void {
    this.write(path.join(this.folder.path, '.aws'), {
      credentials: profiles,
      more: '[more]\naws_access_key_id = MOREKEY\naws_secret_access_key = s\n',
      moreconfig:
        '[profile moreconfig]\naws_access_key_id = MORECONFIGKEY\naws_secret_access_key = s\n',
      config: `[profile process]
credential_process = echo '{"Version":1,"AccessKeyId":"PROCESSKEY","SecretAccessKey":"s"}'
[profile rolled]
role_arn = arn:aws:iam::123456789012:role/rolled
source_profile = team
role_session_name = rolled
duration_seconds = 1200
region = eu-west-1
[profile endpoints]
endpoint_url = @DDB@
[profile services]
services = here
[services here]
dynamodb =
  endpoint_url = @DDB@
`,
    });
    this.write(this.folder.path, { token: 'token of the environment' });
  }

  private command(
    cwd: string,
    env: Readonly<Record<string, string>>,
    args: readonly string[],
  ): Promise<string> {
    const [name = '', ...rest] = args;
    const flags =
      name === 'workspace'
        ? [rest[0] ?? '', '-no-color', ...rest.slice(1)]
        : ['-no-color', '-input=false', ...rest];
    return new Promise((resolve) => {
      execFile(
        this.terraform,
        [name, ...flags],
        { cwd, env, timeout: 60_000 },
        (error, out, err) => {
          const exit = error === null ? '' : `(exit ${String(error.code)})`;
          resolve(`$ terraform ${args.join(' ')} ${exit}\n${out}${err}`);
        },
      );
    });
  }
}

interface Key {
  readonly LockID: { readonly S: string };
}

interface Signer {
  readonly accessKeyId: string;
  readonly region: string;
}

function trace(kind: string, where: string, { accessKeyId, region }: Signer): string {
  return `${kind} ${JSON.stringify(where)} by ${accessKeyId} in ${region}`;
}

function unique(traces: readonly string[]): Traces {
  return [...new Set(traces)].sort();
}
