import { LockFailure } from '../../core/lockError';
import { awsClientOptions } from './awsClientOptions';
import type { AwsKeys } from './awsCredentials';
import type { AwsAccess } from './s3Config';

/**
 * Keeps to `allowed_account_ids` and `forbidden_account_ids`: in a wrong account there may be a table of the same
 * name, whose free lock says nothing. STS is asked once for each access key, which belongs to one account for ever.
 */
export class AccountGuard {
  private readonly accounts = new Map<string, string>();

  constructor(private readonly access: AwsAccess) {}

  /**
   * To be awaited before anything is asked or changed with these keys.
   * @throws LockFailure with reason `wrongAccount`, or whatever keeps STS from answering.
   */
  async check(keys: AwsKeys, signal: AbortSignal): Promise<void> {
    const { allowed, forbidden } = this.access.accounts ?? {};
    if (!allowed?.length && !forbidden?.length) {
      return;
    }
    const account = this.accounts.get(keys.accessKeyId) ?? (await this.ask(keys, signal));
    const refused = allowed?.length ? !allowed.includes(account) : forbidden?.includes(account);
    if (refused === true) {
      const attribute = allowed?.length ? 'allowed_account_ids' : 'forbidden_account_ids';
      throw new LockFailure({ reason: 'wrongAccount', detail: `${account} (${attribute})` });
    }
  }

  private async ask(keys: AwsKeys, signal: AbortSignal): Promise<string> {
    const { STSClient, GetCallerIdentityCommand } = await import('@aws-sdk/client-sts');
    const options = awsClientOptions(this.access, 'sts', 'read');
    const region = this.access.stsRegion ?? options.region;
    const client = new STSClient({ ...options, region, credentials: keys });
    try {
      const { Account: account } = await client.send(new GetCallerIdentityCommand(), {
        abortSignal: signal,
      });
      if (account === undefined) {
        throw new LockFailure({ reason: 'malformed', detail: 'STS named no account' });
      }
      this.accounts.set(keys.accessKeyId, account);
      return account;
    } finally {
      client.destroy();
    }
  }
}
