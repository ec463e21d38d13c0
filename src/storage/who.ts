import os from 'node:os';

/** `user@host` as Terraform writes it (`user.Current().Username` and the host name); halves may be empty. */
export function whoAmI(): string {
  let user = '';
  try {
    user = os.userInfo().username;
  } catch {
    // A uid that has no entry in the user database, as in some containers.
    user = process.env['USER'] ?? '';
  }
  return `${user}@${os.hostname()}`;
}
