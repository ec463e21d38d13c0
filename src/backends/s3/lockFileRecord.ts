import { decodeLockInfo, emptyLockInfo, maxDecodedChars } from '../../core/lockInfo';
import type { LockRecord } from '../../core/lockPlace';

/** A lock file's body as far as it is read: no more than anything that could be decoded. */
export interface FileText {
  readonly text: string;
  /** There was more. */
  readonly cut: boolean;
}

/**
 * The record of a lock file. Its guard is the ETag exactly as S3 gave it, quotes included: what
 * `DeleteObject` takes as `If-Match`. It names the content, not a version, but the content holds the lock ID.
 */
export function fileRecord({ text, cut }: FileText, etag: string): LockRecord {
  if (cut) {
    return { info: emptyLockInfo, problem: 'tooLarge', raw: `${text}…`, guard: etag };
  }
  return { ...decodeLockInfo(text), raw: text, guard: etag };
}

/** A lock file whose content cannot be decrypted. Without an ETag nothing can prove that it is still the same. */
export function encryptedRecord(etag: string | undefined): LockRecord {
  return { info: emptyLockInfo, problem: 'encrypted', raw: '', guard: etag ?? noProof };
}

/** The guard of a record that no condition can be made of. */
export const noProof = '';

/** Reads a body up to what could be decoded, and drops the rest of it unread. */
export async function readText(body: AsyncIterable<Uint8Array>): Promise<FileText> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxDecodedChars) {
      break;
    }
  }
  const bytes = Buffer.concat(chunks).subarray(0, maxDecodedChars);
  return { text: bytes.toString('utf8'), cut: length > maxDecodedChars };
}
