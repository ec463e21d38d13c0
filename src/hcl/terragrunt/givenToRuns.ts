import { attempt } from './attempt';
import type { ConfigScope } from './configScope';

/** Variables that make Terragrunt assume a role, ask a program for credentials, or read another file. */
const variables = [
  'TG_IAM_ASSUME_ROLE',
  'TERRAGRUNT_IAM_ROLE',
  'TG_AUTH_PROVIDER_CMD',
  'TERRAGRUNT_AUTH_PROVIDER_CMD',
  'TG_CONFIG',
  'TERRAGRUNT_CONFIG',
];

/**
 * What Terragrunt gives the runs of Terraform beside the backend. With another role a table of the same name
 * is another table, in which no lock says nothing.
 */
export function givenTo(
  scope: ConfigScope,
  environment: Readonly<Record<string, string | undefined>>,
): { readonly notFollowed?: string; readonly givesVariables?: true } {
  const files = scope.merged();
  const named = variables.find((name) => (environment[name] ?? '') !== '');
  const hasRole = files.some(({ scope: { file }, scope: own }) => {
    const { iamRole } = file;
    const role = iamRole === undefined ? '' : attempt(() => own.value(iamRole));
    return role !== '' && role !== null;
  });
  const notFollowed =
    named ??
    (hasRole
      ? 'iam_role'
      : files.some(({ scope: { file } }) => file.setsEnvironment)
        ? 'env_vars'
        : undefined);
  const givesVariables = files.some(({ scope: { file } }) => file.inputs !== undefined);
  return {
    ...(notFollowed === undefined ? {} : { notFollowed }),
    ...(givesVariables ? { givesVariables } : {}),
  };
}
