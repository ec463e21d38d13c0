import type { LockError } from '../../core/lockError';
import { addressText } from './consulAddress';
import type { ConsulAccess } from './consulConfig';
import type { ConsulAnswer } from './consulHttp';

/** Consul's own words are kept to this length. */
const maxDetailChars = 300;

/** What was asked for, in the terms of Consul's access rules. */
export interface Asked {
  /** `key:read`. */
  readonly action: string;
  /** `key "tf/app/.lock"`. */
  readonly resource: string;
}

/** What a request that got no answer failed on. */
export function connectionError(thrown: unknown, access: ConsulAccess): LockError {
  const { code, message } = thrown as { readonly code?: string; readonly message?: string };
  const place = `Consul at ${addressText(access)}`;
  const help =
    code === 'ECONNREFUSED' || code === 'ENOENT'
      ? 'Start the Consul agent there, or correct "address" or CONSUL_HTTP_ADDR. The lock is read again by itself.'
      : isCertificate(code)
        ? 'Give the authority in "ca_file" or CONSUL_CACERT.'
        : undefined;
  return {
    reason: 'network',
    place,
    detail: (code ?? message ?? 'unknown error').slice(0, maxDetailChars),
    ...(help === undefined ? {} : { help }),
  };
}

function isCertificate(code: string | undefined): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/.test(code ?? '');
}

/** What an answer means that is not the expected one. */
export function answerError(answer: ConsulAnswer, asked: Asked, access: ConsulAccess): LockError {
  const text = answer.text.trim();
  const place = `Consul at ${addressText(access)}`;
  const detail = text.slice(0, maxDetailChars);
  if (/ACL not found|token does not exist/i.test(text)) {
    const help =
      'The token is unknown to Consul or has expired: correct access_token or the token of the environment, then refresh.';
    return { reason: 'badCredentials', place, help };
  }
  if (isDenied(text) || answer.status === 403) {
    return deniedError(text, asked, access);
  }
  switch (answer.status) {
    case 401:
      return { reason: 'badCredentials', place, detail };
    case 429:
      return { reason: 'throttled', place, detail };
    case 500:
    case 502:
    case 503:
    case 504:
      return {
        reason: 'network',
        place,
        detail,
        help: /no cluster leader/i.test(text)
          ? 'The cluster has no leader just now: nothing can be read or written until it has elected one. The lock is read again by itself.'
          : 'Look at the Consul servers or at what stands before them. The lock is read again by itself.',
      };
    default:
      return { reason: 'malformed', place, detail: `HTTP ${String(answer.status)} ${detail}` };
  }
}

export function isDenied(text: string): boolean {
  return /permission denied/i.test(text);
}

/** A refusal; Consul >= 1.13 says itself which permission is missing on what. */
export function deniedError(text: string, asked: Asked, access: ConsulAccess): LockError {
  const told = /lacks permission '([\w:]+)'(?: on "([^"]*)")?/.exec(text);
  const action = told?.[1] ?? asked.action;
  const kind = action.split(':')[0] ?? 'key';
  const resource = told?.[2] === undefined ? asked.resource : `${kind} "${told[2]}"`;
  const who =
    access.tokenSource === 'none'
      ? 'No token is configured: set CONSUL_HTTP_TOKEN or access_token, or'
      : `The token (${access.tokenSource}) lacks it:`;
  return {
    reason: 'denied',
    place: `Consul at ${addressText(access)}`,
    action,
    resource,
    help: `${who} ask for a policy with ${action}.`,
  };
}
