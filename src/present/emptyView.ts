import type { StateView } from '../core/lockBoard';

/** Which welcome text replaces an empty tree. */
export type EmptyReason = 'none' | 'noBackend' | 'untrusted' | 'noCredentials' | 'error';

/**
 * What the tree says instead of rows. Without credentials the rows stay wherever something was ever known,
 * because an old answer with its age is worth more than an empty view.
 */
export function emptyReason(
  views: readonly StateView[],
  context: { readonly trusted: boolean; readonly failed: boolean },
): EmptyReason {
  if (!context.trusted) {
    return 'untrusted';
  }
  if (context.failed) {
    return 'error';
  }
  if (views.length === 0) {
    return 'noBackend';
  }
  const signedOut = views.every(
    ({ status }) =>
      status.kind === 'unknown' && status.error.reason === 'signedOut' && status.last === undefined,
  );
  return signedOut ? 'noCredentials' : 'none';
}
