import { adviceOn, type Advice } from '../core/activityAdvice';
import {
  emptyTable,
  readingAgeMs,
  type ActivityFacts,
  type ExportFormat,
  type FromActivityView,
  type ToActivityView,
} from '../core/activityMessages';
import { activityStats, type ActivityFilter, type ActivityStats } from '../core/activityStats';
import { rowColumns, type HoldTable } from '../core/holdTable';
import { activityCsv, activityMarkdown } from '../present/activityExport';
import { stateNames } from '../present/activityWords';
import { ActivityPage, type PageState } from './activityPage';
import { onThemeChange, readTheme } from './theme';

interface Host {
  postMessage(message: FromActivityView): void;
  getState(): Partial<PageState> | undefined;
  setState(state: PageState): void;
}

declare function acquireVsCodeApi(): Host;

interface Shown {
  readonly filter: ActivityFilter & { readonly from: number; readonly to: number };
  readonly stats: ActivityStats;
  readonly advice: readonly Advice[];
}

const dayMs = 86_400_000;
const host = acquireVsCodeApi();
const page = new ActivityPage(host.getState() ?? {}, {
  onChange: (state) => {
    host.setState(state);
    if (isMissing(state.days)) {
      page.showReading();
      ask();
    } else {
      show();
    }
  },
  onExport: exportAs,
  onRefresh: ask,
});
document.body.append(page.root);

let facts: ActivityFacts | undefined;
let table: HoldTable | undefined;
let names: readonly string[] = [];
let isComplete = false;
let begunAt = 0;
let shown: Shown | undefined;

window.addEventListener('message', ({ data }: MessageEvent<ToActivityView>) => {
  switch (data.kind) {
    case 'begin':
      begunAt = performance.now();
      facts = data.facts;
      table = emptyTable(data.table);
      isComplete = false;
      return;
    case 'rows':
      for (const column of rowColumns) {
        table?.[column].set(data.columns[column], data.offset);
      }
      return;
    case 'end':
      isComplete = true;
      names = stateNames(table?.states ?? []);
      show();
      // The next frame is on the screen when this one's callbacks have run.
      requestAnimationFrame(() => setTimeout(reportDrawn, 0));
      return;
    case 'failed':
      page.showFailure();
      return;
  }
});

onThemeChange(() => {
  show();
});
ask();

function ask(): void {
  host.postMessage({ kind: 'ready', days: page.state.days });
}

/** Whether more is to be shown than was sent. */
function isMissing(days: number): boolean {
  return facts?.since !== undefined && readingAgeMs(days) === undefined;
}

function show(): void {
  if (table === undefined || facts === undefined || !isComplete || isMissing(page.state.days)) {
    return;
  }
  const isNothing = table.count === 0 && table.refusals.at.length === 0;
  if (isNothing && facts.since !== undefined) {
    // Perhaps before.
    host.postMessage({ kind: 'ready', days: 0 });
    return;
  }
  if (isNothing) {
    page.showEmpty(facts);
    return;
  }
  const filter = filterOf(table, facts, page.state);
  const stats = activityStats(table, filter);
  const advice = adviceOn(table, stats, filter);
  shown = { filter, stats, advice };
  page.show({ table, facts, names, ...shown }, readTheme());
}

function filterOf(of: HoldTable, { now }: ActivityFacts, state: PageState): Shown['filter'] {
  const wanted = state.search.trim().toLowerCase();
  const to = now;
  const from = state.days > 0 ? now - state.days * dayMs : oldest(of, now);
  if (wanted === '') {
    return { from, to };
  }
  const isShown = of.states.map((path) => path.toLowerCase().includes(wanted));
  return { from, to, isShown: (index) => isShown[index] === true };
}

function oldest({ startTo, refusals, watched }: HoldTable, now: number): number {
  const firsts = [startTo[0], refusals.at[0], ...watched.map(({ spans }) => spans[0])];
  const known = firsts.filter((at) => at !== undefined);
  return Math.min(now - dayMs, ...known);
}

function exportAs(format: ExportFormat): void {
  if (table === undefined || facts === undefined || shown === undefined) {
    return;
  }
  const content = { table, facts, ...shown };
  const text = format === 'csv' ? activityCsv(content) : activityMarkdown(content);
  host.postMessage({ kind: 'save', format, bytes: new TextEncoder().encode(text) });
}

function reportDrawn(): void {
  const ms = performance.now() - begunAt;
  const holds = table?.count ?? 0;
  document.body.dataset['drawnMs'] = ms.toFixed(0);
  document.body.dataset['drawnAt'] = String(Date.now());
  document.body.dataset['pageAt'] = performance.timeOrigin.toFixed(0);
  document.body.dataset['holds'] = String(holds);
  host.postMessage({ kind: 'drawn', holds, ms });
}
