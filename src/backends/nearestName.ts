/** The known name that this one is nearest to, where one is near at all: what somebody may have meant to type. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const near = known
    .map((other) => ({ other, distance: distance(name, other) }))
    .filter((one) => one.distance <= 2 && one.distance < name.length / 2)
    .sort((a, b) => a.distance - b.distance);
  return near[0]?.other;
}

/** Levenshtein's. Names are short, and longer ones than any attribute's are no typing error. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) {
    return Number.POSITIVE_INFINITY;
  }
  let row = Array.from({ length: b.length + 1 }, (_unused, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
