import type { StoredKey, StoredSession } from './consulStore';

export function sessionText({
  id,
  name,
  ttl,
  lockDelayMs,
  behavior,
  checks,
}: StoredSession): string {
  const common = { ID: id, Name: name, Node: 'node-1', LockDelay: lockDelayMs * 1e6 };
  return JSON.stringify([{ ...common, Behavior: behavior, TTL: ttl, NodeChecks: checks }]).slice(
    1,
    -1,
  );
}

/** By hand: flags have 64 bits. */
export function keyText(entry: StoredKey): string {
  const value = entry.value.length === 0 ? 'null' : `"${entry.value.toString('base64')}"`;
  const session = entry.session === undefined ? '' : `,"Session":"${entry.session}"`;
  return (
    `{"LockIndex":${String(entry.lockIndex)},"Key":${JSON.stringify(entry.key)},` +
    `"Flags":${String(entry.flags)},"Value":${value}${session},` +
    `"CreateIndex":${String(entry.createIndex)},"ModifyIndex":${String(entry.modifyIndex)}}`
  );
}

/** Go's durations, as far as they are used here. */
export function durationMs(text: string): number {
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  return [...text.matchAll(/([\d.]+)(ms|s|m|h)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ''] ?? 0),
    0,
  );
}
