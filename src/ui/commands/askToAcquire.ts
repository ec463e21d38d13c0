import * as vscode from 'vscode';
import { formatCreated } from '../../core/lockInfo';
import type { Fact, StateRef } from '../../core/stateRef';
import { acquireConfirm } from '../../present/confirmView';
import { longAge } from '../../present/time';
import { label } from '../../present/untrusted';
import { confirm } from '../confirm';
import { withProgress } from '../progress';
import type { CommandDeps } from './commandDeps';

/** What a person has agreed to. */
export interface AcquireRequest {
  /** Whoever is refused reads it. */
  readonly reason: string;
  /** After this long the lock is given back by itself, in ms. */
  readonly limitMs?: number;
}

/** Asks for a reason, then shows what is taken, where and as whom. `undefined`: the person left. */
export async function askToAcquire(
  deps: CommandDeps,
  state: StateRef,
  words: { readonly title: string; readonly verb: string },
): Promise<AcquireRequest | undefined> {
  const reason = await vscode.window.showInputBox({
    title: `${words.title}: ${label(state.key)}`,
    prompt: 'Why are you taking this lock? Whoever is refused will read it.',
    placeHolder: 'Moving the network module, until 15:00, ask in #platform',
    ignoreFocusOut: true,
    validateInput: (text) => (text.trim() === '' ? 'Please give a reason.' : undefined),
  });
  if (reason === undefined) {
    return undefined;
  }
  const identity = await withProgress('Looking up credentials', (signal) =>
    identify(deps, state, signal),
  );
  const question = acquireConfirm(state, identity, deps.who, reason.trim());
  const usualMs = deps.settings.value.acquireLimitMs;
  const usual = usualMs === undefined ? words.verb : `${words.verb} for ${longAge(usualMs)}`;
  const limited = `${words.verb} with Time Limit…`;
  const choice = await confirm(question, usual, limited);
  if (choice === undefined) {
    return undefined;
  }
  const limitMs = choice === limited ? await askTimeLimit(words.title) : usualMs;
  if (limitMs === undefined && choice === limited) {
    return undefined;
  }
  return { reason: reason.trim(), ...(limitMs === undefined ? {} : { limitMs }) };
}

const minuteMs = 60_000;
const offeredMinutes = [15, 30, 60, 2 * 60, 4 * 60, 8 * 60, 24 * 60];
const maxMinutes = 30 * 24 * 60;

/** How long a lock may be held, in ms. */
export async function askTimeLimit(title: string): Promise<number | undefined> {
  const other = { label: 'Another time…', minutes: 0 };
  const offered = offeredMinutes.map((minutes) => ({
    label: longAge(minutes * minuteMs),
    minutes,
  }));
  const picked = await vscode.window.showQuickPick([...offered, other], {
    title,
    placeHolder: 'After how long is the lock given back by itself?',
  });
  if (picked !== other) {
    return picked === undefined ? undefined : picked.minutes * minuteMs;
  }
  const typed = await vscode.window.showInputBox({
    title,
    prompt: 'Minutes after which the lock is given back by itself',
    validateInput: (text) => (isMinutes(text) ? undefined : 'A whole number of minutes, please.'),
  });
  return typed !== undefined && isMinutes(typed) ? Number(typed) * minuteMs : undefined;
}

function isMinutes(text: string): boolean {
  return /^\d{1,5}$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= maxMinutes;
}

/** When a lock that is taken now is given back, as the record of own locks keeps it. */
export function untilOf(
  deps: Pick<CommandDeps, 'clock'>,
  limitMs: number | undefined,
): { until?: string } {
  return limitMs === undefined ? {} : { until: formatCreated(deps.clock.now() + limitMs) };
}

/** Who would write the lock. Not knowing is said, and does not stop anybody: the write itself will tell. */
async function identify(
  deps: CommandDeps,
  state: StateRef,
  signal: AbortSignal,
): Promise<readonly Fact[]> {
  const [place] = state.places;
  if (place === undefined) {
    return [];
  }
  const timeoutMs = deps.settings.value.polling.requestTimeoutMs;
  try {
    return await deps.gateway.identify(place, { userStarted: true, timeoutMs }, signal);
  } catch (error) {
    deps.log.warn(`The credentials for ${place.label} could not be looked up: ${String(error)}`);
    return [{ label: 'Credentials', value: 'could not be looked up' }];
  }
}
