import type { Evidence } from './finding';

/**
 * What the evidence comes to. `proved…` only where there is a proof; everything else is left to the person.
 * - `provedAlive`, `provedGone`: the store itself, or the operating system, knows
 * - `pointsToAlive`, `pointsToGone`: hints, all in one direction
 * - `cannotBeTold`: nothing, too little, or hints in both directions
 */
export type EvidenceSummary =
  'provedAlive' | 'provedGone' | 'pointsToAlive' | 'pointsToGone' | 'cannotBeTold';

/**
 * Cautious in one direction: whatever points to alive counts, and dead is never said without a proof. Time alone
 * is never enough to point to gone: a long run is long, and an abandoned one looks just the same.
 */
export function summarize(evidence: readonly Evidence[]): EvidenceSummary {
  const has = (
    points: Evidence['points'],
    kinds: readonly Evidence['finding']['kind'][],
  ): boolean => evidence.some((one) => one.points === points && kinds.includes(one.finding.kind));
  const proved = (points: Evidence['points']): boolean =>
    evidence.some((one) => one.points === points && one.strength === 'proof');
  if (proved('alive')) {
    return 'provedAlive';
  }
  const works = has('alive', ['process', 'state']);
  if (proved('dead')) {
    // A proof that something contradicts is none to act upon.
    return works ? 'cannotBeTold' : 'provedGone';
  }
  if (works) {
    return 'pointsToAlive';
  }
  const noProcess = has('dead', ['process']);
  if (has('alive', ['age'])) {
    return noProcess ? 'cannotBeTold' : 'pointsToAlive';
  }
  return noProcess && has('dead', ['age', 'unchanged']) ? 'pointsToGone' : 'cannotBeTold';
}

/** Summaries at which a force unlock asks once more. */
export function mayBeAlive(summary: EvidenceSummary): boolean {
  return summary === 'provedAlive' || summary === 'pointsToAlive';
}
