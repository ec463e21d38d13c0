/**
 * What a look at this machine's processes found of `terraform`, `tofu` and `terragrunt`. Plain data.
 * `incomplete`: there may be more than could be seen, so that absence proves nothing.
 */
export type ProcessSearch =
  | {
      readonly kind: 'searched';
      readonly at: number;
      /** Process IDs whose working directory is the module's, or below it (Terragrunt's cache). */
      readonly here: readonly number[];
      /** How many work in other directories. */
      readonly elsewhere: number;
      /** `namespace`: in a container. `permissions`: some directories could not be read. `platform`: not exact here. */
      readonly incomplete?: 'namespace' | 'permissions' | 'platform';
    }
  | { readonly kind: 'failed'; readonly at: number; readonly detail: string };

/** Looks at the processes of the machine that the extension runs on. Rejects never. */
export interface ProcessFinder {
  search(directories: readonly string[]): Promise<ProcessSearch>;
}

/** The tools that take state locks, with a version in their name where several are installed side by side. */
const toolName = /^(?:terraform|tofu|opentofu|terragrunt)(?:[-_.]?v?\d[\w.-]*)?(?:\.exe)?$/i;

/** Whether a program of this name may hold a state lock. `terraform-ls` and provider plugins do not. */
export function isStateTool(name: string): boolean {
  return toolName.test(name);
}

/** Host names that images and installers give to every machine they make. */
const genericHosts: ReadonlySet<string> = new Set([
  '',
  'localhost',
  'localhost.localdomain',
  'vm',
  'host',
  'server',
  'desktop',
  'laptop',
  'ubuntu',
  'debian',
  'fedora',
  'centos',
  'alpine',
  'archlinux',
  'raspberrypi',
  'buildkitsandbox',
  'docker-desktop',
  'runner',
  'codespace',
  'devcontainer',
  'macbook-pro',
  'macbook-pro.local',
  'macbook-air',
  'macbook-air.local',
]);

/** Whether other machines are likely to have the same name. A container is named by twelve hex digits. */
export function isGenericHost(host: string): boolean {
  const name = host.toLowerCase();
  return genericHosts.has(name) || /^[0-9a-f]{12}$/.test(name) || name.startsWith('localhost');
}

/** Linux' own name of the first process namespace (`PROC_PID_INIT_INO`): only from there all processes are seen. */
export const firstProcessNamespace = 'pid:[4026531836]';
