import type { BackendBlock } from '../../core/backendBlock';
import { AttributeReader } from '../attributes';

/** Which locks the text of a block asks for; `unknown` where an expression decides. */
export type S3LockMode = 'none' | 'dynamodb' | 'lockfile' | 'both' | 'unknown';

/** Reads `use_lockfile` and `dynamodb_table`. What cannot be read is never taken for "no lock". */
export function s3LockMode(block: BackendBlock): S3LockMode {
  const reader = new AttributeReader(block);
  const table = reader.string('dynamodb_table');
  const file = reader.bool('use_lockfile');
  if (reader.problems.length > 0) {
    return 'unknown';
  }
  const hasTable = table !== undefined && table !== '';
  return file === true ? (hasTable ? 'both' : 'lockfile') : hasTable ? 'dynamodb' : 'none';
}
