import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { devNull } from 'node:os';
import path from 'node:path';
import { findOnPath } from '../../scripts/bootstrap.mjs';
import { onProcessEnd } from './cleanup';
import { eventually } from './eventually';
import { sample, sampleCredentials } from './sampleWorkspace';

/** What a finished command said. */
export interface TerraformResult {
  readonly exitCode: number | null;
  /** Standard output and error, as they came. */
  readonly output: string;
}

/** The real terraform on PATH; undefined where there is none. */
export function findTerraform(): string | undefined {
  return findOnPath('terraform');
}

/** A module directory in which the real terraform is run. */
export class TerraformModule {
  private readonly running = new Set<ChildProcess>();

  constructor(
    private readonly terraform: string,
    readonly directory: string,
    /** Added to what each command finds in its environment; `undefined` removes. */
    private readonly environment: Readonly<Record<string, string | undefined>> = {},
  ) {
    onProcessEnd(() => {
      for (const child of this.running) killGroup(child);
    });
  }

  run(...args: string[]): Promise<TerraformResult> {
    return this.start(...args).result;
  }

  /**
   * Starts an apply that holds the lock until `go` is called or it is killed, and waits until its
   * provisioner is running: then it holds the lock.
   */
  async holdLock(): Promise<{ go(): Promise<TerraformResult>; kill(): Promise<void> }> {
    const { child, result } = this.start('apply', '-auto-approve', '-no-color');
    const holding = path.join(this.directory, 'holding');
    const held = eventually(
      'terraform apply to hold the lock',
      () => existsSync(holding),
      Boolean,
      {
        timeoutMs: 60_000,
      },
    );
    const ended = await Promise.race([held, result]);
    if (typeof ended === 'object') throw new Error(`terraform apply ended early.\n${ended.output}`);
    return {
      go: () => {
        writeFileSync(path.join(this.directory, 'go'), '');
        return result;
      },
      kill: async () => {
        const exit = once(child, 'exit');
        killGroup(child);
        await exit;
      },
    };
  }

  private start(...args: string[]): { child: ChildProcess; result: Promise<TerraformResult> } {
    // A group of its own: a killed apply takes its provisioner along, as a cancelled CI job does.
    const child = spawn(this.terraform, args, {
      cwd: this.directory,
      detached: true,
      env: {
        ...process.env,
        // Whatever is configured for whoever runs the tests.
        TF_CLI_CONFIG_FILE: devNull,
        ...sampleCredentials,
        CHECKPOINT_DISABLE: '1',
        TF_IN_AUTOMATION: '1',
        ...this.environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.running.add(child);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const result = once(child, 'close').then(([exitCode]): TerraformResult => {
      this.running.delete(child);
      return { exitCode: exitCode as number | null, output };
    });
    return { child, result };
  }
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

/** Its apply waits for the file `go`, and holds the lock meanwhile. */
export const holdingResource = `resource "terraform_data" "wait" {
  triggers_replace = timestamp()

  provisioner "local-exec" {
    command = "touch holding; until [ -e go ]; do sleep 0.1; done; rm -f go holding"
  }
}
`;

/** Where the lock of a module is. */
export interface LockMode {
  readonly file: boolean;
  readonly table: boolean;
}

/**
 * Writes a module whose apply waits for the file `go` while it holds the lock. Its state is in the
 * embedded S3, its lock beside it, in the embedded DynamoDB (unless told otherwise), or in both.
 * `key`: of the state, where it is not the module's own.
 */
export function writeTerraformModule(
  folder: string,
  module: string,
  endpoints: { readonly s3: string; readonly dynamodb: string },
  { file, table }: LockMode = { file: false, table: true },
  key = `${module}/terraform.tfstate`,
): string {
  const backend = `backend "s3" {
    bucket                      = "${sample.bucket}"
    key                         = "${key}"
    region                      = "${sample.region}"
    use_lockfile                = ${String(file)}
    ${table ? `dynamodb_table = "${sample.table}"` : ''}
    use_path_style              = true
    skip_credentials_validation = true
    skip_requesting_account_id  = true
    skip_metadata_api_check     = true
    skip_s3_checksum            = true
    endpoints = {
      s3       = "${endpoints.s3}"
      dynamodb = "${endpoints.dynamodb}"
    }
  }`;
  return writeWaitingModule(path.join(folder, module), backend);
}

/** Writes a module with this backend block, whose apply waits for the file `go` while it holds the lock. */
export function writeWaitingModule(directory: string, backend: string): string {
  mkdirSync(directory, { recursive: true });
  const text = `terraform {
  ${backend}
}

${holdingResource}`;
  writeFileSync(path.join(directory, 'main.tf'), text);
  return directory;
}
