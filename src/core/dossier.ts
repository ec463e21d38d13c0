import type { EvidencePoint } from './finding';
import type { EvidenceSummary } from './evidenceSummary';

/** Everything a force unlock was decided on: kept in the audit file, and copied into an incident's ticket. */
export interface Dossier {
  readonly summary: EvidenceSummary;
  readonly evidence: readonly DossierLine[];
  readonly backup: BackupNote;
  /** Whether the message for the holder was copied. */
  readonly messageCopied: boolean;
  /** Asked once more, because something pointed to alive, and confirmed all the same. */
  readonly confirmedAlive: boolean;
  /** `user@host` of whoever typed the state's key. */
  readonly confirmedBy: string;
  /** The record is text that was stored as text, so that it can be put back byte for byte. */
  readonly restorable: boolean;
}

export interface DossierLine {
  readonly points: EvidencePoint;
  readonly strength: 'proof' | 'hint';
  /** As it was shown: plain text. */
  readonly text: string;
  readonly source: string;
  /** RFC 3339. */
  readonly at: string;
}

/** What there is to go back to. */
export type BackupNote =
  | {
      readonly kind: 'file';
      readonly file: string;
      readonly bytes: number;
      readonly sha256: string;
      readonly versionId?: string;
    }
  | { readonly kind: 'version'; readonly versionId: string }
  /** There was no state to save. */
  | { readonly kind: 'nothing' }
  /** It was not wanted, or could not be had, and somebody agreed to that. */
  | { readonly kind: 'none'; readonly why: string };
