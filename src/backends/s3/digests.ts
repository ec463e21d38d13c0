import { createHash } from 'node:crypto';
import type { AwsAccess } from './s3Config';

/** Equal for equal access. */
export function accessId(access: AwsAccess): string {
  return digestOf(access);
}

/** Equal for equal values. A digest, because they may hold keys and this ends up in map keys and ids. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
}
