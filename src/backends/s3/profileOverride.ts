import type { S3Config } from './s3Config';

/**
 * With the profile of the settings instead of the one that the block or the environment name. Keys and a web
 * identity in the block stay: they do not depend on the environment that differs. A role is assumed with the profile.
 */
export function withProfile(config: S3Config, profile: string | undefined): S3Config {
  const { access } = config;
  return profile === undefined ||
    access.staticKeys !== undefined ||
    access.webIdentity !== undefined
    ? config
    : { ...config, access: { ...access, profile } };
}
