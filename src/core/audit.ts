import type { LockError } from './lockError';

/** `cleanUp`: removal of what a holder left behind and what locks nobody out. */
export type AuditAction = 'acquire' | 'release' | 'forceUnlock' | 'cleanUp';

/** One line of the audit file. */
export interface AuditEntry {
  /** RFC 3339, this machine's clock. */
  readonly at: string;
  /** The same for the attempt and its outcome. */
  readonly attempt: string;
  readonly action: AuditAction;
  readonly outcome: 'attempt' | 'done' | 'refused' | 'failed' | 'uncertain';
  /** `user@host` of whoever runs the editor. */
  readonly by: string;
  readonly state: string;
  readonly workspace: string;
  readonly place: string;
  readonly lockId: string;
  /** The record this was about, byte for byte as stored (a rendering where it is not text). */
  readonly record: string;
  /** Where it was refused: the record found instead. */
  readonly found?: string;
  readonly error?: LockError;
}

/** Append-only. Rejects where the entry could not be written. */
export interface AuditLog {
  append(entry: AuditEntry): Promise<void>;
}
