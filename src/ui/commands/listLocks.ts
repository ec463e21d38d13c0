import * as vscode from 'vscode';
import type { ReadOptions } from '../../core/lockGateway';
import type { LockErrorReason } from '../../core/lockError';
import type { LockSource } from '../../core/lockListing';
import type { OpenListing } from '../../core/lockListingBoard';
import { runListing } from '../../core/lockListingRun';
import { listingWords } from '../../present/lockListing';
import { listingConfirm, listingProgressText, listingResult } from '../../present/lockListingCost';
import { listingJson, listingMarkdown } from '../../present/lockListingCopy';
import { label } from '../../present/untrusted';
import { errorText } from '../../present/wording';
import { views } from '../contributions';
import { listingTarget } from '../lockListingBranch';
import { showResult, withProgress } from '../progress';
import { yieldToOthers } from '../systemPorts';
import type { CommandDeps } from './commandDeps';

/** Lists every lock of a table or bucket, after the person has seen what that costs. */
export async function listLocks(deps: CommandDeps): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    void vscode.window.showInformationMessage(errorText({ reason: 'untrusted' }).message);
    return;
  }
  const source = await pickSource(deps);
  if (source !== undefined) {
    await listSource(deps, source);
  }
}

/** Reads an open list again. It costs the same again, so it is asked again. */
export async function refreshList(deps: CommandDeps, argument: unknown): Promise<void> {
  const open = await pickListing(deps, argument, 'Refresh List');
  if (open !== undefined) {
    await listSource(deps, open.listing.source);
  }
}

export async function closeList(deps: CommandDeps, argument: unknown): Promise<void> {
  const open = await pickListing(deps, argument, 'Close List');
  if (open !== undefined) {
    deps.listings.close(open.listing.source.id);
  }
}

/** Shows only locks whose holder or path holds a text. */
export async function filterList(deps: CommandDeps, argument: unknown): Promise<void> {
  const open = await pickListing(deps, argument, 'Filter List');
  if (open === undefined) {
    return;
  }
  const { source } = open.listing;
  const filter = await vscode.window.showInputBox({
    title: `Filter List: ${label(source.name)}`,
    prompt: 'Part of a holder or of a path. Empty shows every lock.',
    placeHolder: 'alice@build-07',
    value: open.filter,
  });
  if (filter !== undefined) {
    await deps.listings.setFilter(source.id, filter.trim());
  }
}

export async function copyListMarkdown(deps: CommandDeps, argument: unknown): Promise<void> {
  await copyList(deps, argument, 'Copy List as Markdown', (open) =>
    listingMarkdown(open, deps.clock.now(), yieldToOthers),
  );
}

export async function copyListJson(deps: CommandDeps, argument: unknown): Promise<void> {
  await copyList(deps, argument, 'Copy List as JSON', (open) => listingJson(open, yieldToOthers));
}

async function copyList(
  deps: CommandDeps,
  argument: unknown,
  title: string,
  textOf: (open: OpenListing) => Promise<string>,
): Promise<void> {
  const open = await pickListing(deps, argument, title);
  if (open !== undefined) {
    await vscode.env.clipboard.writeText(await textOf(open));
    vscode.window.setStatusBarMessage(`List copied: ${listingWords(open, deps.clock.now())}`, 3000);
  }
}

/** The table or bucket that is listed: the only one that the states here use, or the chosen one. */
async function pickSource(deps: CommandDeps): Promise<LockSource | undefined> {
  const states = deps.board.views().flatMap(({ state }) => state ?? []);
  const sources = await deps.lister.listSources(states);
  if (sources.length === 0) {
    void vscode.window.showInformationMessage(
      'No state here keeps its lock in a table or bucket that can be listed.',
    );
    return undefined;
  }
  const items = sources.map((source) => ({
    label: label(source.name),
    description: source.kind === 'table' ? 'DynamoDB table' : 'S3 bucket: lock files',
    detail: label(source.facts.map((fact) => `${fact.label}: ${fact.value}`).join(' · ')),
    source,
  }));
  const picked =
    items.length === 1
      ? items[0]
      : await vscode.window.showQuickPick(items, {
          title: 'List All Locks',
          placeHolder: 'Of which table or bucket?',
        });
  return picked?.source;
}

/** The list that a row or a command without arguments means. */
async function pickListing(
  deps: CommandDeps,
  argument: unknown,
  title: string,
): Promise<OpenListing | undefined> {
  const target = listingTarget(argument);
  if (target !== undefined) {
    return deps.listings.get(target.source);
  }
  const open = deps.listings.all();
  if (open.length < 2) {
    if (open.length === 0) {
      void vscode.window.showInformationMessage('No list is open: run "List All Locks" first.');
    }
    return open[0];
  }
  const items = open.map((listing) => ({
    label: label(listing.listing.source.label),
    description: listingWords(listing, deps.clock.now()),
    listing,
  }));
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: 'Which list?' });
  return picked?.listing;
}

/** Failures to measure after which reading would fail too. */
const endsHere: readonly LockErrorReason[] = [
  'notFound',
  'wrongSchema',
  'signedOut',
  'badCredentials',
  'untrusted',
  'cancelled',
];

async function listSource(deps: CommandDeps, source: LockSource): Promise<void> {
  const options: ReadOptions = {
    userStarted: true,
    timeoutMs: deps.settings.value.polling.requestTimeoutMs,
  };
  const name = label(source.label);
  const size = await withProgress(`Asking for the size of ${name}`, (signal) =>
    deps.lister.measureSource(source, options, signal),
  );
  if (size.kind === 'unknown' && size.error !== undefined && endsHere.includes(size.error.reason)) {
    if (size.error.reason !== 'cancelled') {
      const { message, nextStep } = errorText(size.error);
      showResult({ severity: 'error', message: label(`${message} ${nextStep}`, 600) }, deps.log);
    }
    return;
  }
  const confirm = listingConfirm(source, size);
  const list = 'List Locks';
  const choice = await vscode.window.showInformationMessage(
    confirm.message,
    { modal: true, detail: confirm.detail },
    list,
  );
  if (choice !== list) {
    return;
  }
  const listing = await withProgress(`Listing the locks of ${name}`, (signal, report) =>
    runListing(
      source,
      {
        lister: deps.lister,
        clock: deps.clock,
        random: Math.random,
        options,
        turn: yieldToOthers,
        onProgress: (progress) => {
          report(listingProgressText(source, progress));
        },
      },
      signal,
    ),
  );
  await deps.listings.show(listing);
  showResult(listingResult(listing), deps.log);
  await vscode.commands.executeCommand(`${views.locks}.focus`);
}
