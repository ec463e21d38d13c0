import { matchesGlob } from './glob';
import type { LockInfo } from './lockInfo';

/** Systems that run Terraform by themselves. */
export type CiSystem =
  | 'GitHub Actions'
  | 'GitLab CI'
  | 'CircleCI'
  | 'Azure Pipelines'
  | 'Jenkins'
  | 'Atlantis'
  | 'HCP Terraform agent';

/** Globs over `Who` (`user@host`). Names can be copied, so a match only ever says "looks like". */
interface CiPattern {
  readonly system: CiSystem;
  readonly who: readonly string[];
}

/**
 * First match wins, so the narrow ones come first. Sources: the user and machine names of the systems' own
 * images: hosted GitHub runners (user `runner`, machines `fv-az…` and `runnervm…`), Azure's hosted agents (user
 * `vsts`, the same machines), CircleCI's images (user `circleci`), GitLab's executors (machines
 * `runner-…-project-…-concurrent-…`, user `gitlab-runner` for shells), the Jenkins and Atlantis images (users
 * `jenkins` and `atlantis`) and the agent image of HCP Terraform (user `tfc-agent`).
 */
const ciPatterns: readonly CiPattern[] = [
  {
    system: 'Azure Pipelines',
    who: ['vsts@*', 'vsts_azpcontainer@*', '*@vsts-agent*', '*@azp-agent*'],
  },
  {
    system: 'GitHub Actions',
    who: ['runner@fv-az*', 'runner@runnervm*', 'runner@*', '*@github-runner*', '*@arc-runner*'],
  },
  {
    system: 'GitLab CI',
    who: ['*@runner-*-project-*-concurrent-*', '*@runner-*-concurrent-*', 'gitlab-runner@*'],
  },
  { system: 'CircleCI', who: ['circleci@*'] },
  { system: 'Jenkins', who: ['jenkins@*', '*@jenkins-agent*', '*@jenkins-worker*'] },
  { system: 'Atlantis', who: ['atlantis@*', '*@atlantis', '*@atlantis-*'] },
  { system: 'HCP Terraform agent', who: ['tfc-agent@*', '*@tfc-agent*'] },
];

/** The system that a holder looks like. */
export function ciSystemOf(info: LockInfo): CiSystem | undefined {
  return ciPatterns.find(({ who }) => who.some((glob) => matchesGlob(glob, info.who)))?.system;
}

/** One line of the setting `stateLock.holders`: whom to ask about locks like these, and where to look. */
export interface HolderRule {
  /** Globs; a missing one fits everything. */
  readonly who?: string;
  readonly info?: string;
  /** `#platform`, a name, an address: shown and copied, never opened. */
  readonly contact?: string;
  /** With `{user} {host} {info} {id}`, each of which is put in percent-encoded. */
  readonly url?: string;
}

/** Whom to ask about a lock, and where its run can be looked at. */
export interface HolderContact {
  readonly contact?: string;
  readonly url?: string;
}

/** What the first fitting rule says. Its address is only ever one of the web. */
export function contactOf(rules: readonly HolderRule[], info: LockInfo): HolderContact {
  const rule = rules.find(
    ({ who, info: about }) =>
      (who !== undefined || about !== undefined) &&
      (who === undefined || matchesGlob(who, info.who)) &&
      (about === undefined || matchesGlob(about, info.info)),
  );
  const url = rule?.url === undefined ? undefined : filledUrl(rule.url, info);
  return {
    ...(rule?.contact === undefined ? {} : { contact: rule.contact }),
    ...(url === undefined ? {} : { url }),
  };
}

const webAddress = /^https?:\/\/[^\s/{}@]+(?:[/?#]|$)/i;

/** Placeholders are for what follows the host: a record must not choose where a click leads. */
function filledUrl(template: string, info: LockInfo): string | undefined {
  if (!webAddress.test(template)) {
    return undefined;
  }
  const at = info.who.lastIndexOf('@');
  const values: Readonly<Record<string, string>> = {
    user: at < 0 ? info.who : info.who.slice(0, at),
    host: at < 0 ? '' : info.who.slice(at + 1),
    info: info.info,
    id: info.id,
  };
  return template.replace(/\{(user|host|info|id)\}/g, (_whole, name: string) =>
    // `.` and `..` survive the encoding and would climb in a path.
    encodeURIComponent((values[name] ?? '').toWellFormed()).replace(/^\.{1,2}$/, '%2E'),
  );
}
