import type { LockError, LockErrorReason } from '../core/lockError';
import type { LockInfoProblem } from '../core/lockInfo';

/** What an error is called, what happened, and what to do about it. Plain text, details not yet escaped. */
export interface ErrorText {
  /** Two or three words for the status bar. */
  readonly short: string;
  readonly message: string;
  readonly nextStep: string;
}

type Write = (error: LockError) => ErrorText;

/** The only prose about errors. Details are untrusted: whoever shows this escapes the whole of it. */
const texts: Record<LockErrorReason, Write> = {
  unresolved: (error) => ({
    short: 'not resolved',
    message: `Which state this is cannot be told: ${error.detail || 'the backend block is incomplete'}.`,
    nextStep:
      'Run "terraform init" in the module: what it records is read. Or write constant values in one backend block.',
  }),
  unsupported: (error) => ({
    short: 'not supported yet',
    message: `The lock cannot be read, because this is not supported yet: ${error.detail || 'this backend'}.`,
    nextStep: 'Use "terraform plan" in the module to see whether the state is locked.',
  }),
  impossible: (error) => ({
    short: 'not possible here',
    message: `${where(error)}: ${error.detail || 'this is not possible here'}.`,
    nextStep: 'Use "terraform plan" in the module to see whether the state is locked.',
  }),
  busy: (error) => ({
    short: 'busy',
    message: `Somebody else was writing to ${where(error, 'the lock')} at the same moment.`,
    nextStep: 'Try again in a moment.',
  }),
  wrongRegion: (error) => ({
    short: 'wrong region',
    message: `${where(error, 'The bucket')} is not in the region of the backend block${error.detail ? `, but in ${error.detail}` : ''}.`,
    nextStep: 'Correct "region" in the backend block.',
  }),
  unsafeStore: (error) => ({
    short: 'store ignores conditions',
    message: `The store of ${where(error, 'the lock')} does not keep to conditional requests${because(error)}, so two people could take the same lock, or one delete the lock of another.`,
    nextStep: 'Use a store that supports If-None-Match and If-Match, or a DynamoDB table.',
  }),
  uncertain: (error) => ({
    short: 'outcome unknown',
    message: `The request to ${where(error, 'the lock')} was sent, but its answer never came${because(error)}. It may have been carried out.`,
    nextStep: 'Refresh, and look at the lock before you try again.',
  }),
  blocked: (error) => ({
    short: 'blocked',
    message: `There is no lock, but ${where(error, 'its place')} holds the digest of the state ${error.detail || 'with a similar key'} under the same LockID, so nobody can lock this one.`,
    nextStep: 'Rename the key of one of the two states: a key must not end in "-md5".',
  }),
  notFound: (error) => ({
    short: 'no such table or bucket',
    message: `${where(error)} does not exist for these credentials.`,
    nextStep: 'Check the table or bucket, the region and the account of the backend block.',
  }),
  wrongSchema: (error) => ({
    short: 'wrong table key',
    message: `${where(error)} cannot hold Terraform locks${because(error)}.`,
    nextStep: 'A lock table has one partition key "LockID" of type String and no sort key.',
  }),
  denied: (error) => ({
    short: 'access denied',
    message: `${error.action || 'The request'} on ${error.resource || where(error, 'the lock')} is not allowed for these credentials.`,
    nextStep: `Ask for ${error.action || 'the missing permission'}, or use another profile.${missingFileHint(error)}`,
  }),
  signedOut: (error) => ({
    short: 'signed out',
    message: `There are no valid credentials for ${where(error, 'the lock')}${because(error)}.`,
    nextStep: 'Sign in, then refresh.',
  }),
  badCredentials: (error) => ({
    short: 'credentials refused',
    message: `${where(error, 'The lock')} does not accept the credentials used for it${because(error)}.`,
    nextStep: 'Check the credentials, then refresh.',
  }),
  wrongAccount: (error) => ({
    short: 'wrong account',
    message: `The account of these credentials is not one that the backend block allows for ${where(error, 'the lock')}${because(error)}.`,
    nextStep: 'Use a profile of the right account, then refresh.',
  }),
  throttled: (error) => ({
    short: 'throttled',
    message: `${where(error)} is throttling requests${because(error)}.`,
    nextStep:
      'The lock is read again by itself, more slowly. Raise stateLock.polling.interval if this stays.',
  }),
  timeout: (error) => ({
    short: 'no answer',
    message: `${where(error)} did not answer in time${because(error)}.`,
    nextStep: 'Check the network or VPN. The lock is read again by itself.',
  }),
  network: (error) => ({
    short: 'not reachable',
    message: `${where(error)} cannot be reached${because(error)}.`,
    nextStep: 'Check the network, the VPN and the endpoint. The lock is read again by itself.',
  }),
  malformed: (error) => ({
    short: 'unreadable answer',
    message: `What answers for ${where(error, 'the lock')} does not speak its protocol${because(error)}.`,
    nextStep: 'Check the endpoint of the backend block, and whether a proxy answers in its place.',
  }),
  untrusted: () => ({
    short: 'workspace not trusted',
    message: 'This workspace is not trusted, so nothing is asked over the network.',
    nextStep: 'Trust the workspace to read its locks.',
  }),
  cancelled: () => ({
    short: 'cancelled',
    message: 'Cancelled; nothing was changed.',
    nextStep: 'Refresh to see the lock as it is.',
  }),
  stale: () => ({
    short: 'not checked recently',
    message: 'The lock has not been read for a while, so the last answer may no longer be true.',
    nextStep: 'Refresh to read it now.',
  }),
  notReady: () => ({
    short: 'checking',
    message: 'The lock has not been read yet.',
    nextStep: 'Wait a moment, or refresh.',
  }),
  auditFailed: (error) => ({
    short: 'audit file not writable',
    message: `The audit file cannot be written${because(error)}, so nothing was changed.`,
    nextStep: 'Free some disk space or mend the permissions of the audit file, and try again.',
  }),
  internal: (error) => ({
    short: 'internal error',
    message: `The extension failed${because(error)}.`,
    nextStep: 'Show the log, and report this with what it says.',
  }),
};

export function errorText(error: LockError): ErrorText {
  const text = texts[error.reason](error);
  return error.help === undefined ? text : { ...text, nextStep: error.help };
}

/** Without the right to list, S3 gives the same answer for a missing object as for a missing permission. */
function missingFileHint({ action }: LockError): string {
  return action === 's3:GetObject' || action === 's3:ListBucket'
    ? ' Without s3:ListBucket on the bucket, an object that is not there looks just like this.'
    : '';
}

function where(error: LockError, unnamed = 'The lock'): string {
  return error.place || unnamed;
}

function because(error: LockError): string {
  return error.detail === undefined || error.detail === '' ? '' : ` (${error.detail})`;
}

/** Why a record's details are missing. */
export const problemTexts: Record<LockInfoProblem, string> = {
  missing:
    'The record has no details. Terraform cannot force-unlock such a lock; this extension can.',
  empty: 'The record is empty. Terraform cannot force-unlock such a lock; this extension can.',
  tooLarge: 'The record is too large to be read. Copy it to see it in full.',
  notText: 'The record is not text. Terraform cannot force-unlock such a lock; this extension can.',
  notJson: 'The record is not JSON. Terraform cannot force-unlock such a lock; this extension can.',
  encrypted:
    'The record is encrypted, and these credentials or keys cannot decrypt it. The lock is held all the same.',
  notAnObject:
    'The record is not a JSON object. Terraform cannot force-unlock such a lock; this extension can.',
};

/** Our own words with a capital at the beginning, for the name of a row. */
export function sentenceCase(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
