import type { Advice } from '../core/activityAdvice';
import type { ActivityFacts, ExportFormat } from '../core/activityMessages';
import type { ActivityStats } from '../core/activityStats';
import type { HoldTable } from '../core/holdTable';
import { adviceText, counted, duration, percentText, samplingText } from '../present/activityWords';
import { BarSection } from './barSection';
import { blockedContent, holdersContent, operationsContent, statesContent } from './contents';
import { button, element } from './dom';
import { Timeline } from './timeline';
import type { Theme } from './theme';

/** What a person has chosen: kept while the view is hidden, when nothing else is. */
export interface PageState {
  readonly search: string;
  /** 0: all there is. */
  readonly days: number;
  /** Titles of the parts that are shown as tables. */
  readonly tables: readonly string[];
}

export interface PageContent {
  readonly table: HoldTable;
  readonly facts: ActivityFacts;
  readonly names: readonly string[];
  readonly filter: { readonly from: number; readonly to: number };
  readonly stats: ActivityStats;
  readonly advice: readonly Advice[];
}

interface PageEvents {
  onChange(state: PageState): void;
  onExport(format: ExportFormat): void;
  onRefresh(): void;
}

const ranges: readonly (readonly [number, string])[] = [
  [1, 'Last 24 hours'],
  [7, 'Last 7 days'],
  [30, 'Last 30 days'],
  [90, 'Last 90 days'],
  [0, 'All'],
];
const searchDelayMs = 150;

/** The view: what can be chosen, the figures, the advice and the charts. */
export class ActivityPage {
  readonly root = element('main');
  state: PageState;
  private readonly search = element('input', { type: 'search', placeholder: 'Part of a path' });
  private readonly range = element('select');
  private readonly body = element('div', { hidden: '' });
  private readonly message = element('div', { class: 'empty', role: 'status' }, 'Reading…');
  private readonly figures = element('dl', { class: 'figures' });
  private readonly notes = element('div');
  private readonly adviceBox = element('section', { 'aria-label': 'Advice' });
  private readonly timeline: Timeline;
  private readonly states: BarSection;
  private readonly holders: BarSection;
  private readonly operations: BarSection;
  private readonly blocked: BarSection;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    saved: Partial<PageState>,
    private readonly events: PageEvents,
  ) {
    this.state = { search: saved.search ?? '', days: saved.days ?? 30, tables: saved.tables ?? [] };
    const [timeline, states, holders] = ['Timeline', 'Hours locked by state', 'Top holders'];
    const [operations, blocked] = ['How long holds last', 'When people were blocked'];
    this.timeline = new Timeline(this.isTable(timeline), this.toggleOf(timeline));
    const section = (title: string): BarSection =>
      new BarSection(title, this.isTable(title), this.toggleOf(title));
    this.states = section(states);
    this.holders = section(holders);
    this.operations = section(operations);
    this.blocked = section(blocked);
    const sections = [this.states, this.holders, this.operations, this.blocked];
    this.body.append(
      this.figures,
      this.notes,
      this.adviceBox,
      this.timeline.root,
      ...sections.map(({ root }) => root),
    );
    this.root.append(element('h1', {}, 'Lock Activity'), this.controls(), this.message, this.body);
  }

  show(content: PageContent, theme: Theme): void {
    const { stats, table, facts, names, filter, advice } = content;
    this.message.hidden = true;
    this.body.hidden = false;
    this.showFigures(stats);
    const notes = samplingText(stats, facts);
    this.notes.replaceChildren(...notes.map((text) => element('p', { class: 'note' }, text)));
    this.showAdvice(advice, table, names);
    const withHolds = stats.states.filter(({ holds }) => holds > 0);
    this.timeline.draw(
      {
        table,
        names,
        states: withHolds.map(({ state }) => state),
        operations: stats.operations.map(({ operation }) => operation),
        range: filter,
      },
      theme,
    );
    const shown = { table, stats, names, rangeMs: filter.to - filter.from };
    this.states.draw(statesContent(shown), theme);
    this.holders.draw(holdersContent(shown), theme);
    this.operations.draw(operationsContent(shown), theme);
    this.blocked.draw(blockedContent(shown), theme);
  }

  /** More of the history was asked for. */
  showReading(): void {
    this.say('Reading…', 'The whole history is read.');
  }

  /** Nothing was ever recorded. */
  showEmpty(facts: ActivityFacts): void {
    this.say(
      'Nothing is recorded yet',
      facts.isEnabled
        ? 'The history begins when this extension runs: whenever a lock of this workspace is seen taken or ' +
            'given back, it is noted on this machine. Come back after the next plan or apply.'
        : 'Recording is off. Turn on the setting stateLock.history.enabled, and locks that are seen taken ' +
            'or given back are noted on this machine.',
    );
  }

  showFailure(): void {
    this.say('The history could not be read', 'The log of Terraform State Lock says why.');
  }

  private say(title: string, text: string): void {
    this.body.hidden = true;
    this.message.hidden = false;
    this.message.replaceChildren(element('h2', {}, title), element('p', {}, text));
  }

  private controls(): HTMLElement {
    this.search.value = this.state.search;
    this.search.addEventListener('input', () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.choose({ search: this.search.value }), searchDelayMs);
    });
    for (const [days, text] of ranges) {
      this.range.append(element('option', { value: String(days) }, text));
    }
    this.range.value = String(this.state.days);
    this.range.addEventListener('change', () => this.choose({ days: Number(this.range.value) }));
    return element(
      'div',
      { class: 'controls', role: 'toolbar', 'aria-label': 'What is shown' },
      element('label', {}, 'States', this.search),
      element('label', {}, 'Time', this.range),
      element('span', { class: 'spacer' }),
      button('Refresh', () => this.events.onRefresh()),
      button('Export as CSV…', () => this.events.onExport('csv')),
      button('Export as Markdown…', () => this.events.onExport('markdown')),
    );
  }

  private showFigures(stats: ActivityStats): void {
    const locked = stats.states.reduce((sum, one) => sum + one.locked.least, 0);
    const figures: readonly (readonly [string, string])[] = [
      [stats.holds.toLocaleString('en'), stats.holds === 1 ? 'hold' : 'holds'],
      [duration(locked), 'locked, at least'],
      [stats.states.filter(({ holds }) => holds > 0).length.toLocaleString('en'), 'states'],
      [stats.holders.length.toLocaleString('en'), 'holders'],
      [stats.refusals.length.toLocaleString('en'), 'refused attempts'],
      [percentText(stats.watchedShare), 'of the time watched'],
    ];
    this.figures.replaceChildren(
      ...figures.map(([value, name]) =>
        element('div', {}, element('dt', {}, name), element('dd', {}, value)),
      ),
    );
  }

  private showAdvice(advice: readonly Advice[], table: HoldTable, names: readonly string[]): void {
    this.adviceBox.hidden = advice.length === 0;
    const items = advice.map((one) => {
      const { title, reason } = adviceText(one, table, names);
      return element('li', {}, element('strong', {}, title), reason);
    });
    this.adviceBox.replaceChildren(
      element('header', {}, element('h2', {}, `Advice: ${counted(advice.length, 'finding')}`)),
      element('ul', { class: 'advice' }, ...items),
    );
  }

  private isTable(title: string): boolean {
    return this.state.tables.includes(title);
  }

  private toggleOf(title: string): (isTable: boolean) => void {
    return (isTable) => {
      const others = this.state.tables.filter((one) => one !== title);
      this.choose({ tables: isTable ? [...others, title] : others });
    };
  }

  private choose(change: Partial<PageState>): void {
    this.state = { ...this.state, ...change };
    this.events.onChange(this.state);
  }
}
