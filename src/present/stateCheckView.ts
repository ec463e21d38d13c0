import type { StateCheck } from '../core/stateCheck';
import type { StateRef } from '../core/stateRef';
import type { ResultView } from './actionView';
import { shortAge } from './time';
import { label } from './untrusted';
import { errorText } from './wording';

/** What a look at a state found, as rows of its details. Not yet escaped. */
export function checkDetails(check: StateCheck, now: number): [string, string][] {
  const age = shortAge(Math.max(0, now - check.at));
  if (check.kind === 'failed') {
    return [['State not checked', `${errorText(check.error).message} (${age} ago)`]];
  }
  return [
    ...check.facts.map((fact): [string, string] => [fact.label, fact.value]),
    ['State checked', `${age} ago`],
  ];
}

/** What came of a look that a person asked for. */
export function checkResult(state: StateRef, check: StateCheck): ResultView {
  const name = label(state.key);
  if (check.kind === 'failed') {
    const { message, nextStep } = errorText(check.error);
    const what = `The state ${name} could not be checked.`;
    return { severity: 'error', message: `${what} ${label(message, 400)} ${label(nextStep)}` };
  }
  const facts = check.facts.map(
    (fact) => `${label(fact.label)}: ${sentence(label(fact.value, 500))}`,
  );
  return {
    severity: check.kind === 'unsound' ? 'warning' : 'info',
    message: `${name}: ${facts.join(' ')}`,
  };
}

/** The message about a broken lock, with what was found of the state that it protected. */
export function withCheck(result: ResultView, check: StateCheck | undefined): ResultView {
  switch (check?.kind) {
    case undefined:
    case 'sound':
    case 'open':
      return result;
    case 'unsound': {
      const [first, second] = check.facts;
      const said = [first, second].flatMap((fact) =>
        fact === undefined ? [] : [`${label(fact.label)}: ${sentence(label(fact.value, 500))}`],
      );
      const message = `${result.message} ${said.join(' ')} Its details in the list of locks say what to check.`;
      return { severity: 'warning', message };
    }
    case 'failed': {
      const why = label(errorText(check.error).message, 300);
      const message = `${result.message} The state itself could not be checked: ${why}`;
      return check.error.reason === 'cancelled' ? result : { ...result, message };
    }
  }
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
