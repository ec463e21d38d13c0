import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { encodeLockInfo, formatCreated, type LockInfo } from '../../src/core/lockInfo';
import type { TestDynamoDb } from './awsDynalite';

/** Names of the sample, in one place for the demo and the tests. */
export const sample = {
  bucket: 'acme-terraform-state',
  table: 'terraform-locks',
  region: 'eu-west-1',
} as const;

/** Credentials that the embedded servers accept; s3rver knows only these. No other variable may interfere. */
export const sampleCredentials: Readonly<Record<string, string | undefined>> = {
  AWS_ACCESS_KEY_ID: 'S3RVER',
  AWS_SECRET_ACCESS_KEY: 'S3RVER',
  AWS_SESSION_TOKEN: undefined,
  AWS_PROFILE: undefined,
  AWS_REGION: undefined,
  AWS_DEFAULT_REGION: undefined,
  TF_WORKSPACE: undefined,
  TF_DATA_DIR: undefined,
};

const minuteMs = 60_000;

/** `<bucket>/<key>` of a sample module's state. */
export function lockIdOf(module: string): string {
  return `${sample.bucket}/${module}/terraform.tfstate`;
}

/** A lock record as Terraform would write it for a sample module. */
export function sampleLock(module: string, fields: Partial<LockInfo> = {}): LockInfo {
  return {
    id: '5f0c2c9e-74a1-0c56-9f1b-2d1f6c0b7a11',
    operation: 'OperationTypeApply',
    info: '',
    who: 'alice@build-07',
    version: '1.11.4',
    created: formatCreated(Date.now() - 12 * minuteMs),
    path: lockIdOf(module),
    ...fields,
  };
}

/** Puts a lock on a sample module's state. */
export async function putSampleLock(
  db: TestDynamoDb,
  module: string,
  info: LockInfo,
): Promise<void> {
  await db.putLock(sample.table, lockIdOf(module), encodeLockInfo(info));
}

/** The backend block of a sample module whose lock is in a table and, if given, whose state is in a store. */
export function backendBlock(module: string, endpoint: string, s3?: string): string {
  const [pathStyle, store] =
    s3 === undefined
      ? (['', ''] as const)
      : (['    use_path_style = true\n', `      s3       = "${s3}"\n`] as const);
  return `terraform {
  backend "s3" {
    bucket         = "${sample.bucket}"
    key            = "${module}/terraform.tfstate"
    region         = "${sample.region}"
    dynamodb_table = "${sample.table}"
${pathStyle}    endpoints = {
      dynamodb = "${endpoint}"
${store}    }
  }
}
`;
}

/** Writes `MODULE/MODULE.tf` with a backend block and a resource, and returns the file's path. */
export function writeModule(folder: string, module: string, endpoint: string): string {
  const file = path.join(folder, module, `${module}.tf`);
  mkdirSync(path.dirname(file), { recursive: true });
  const name = module.replaceAll(/\W/g, '_');
  const text = `${backendBlock(module, endpoint)}
resource "terraform_data" "${name}" {
  input = "${module}"
}
`;
  writeFileSync(file, text);
  return file;
}

/** The lock that the demo's user holds: known as own by a file in the extension's storage. */
export function rememberOwnLock(globalStorage: string, info: LockInfo): void {
  const folder = path.join(globalStorage, 'state-lock.terraform-state-lock', 'own-locks');
  mkdirSync(folder, { recursive: true });
  const own = { lockId: info.id, path: info.path, takenAt: info.created };
  writeFileSync(path.join(folder, `${info.id}.json`), JSON.stringify(own));
}

/** Four modules: `network` held, `dns` free, `billing` stale, `platform` own. */
export async function seedSample(
  db: TestDynamoDb,
  folder: string,
  globalStorage: string,
  who: string,
): Promise<void> {
  await db.createTable(sample.table);
  for (const module of ['network', 'dns', 'billing', 'platform']) {
    writeModule(folder, module, db.endpoint);
  }
  await putSampleLock(db, 'network', sampleLock('network'));
  const stale = sampleLock('billing', {
    id: '0b9e7d52-1c3a-77f4-e2aa-90d1c8e4f00d',
    who: 'runner@ci-3',
    created: formatCreated(Date.now() - 5 * 60 * minuteMs),
  });
  await putSampleLock(db, 'billing', stale);
  const own = sampleLock('platform', {
    id: 'c1d6b7a0-5a0e-4b57-8f6e-3f2f1d9b6c42',
    operation: 'manual lock',
    info: 'Moving the cluster to another account',
    who,
    version: '0.1.0',
    created: formatCreated(Date.now() - 25 * minuteMs),
  });
  await putSampleLock(db, 'platform', own);
  rememberOwnLock(globalStorage, own);
}
