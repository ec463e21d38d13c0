import * as vscode from 'vscode';
import type { EvidenceDesk, EvidenceSubject } from '../core/evidenceDesk';
import { evidenceSubject, evidenceSubjects } from '../core/evidenceSubject';
import type { Evidence } from '../core/finding';
import type { StateView } from '../core/lockBoard';
import type { Locks } from '../core/lockStatus';

/** The evidence of the holders of shown states, for whatever shows it. */
export class EvidenceViews {
  readonly onDidChange;

  constructor(private readonly desk: EvidenceDesk) {
    this.onDidChange = desk.onDidChange;
  }

  /** What is known without asking anybody. Of own locks nothing: their holder knows. */
  of(view: StateView): readonly Evidence[] {
    // Where its process would be looked for does not matter to what is known already.
    return evidenceSubjects(view, []).flatMap((subject) => this.desk.of(subject));
  }

  /** One for each holder. */
  subjects(view: StateView): readonly EvidenceSubject[] {
    return evidenceSubjects(view, directoriesOf(view));
  }

  subject(view: StateView, locks: Locks): EvidenceSubject | undefined {
    return evidenceSubject(view, locks, directoriesOf(view));
  }
}

/** Folders on disk: elsewhere no process can work. */
function directoriesOf({ modules }: StateView): readonly string[] {
  const uris = modules.map(({ dir }) => vscode.Uri.parse(dir));
  return [...new Set(uris.filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => fsPath))];
}
