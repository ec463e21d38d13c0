import type { BatchGetItemCommandOutput } from '@aws-sdk/client-dynamodb';
import type { Item } from './dynamoDbRecord';

/** What a `BatchGetItem` brought. */
export interface BatchAnswer {
  readonly items: ReadonlyMap<string, Item>;
  /** LockIDs that DynamoDB wants to be asked for again. */
  readonly unprocessed: readonly string[];
}

/**
 * Reads the answer to a batch; undefined where it is not one of DynamoDB's. A key that is in neither list
 * counts as absent, that is as a free lock, so every entry must be one that was asked for.
 */
export function batchAnswer(
  output: BatchGetItemCommandOutput,
  asked: readonly string[],
): BatchAnswer | undefined {
  const lists = Object.values(output.Responses ?? {});
  const rests = Object.values(output.UnprocessedKeys ?? {});
  // DynamoDB names the table even when it found nothing.
  if (lists.length === 0 && rests.length === 0) {
    return undefined;
  }
  const items = new Map(lists.flat().map((item) => [item['LockID']?.S, item] as const));
  const unprocessed = rests.flatMap((rest) => rest.Keys ?? [{}]).map((key) => key['LockID']?.S);
  const known = new Set<string | undefined>(asked);
  const ours = [...items.keys(), ...unprocessed].every((lockId) => known.has(lockId));
  return ours ? ({ items, unprocessed } as BatchAnswer) : undefined;
}
