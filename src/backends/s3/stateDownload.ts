import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { GetObjectCommand, type GetObjectCommandInput, type S3Client } from '@aws-sdk/client-s3';
import { LockFailure } from '../../core/lockError';
import type { SavedState } from '../../core/stateBackup';
import { notS3 } from './lockFileErrors';

/**
 * Writes an object to a new file that only its owner can read, and compares what arrived with what S3 promised:
 * its length, and its MD5 where the ETag is one. A file that is not the object is not left behind.
 */
export async function saveObject(
  client: S3Client,
  input: GetObjectCommandInput,
  file: string,
  abortSignal: AbortSignal,
): Promise<Omit<SavedState, 'kind' | 'file' | 'at'>> {
  const answer = await client.send(new GetObjectCommand(input), { abortSignal });
  const { Body, ETag: etag, ContentLength: promised, VersionId } = answer;
  if (etag === undefined || etag === '') {
    throw notS3();
  }
  const handle = await open(file, 'wx', 0o600);
  try {
    const sha256 = createHash('sha256');
    const md5 = createHash('md5');
    let bytes = 0;
    // In Node the body is a stream; leaving it early closes its connection.
    for await (const chunk of (Body ?? []) as unknown as AsyncIterable<Uint8Array>) {
      abortSignal.throwIfAborted();
      // Not `write`: it may write only a part.
      await handle.writeFile(chunk);
      sha256.update(chunk);
      md5.update(chunk);
      bytes += chunk.length;
    }
    await handle.sync();
    const isMd5 = md5Tag(etag) !== undefined && input.SSECustomerKey === undefined;
    const matches = md5Tag(etag) === md5.digest('hex');
    // The ETag is an MD5 of the content only without KMS and customer keys, and says so nowhere else.
    const mustMatch = isMd5 && (answer.ServerSideEncryption ?? 'AES256') === 'AES256';
    if (bytes !== promised || (mustMatch && !matches)) {
      throw new LockFailure({
        reason: 'malformed',
        detail: 'what arrived is not the whole object',
      });
    }
    return {
      bytes,
      sha256: sha256.digest('hex'),
      verified: matches ? 'md5' : 'length',
      ...versionOf(VersionId),
    };
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(file, { force: true });
    throw error;
  } finally {
    await handle.close().catch(() => undefined);
  }
}

/** The ETag of an object that was not uploaded in parts. */
function md5Tag(etag: string): string | undefined {
  return /^"?([0-9a-f]{32})"?$/.exec(etag)?.[1];
}

/** An object that was written before its bucket kept versions has the one named "null", which the next write takes. */
export function versionOf(versionId: string | undefined): { readonly versionId?: string } {
  return versionId === undefined || versionId === 'null' ? {} : { versionId };
}
