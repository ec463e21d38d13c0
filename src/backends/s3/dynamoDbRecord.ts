import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { decodeLockInfo } from '../../core/lockInfo';
import type { LockRecord } from '../../core/lockPlace';

/** An item of a lock table, as DynamoDB gives it. */
export type Item = Readonly<Record<string, AttributeValue>>;

/** What an item at a LockID means. */
export type ItemMeaning =
  | { readonly kind: 'lock'; readonly record: LockRecord }
  /** The MD5 of another state, at a LockID ending in `-md5`. No lock, but nobody can take one here. */
  | { readonly kind: 'digest' };

/**
 * Terraform writes locks with `Info` and digests with `Digest`. An item with neither, or with an `Info` that
 * nobody can read, is a lock all the same: `attribute_not_exists(LockID)` fails on it for everyone.
 */
export function readItem(item: Item): ItemMeaning {
  const info = item['Info'];
  if (info === undefined && item['Digest'] !== undefined && item['LockID']?.S?.endsWith('-md5')) {
    return { kind: 'digest' };
  }
  return { kind: 'lock', record: toRecord(info) };
}

/** The record that a `PutItem` with this `Info` text creates. */
export function recordOfText(raw: string): LockRecord {
  return toRecord({ S: raw });
}

function toRecord(info: AttributeValue | undefined): LockRecord {
  const guard = encodeGuard(info);
  if (info === undefined) {
    return { ...decodeLockInfo(undefined), raw: '', guard };
  }
  if (info.S !== undefined) {
    return { ...decodeLockInfo(info.S), raw: info.S, guard };
  }
  return { ...decodeLockInfo(undefined), problem: 'notText', raw: guard, guard };
}

/**
 * The typed value of `Info` as text, equal exactly for equal values: object keys are sorted, because
 * DynamoDB's maps have no order, and binary becomes base64.
 */
function encodeGuard(info: AttributeValue | undefined): string {
  return info === undefined ? 'absent' : JSON.stringify(canonical(info));
}

function canonical(value: unknown): unknown {
  if (value instanceof Uint8Array) {
    return { $binary: Buffer.from(value).toString('base64') };
  }
  if (Array.isArray(value)) {
    return value.map(canonical);
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return Object.fromEntries(entries.map(([key, inner]) => [key, canonical(inner)]));
  }
  return value;
}

function restore(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(restore);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const binary = (value as { readonly $binary?: unknown }).$binary;
  if (typeof binary === 'string') {
    return new Uint8Array(Buffer.from(binary, 'base64'));
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, restore(inner)]));
}

/** The part of a `DeleteItem` that makes it happen only while the item is still what the guard says. */
export interface DeleteCondition {
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues?: Record<string, AttributeValue>;
}

/** Compares the typed `Info` that was read, byte for byte; never a re-encoded one. */
export function deleteCondition(guard: string): DeleteCondition {
  if (guard === 'absent') {
    return {
      // A digest item has no Info either, and must never be deleted.
      ConditionExpression:
        'attribute_exists(LockID) AND attribute_not_exists(#i) AND attribute_not_exists(#d)',
      ExpressionAttributeNames: { '#i': 'Info', '#d': 'Digest' },
    };
  }
  return {
    ConditionExpression: '#i = :i',
    ExpressionAttributeNames: { '#i': 'Info' },
    ExpressionAttributeValues: { ':i': restore(JSON.parse(guard)) as AttributeValue },
  };
}
