import { eventually } from '../support/eventually';
import type { Workbench } from './driver';

export type BackupAnswer =
  | 'Save a copy of the state'
  | 'Note the present version'
  | 'Continue without a backup'
  | 'Continue';

/** Passes evidence and backup of a force unlock that has been started; answers with the record's dialog. */
export async function passEvidence(
  { quickInput, dialog, page }: Workbench,
  backup: BackupAnswer,
): Promise<string> {
  // Their labels begin with an icon.
  await quickInput.pick(/Continue to the backup$/);
  await quickInput.pick(new RegExp(`${backup}$`));
  const question = await dialog.text();
  if (!question.includes('Go on without a backup')) return question;
  // Where none can be taken, that takes an answer of its own.
  const buttons = page.locator('.monaco-dialog-box .dialog-buttons .monaco-button');
  await buttons.getByText('Go On Without a Backup', { exact: true }).click();
  // The next dialog takes the place of this one at once.
  return eventually(
    'the record',
    () => dialog.text(),
    (text) => text.includes('Force unlock '),
  );
}

/** Types the key, and confirms once more where something points to a live holder. */
export async function typeKey(
  { quickInput, dialog, notifications }: Workbench,
  key: string,
): Promise<'confirmed once more' | 'not asked again'> {
  await notifications.dismissAll();
  await quickInput.type(key);
  await quickInput.accept();
  const asked = await eventually('the result, or a last question', async () => {
    if (await dialog.isOpen()) return 'again';
    return (await notifications.texts()).length > 0 ? 'done' : false;
  });
  if (asked !== 'again') return 'not asked again';
  const question = await dialog.text();
  if (!question.includes('SEEMS TO BE ALIVE')) throw new Error(question);
  await dialog.click('Break the Lock All the Same');
  return 'confirmed once more';
}
