import * as vscode from 'vscode';
import { contactOf, type HolderContact } from '../../core/ciHolders';
import type { EvidenceSubject } from '../../core/evidenceDesk';
import { summarize } from '../../core/evidenceSummary';
import type { StateInfo } from '../../core/stateBackup';
import { holderMessage } from '../../present/dossierView';
import { summaryWords } from '../../present/evidenceView';
import { evidenceItems, type StepItem } from '../../present/runbookView';
import { label } from '../../present/untrusted';
import type { CommandDeps } from '../commands/commandDeps';
import { withProgress } from '../progress';
import { showStep } from './step';

/** What the first step leaves with. */
export interface Looked {
  readonly info: StateInfo;
  readonly messageCopied: boolean;
}

type Choice = 'continue' | 'message' | 'open' | 'again';

/** Shows whether the holder seems to be alive, and helps to ask. `undefined`: the flow was left. */
export async function evidenceStep(
  deps: CommandDeps,
  subject: EvidenceSubject,
  title: string,
): Promise<Looked | undefined> {
  const [lock] = subject.locks;
  const gather = (): Promise<StateInfo | undefined> =>
    withProgress(
      `Looking for signs of life of the holder of ${label(subject.state.key)}`,
      (signal) =>
        deps.desk.gather(subject, signal).then((info) => (signal.aborted ? undefined : info)),
    );
  let info = await gather();
  let messageCopied = false;
  const contact = contactOf(deps.settings.value.holders, lock.record.info);
  while (info !== undefined) {
    const evidence = deps.desk.of(subject);
    const choice = await showStep<Choice>({
      title,
      step: 1,
      totalSteps: 3,
      placeholder: summaryWords(summarize(evidence)),
      items: [...actionItems(contact, messageCopied), 'line', ...evidenceItems(evidence)],
      canGoBack: false,
    });
    switch (choice) {
      case 'continue':
        return { info, messageCopied };
      case 'message':
        await vscode.env.clipboard.writeText(
          holderMessage(subject.state, lock, deps.clock.now(), contact.contact),
        );
        messageCopied = true;
        break;
      case 'open':
        // VS Code asks before it opens an address that is not known to it.
        await vscode.env.openExternal(vscode.Uri.parse(contact.url ?? '', true));
        break;
      case 'again':
        info = await gather();
        break;
      case 'back':
      case undefined:
        return undefined;
    }
  }
  return undefined;
}

function actionItems(contact: HolderContact, copied: boolean): readonly StepItem<Choice>[] {
  const whom = contact.contact === undefined ? 'the holder' : label(contact.contact);
  return [
    {
      label: '$(arrow-right) Continue to the backup',
      detail: 'Nothing is changed before the last step.',
      choice: 'continue',
    },
    {
      label: copied ? '$(check) Message copied' : `$(mail) Copy a message to ${whom}`,
      detail: 'State, lock ID, age and the question whether the run is still going.',
      choice: 'message',
    },
    ...(contact.url === undefined
      ? []
      : [
          {
            label: '$(link-external) Look at the run',
            description: label(contact.url, 200),
            choice: 'open' as const,
          },
        ]),
    { label: '$(refresh) Look again', choice: 'again' },
  ];
}
