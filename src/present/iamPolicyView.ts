import type { LockError } from '../core/lockError';
import type { PermissionLevel, RequiredPermissions } from '../core/permissions';
import type { CreateTableOutcome } from '../core/lockGateway';
import type { LockPlace } from '../core/lockPlace';
import type { Fact } from '../core/stateRef';
import type { ResultView } from './actionView';
import { label, plain } from './untrusted';
import { errorText } from './wording';

const levelTitles: Record<PermissionLevel, string> = {
  watch: 'Watch locks',
  acquireAndRelease: 'Acquire and release locks',
  forceUnlock: 'Force unlock',
};

/**
 * The document of Show Required IAM Policy, in Markdown.
 * @param title what the policy is for: the state's key.
 * @param denied what was refused lately; its actions are marked where a policy grants them.
 */
export function permissionsMarkdown(
  title: string,
  permissions: RequiredPermissions,
  denied: readonly LockError[],
): string {
  const refused = new Set(denied.flatMap(({ action }) => (action === undefined ? [] : [action])));
  const levels = permissions.levels.flatMap(({ level, grants, policy, language }) => {
    const actions = grants.flatMap((grant) => grant.actions);
    const missing = [...new Set(actions)].filter((action) => refused.has(action));
    return [
      `## ${levelTitles[level]}`,
      '',
      ...(missing.length === 0
        ? []
        : [`**Missing at the last attempt:** ${missing.map(code).join(', ')}`, '']),
      `\`\`\`${language}`,
      policy,
      '```',
      '',
    ];
  });
  return [
    `# Permissions for ${code(title)}`,
    '',
    `${code(permissions.title)}: each policy is complete for its purpose; none needs another.`,
    '',
    ...deniedLines(denied),
    ...levels,
    '## Notes',
    '',
    // As plain text: readable in the editor, where nobody renders it, and nothing in it is Markdown.
    '```text',
    ...permissions.notes.map((note) => `- ${plain(note, 600)}`),
    '```',
    '',
  ].join('\n');
}

function deniedLines(denied: readonly LockError[]): string[] {
  const lines = denied.map(
    ({ action, resource }) =>
      `- ${code(action ?? 'an action that the answer did not name')} on ${code(resource ?? 'a resource that the answer did not name')}`,
  );
  return lines.length === 0 ? [] : ['**Access was denied:**', '', ...new Set(lines), ''];
}

/** Text as code: nothing in it can end the code but a backtick, so it has none. */
function code(text: string): string {
  return `\`${plain(text, 400).replaceAll('`', "'")}\``;
}

/** What a person confirms before a lock table is created. Escaped. */
export function createTableConfirm(
  place: LockPlace,
  identity: readonly Fact[],
  deletionProtection: boolean,
): { readonly message: string; readonly detail: string } {
  const name = place.origin?.name ?? place.label;
  const facts: Fact[] = [
    { label: 'Table', value: name },
    { label: 'Region', value: place.origin?.region ?? '' },
    ...identity,
    { label: 'Key', value: 'LockID (String), no sort key' },
    { label: 'Billing', value: 'on demand: nothing while idle, then per request' },
    { label: 'Deletion protection', value: deletionProtection ? 'on' : 'off' },
  ];
  const lines = facts.map((fact) => `${fact.label}: ${plain(fact.value)}`);
  return {
    message: `Create the DynamoDB table ${label(name)}?`,
    detail: [...lines, '', 'An existing table is never changed. The table gets no tags.'].join(
      '\n',
    ),
  };
}

/** What came of creating a lock table. Escaped. */
export function createTableResult(place: LockPlace, outcome: CreateTableOutcome): ResultView {
  const name = label(place.label);
  switch (outcome.kind) {
    case 'created':
      return { severity: 'info', message: `${name} was created and is ready.` };
    case 'creating':
      return {
        severity: 'warning',
        message: `${name} was created, but is not known to be ready yet.${outcome.error === undefined ? '' : ` ${words(outcome.error)}`}`,
      };
    case 'exists':
      return {
        severity: 'warning',
        message: `${name} exists already, or is just being created or deleted. Nothing was changed.`,
      };
    case 'failed':
      return { severity: 'error', message: `${name}: ${words(outcome.error)}` };
  }
}

function words(error: LockError): string {
  const { message, nextStep } = errorText(error);
  return label(`${message} ${nextStep}`, 600);
}
