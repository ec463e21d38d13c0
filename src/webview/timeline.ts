import type { Chart } from 'chart.js';
import { rowsByState } from '../core/timelineSegments';
import type { HoldTable } from '../core/holdTable';
import { nameOf } from '../present/activityWords';
import { button, element, newId } from './dom';
import { HoldsTable } from './holdsTable';
import { drawTimeline, fullTime, operationColour, type Range } from './timelineChart';
import type { Theme } from './theme';

/** What the timeline shows; it finds out by itself which part of it can be seen. */
export interface TimelineContent {
  readonly table: HoldTable;
  readonly names: readonly string[];
  /** Of the states to show, in their order. */
  readonly states: readonly number[];
  /** Operations, the most frequent first. */
  readonly operations: readonly number[];
  readonly range: Range;
}

const rowHeight = 24;
const axisHeight = 30;
const mostRows = 14;
const leastRangeMs = 5 * 60_000;

/** When each state was locked. Only the states and bars that can be seen are drawn, whatever there is. */
export class Timeline {
  readonly root: HTMLElement;
  private readonly canvas = element('canvas', { role: 'img' });
  private readonly picture = element('div', { class: 'stuck' });
  private readonly spacer = element('div');
  private readonly scroll = element('div', { class: 'scroll', tabindex: '0', role: 'group' });
  private readonly legend = element('p', { class: 'legend' });
  private readonly summary = element('p', { class: 'summary', 'aria-live': 'polite' });
  private readonly toggle: HTMLButtonElement;
  private readonly table: HoldsTable;
  private chart: Chart | undefined;
  private content: TimelineContent | undefined;
  private theme: Theme | undefined;
  private rows: readonly Uint32Array[] = [];
  private watched: ReadonlyMap<number, Float64Array> = new Map();
  private rowsOf: HoldTable | undefined;
  private range: Range = { from: 0, to: 1 };
  private isWaiting = false;

  constructor(
    private isTable: boolean,
    private readonly onToggle: (isTable: boolean) => void,
  ) {
    const headingId = newId('heading');
    this.table = new HoldsTable(headingId, () => this.redraw());
    this.scroll.setAttribute(
      'aria-label',
      'Timeline. Left and right move in time, plus and minus zoom, up and down go through the states.',
    );
    this.toggle = button('', () => {
      this.isTable = !this.isTable;
      this.showToggle();
      this.onToggle(this.isTable);
    });
    this.picture.append(this.canvas);
    this.scroll.append(this.picture, this.spacer);
    this.scroll.addEventListener('scroll', () => this.redrawSoon(), { passive: true });
    this.scroll.addEventListener('keydown', (event) => this.onKey(event));
    const buttons = element(
      'div',
      { class: 'buttons' },
      button('←', () => this.move(-0.5), { 'aria-label': 'Earlier' }),
      button('→', () => this.move(0.5), { 'aria-label': 'Later' }),
      button('+', () => this.zoom(0.5), { 'aria-label': 'Zoom in' }),
      button('−', () => this.zoom(2), { 'aria-label': 'Zoom out' }),
      this.toggle,
    );
    const heading = element('h2', { id: headingId }, 'Timeline');
    this.root = element(
      'section',
      { 'aria-labelledby': headingId },
      element('header', {}, heading, buttons),
      this.summary,
      this.legend,
      this.scroll,
      this.table.root,
    );
    this.showToggle();
    new ResizeObserver(() => this.redrawSoon()).observe(this.root);
  }

  draw(content: TimelineContent, theme: Theme): void {
    const { range, table } = content;
    if (range.from !== this.content?.range.from || range.to !== this.content.range.to) {
      this.range = range;
    }
    if (this.rowsOf !== table) {
      this.rows = rowsByState(table);
      this.watched = new Map(
        table.watched.flatMap(({ states, spans }) =>
          [...states].map((state): [number, Float64Array] => [state, spans]),
        ),
      );
      this.rowsOf = table;
    }
    this.content = content;
    this.theme = theme;
    this.table.turnToFirst();
    this.redraw();
  }

  private redraw(): void {
    const { content, theme } = this;
    if (content === undefined || theme === undefined) {
      return;
    }
    const { states, table, names } = content;
    const shownRows = Math.min(mostRows, Math.max(1, states.length));
    const height = axisHeight + shownRows * rowHeight;
    this.scroll.style.height = `${String(height)}px`;
    this.picture.style.height = `${String(height)}px`;
    this.spacer.style.height = `${String((states.length - shownRows) * rowHeight)}px`;
    const first = Math.max(
      0,
      Math.min(states.length - shownRows, Math.round(this.scroll.scrollTop / rowHeight)),
    );
    const seen = states.slice(first, first + shownRows);
    const { from, to } = this.range;
    this.summary.textContent =
      `${fullTime(from)} to ${fullTime(to)}, states ${String(first + 1)} to ` +
      `${String(first + seen.length)} of ${String(states.length)}, most locked first.`;
    this.canvas.setAttribute('aria-label', `Timeline of holds. ${this.summary.textContent}`);
    this.scroll.hidden = this.isTable;
    this.legend.hidden = this.isTable;
    this.table.root.hidden = !this.isTable;
    if (this.isTable) {
      this.table.draw(content, this.range);
      return;
    }
    this.drawLegend(content, theme);
    const { rows, watched, range } = this;
    const width = this.scroll.clientWidth;
    const shown = { table, rows, names, watched, states: seen, range, width };
    this.chart = drawTimeline(this.canvas, shown, content.operations, theme, this.chart);
  }

  private drawLegend({ table, operations }: TimelineContent, theme: Theme): void {
    const key = (colour: string, text: string): HTMLElement => {
      const mark = element('span', { class: 'mark' });
      mark.style.background = colour;
      return element('span', { class: 'key' }, mark, text);
    };
    this.legend.replaceChildren(
      ...operations
        .slice(0, theme.series.length)
        .map((operation) =>
          key(
            operationColour(operations, operation, theme),
            nameOf(table.operations[operation] ?? ''),
          ),
        ),
      key(theme.unwatched, 'not watched'),
    );
  }

  private onKey(event: KeyboardEvent): void {
    const actions: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => this.move(-0.25),
      ArrowRight: () => this.move(0.25),
      '+': () => this.zoom(0.5),
      '=': () => this.zoom(0.5),
      '-': () => this.zoom(2),
      Home: () => this.setRange(this.content?.range ?? this.range),
    };
    const action = Object.hasOwn(actions, event.key) ? actions[event.key] : undefined;
    if (action !== undefined && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      action();
    }
  }

  private move(share: number): void {
    const by = (this.range.to - this.range.from) * share;
    this.setRange({ from: this.range.from + by, to: this.range.to + by });
  }

  private zoom(factor: number): void {
    const middle = (this.range.from + this.range.to) / 2;
    const half = ((this.range.to - this.range.from) * factor) / 2;
    this.setRange({ from: middle - half, to: middle + half });
  }

  /** Within what is looked at: beyond it the figures of the other charts would not fit. */
  private setRange(wanted: Range): void {
    const whole = this.content?.range ?? wanted;
    const length = Math.min(whole.to - whole.from, Math.max(leastRangeMs, wanted.to - wanted.from));
    const from = Math.max(whole.from, Math.min(wanted.from, whole.to - length));
    this.range = { from, to: from + length };
    this.table.turnToFirst();
    this.redrawSoon();
  }

  private redrawSoon(): void {
    if (!this.isWaiting) {
      this.isWaiting = true;
      requestAnimationFrame(() => {
        this.isWaiting = false;
        this.redraw();
      });
    }
  }

  private showToggle(): void {
    this.toggle.textContent = this.isTable ? 'Show as chart' : 'Show as table';
    this.toggle.setAttribute('aria-label', `${this.toggle.textContent}: Timeline`);
    this.toggle.setAttribute('aria-expanded', String(this.isTable));
  }
}
