import { summarize, type EvidenceSummary } from '../core/evidenceSummary';
import type { Evidence, EvidencePoint, Finding, ProcessFinding, UsualHold } from '../core/finding';
import { formatCreated } from '../core/lockInfo';
import { longAge } from './time';
import { plain } from './untrusted';
import { sentenceCase } from './wording';

/** One line of evidence in words. Escaped as plain text. */
export interface EvidenceLine {
  readonly points: EvidencePoint;
  readonly strength: Evidence['strength'];
  /** `points to dead`, `proves alive`. */
  readonly verdict: string;
  readonly text: string;
  readonly source: string;
  /** RFC 3339. */
  readonly at: string;
  /** `2026-03-01 12:00 UTC`: to the minute, so that what shows it is not drawn anew with every read. */
  readonly minute: string;
}

export function evidenceLine({ points, strength, finding, at }: Evidence): EvidenceLine {
  const { text, source } = words(finding);
  const verdict =
    points === 'unknown' ? 'unknown' : `${strength === 'proof' ? 'proves' : 'points to'} ${points}`;
  return {
    points,
    strength,
    verdict,
    text: plain(text, 400),
    source: plain(source),
    at: formatCreated(at),
    minute: `${formatCreated(at).slice(0, 16).replace('T', ' ')} UTC`,
  };
}

function words(finding: Finding): { readonly text: string; readonly source: string } {
  switch (finding.kind) {
    case 'age':
      return { source: 'lock record', text: ageWords(finding) };
    case 'unchanged':
      return {
        source: 'this editor',
        text: `this very record has been seen unchanged for ${longAge(finding.forMs)}; ${usualWords(finding.usual)}`,
      };
    case 'skew':
      return {
        source: "server's Date header",
        text:
          `this machine's clock is ${longAge(Math.abs(finding.skewMs))} ` +
          `${finding.skewMs > 0 ? 'behind' : 'ahead of'} the server's; ages are corrected by that`,
      };
    case 'process':
      return { source: 'processes of this machine', text: processWords(finding.result) };
    case 'state':
      return { source: 'state object', text: stateWords(finding) };
    case 'stateUnknown':
      return { source: 'state object', text: stateUnknownWords[finding.why] };
    case 'liveness': {
      const { kind, by } = finding.liveness;
      return { source: by, text: `the holder's ${by} ${livenessWords[kind]}` };
    }
    case 'ci':
      return {
        source: "holder's name",
        text: `looks like a run of ${finding.system}: look there whether it is still going`,
      };
  }
}

const livenessWords = {
  alive: 'is alive',
  gone: 'is gone: the holder cannot write any more',
  unknown: 'could not be looked at just now',
} as const;

const stateUnknownWords = {
  missing: 'there is no state yet',
  failed: 'the state object could not be looked at',
  noTime: 'the store does not say when the state was written',
} as const;

function ageWords({ ageMs, usual, inFuture }: Extract<Finding, { kind: 'age' }>): string {
  if (ageMs === undefined) {
    return inFuture
      ? "the record's time lies in the future: a clock is wrong, and its age is not known"
      : "the record's time cannot be read, so its age is not known";
  }
  return `taken ${longAge(ageMs)} ago by the record's own time; ${usualWords(usual)}`;
}

function usualWords({ ms, from }: UsualHold): string {
  return from === 'setting'
    ? `up to ${longAge(ms)} is called usual (stateLock.staleAfter)`
    : `up to ${longAge(ms)} is usual for this operation on this state`;
}

function processWords(result: ProcessFinding): string {
  switch (result.kind) {
    case 'here':
      return `a run works in this module's directory right now (process ${result.pids.join(', ')})`;
    case 'elsewhere':
      return `no run in this module's directory, but ${String(result.count)} elsewhere on this machine`;
    case 'none':
      return 'the holder is you on this machine, and no terraform, tofu or terragrunt runs here';
    case 'hidden':
      return 'no run was seen, but not every process of this machine can be seen from here';
    case 'genericHost':
      return 'no run was seen, but many machines have the name of this one';
    case 'failed':
      return 'the processes could not be listed';
  }
}

function stateWords({ afterLockMs }: Extract<Finding, { kind: 'state' }>): string {
  if (afterLockMs === undefined) {
    return 'when it was written cannot be compared with the lock';
  }
  return afterLockMs > 0
    ? `written ${longAge(afterLockMs)} after the lock was taken`
    : `not written since the lock was taken (last ${longAge(-afterLockMs)} before it)`;
}

const summaries: Readonly<Record<EvidenceSummary, string>> = {
  provedAlive: 'PROVED ALIVE: the holder is there. Breaking its lock can destroy the state.',
  provedGone: 'Proved gone: the holder cannot write any more.',
  pointsToAlive: 'POINTS TO ALIVE: the holder may be writing right now.',
  pointsToGone: 'Points to gone. That is no proof: ask the holder.',
  cannotBeTold: 'Cannot be told: the evidence does not say whether the holder is alive. Ask.',
};

export function summaryWords(summary: EvidenceSummary): string {
  return summaries[summary];
}

/** What the evidence comes to, and each line of it, as rows below a state. Nothing where there is none. */
export function evidenceDetails(evidence: readonly Evidence[]): [string, string][] {
  return evidence.length === 0
    ? []
    : [
        ['Evidence', summaryWords(summarize(evidence))],
        ...evidence
          .map(evidenceLine)
          .map(({ verdict, text, source, minute }): [string, string] => [
            sentenceCase(verdict),
            `${text} (${source}, ${minute})`,
          ]),
      ];
}

/** The same for programs that read text. */
export function evidenceReport(evidence: readonly Evidence[]): object {
  return {
    summary: summaryWords(summarize(evidence)),
    lines: evidence.map(evidenceLine).map(({ verdict, text, source, at }) => ({
      verdict,
      text,
      source,
      at,
    })),
  };
}
