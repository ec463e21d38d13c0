import type { Chart } from 'chart.js';
import { drawBars, type BarChart } from './charts';
import { button, dataTable, element, newId } from './dom';
import type { Theme } from './theme';

/** A chart and the same as a table. */
export interface SectionContent {
  /** What the chart shows, in a sentence: what a screen reader says instead of the picture. */
  readonly summary: string;
  readonly chart: BarChart;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly numeric: readonly number[];
  /** Said where there is nothing to draw. */
  readonly empty: string;
}

/** How far below or above what can be seen a picture is drawn. */
const near = '300px';
const rowHeight = 26;
const axisHeight = 60;
const standingHeight = 220;
const mostTableRows = 500;

/** One part of the view: a heading, a picture, and a button that shows the same as a table. */
export class BarSection {
  readonly root: HTMLElement;
  private readonly canvas = element('canvas', { role: 'img' });
  private readonly picture = element('div', { class: 'picture' });
  private readonly legend = element('p', { class: 'legend', 'aria-hidden': 'true' });
  private readonly tableBox = element('div', { class: 'table', tabindex: '0', role: 'region' });
  private readonly summary = element('p', { class: 'summary' });
  private readonly toggle: HTMLButtonElement;
  private chart: Chart | undefined;
  private content: SectionContent | undefined;
  private drawn: SectionContent | undefined;
  private theme: Theme | undefined;
  private isNear = false;

  constructor(
    private readonly title: string,
    private isTable: boolean,
    private readonly onToggle: (isTable: boolean) => void,
  ) {
    const [headingId, tableId] = [newId('heading'), newId('table')];
    this.tableBox.id = tableId;
    this.tableBox.setAttribute('aria-labelledby', headingId);
    this.toggle = button('', () => this.setTable(!this.isTable), { 'aria-controls': tableId });
    this.picture.append(this.canvas);
    this.root = element(
      'section',
      { 'aria-labelledby': headingId },
      element('header', {}, element('h2', { id: headingId }, title), this.toggle),
      this.summary,
      this.legend,
      this.picture,
      this.tableBox,
    );
    this.showToggle();
    new IntersectionObserver(
      (entries) => {
        this.isNear = entries.at(-1)?.isIntersecting ?? false;
        this.drawPicture();
      },
      { rootMargin: near },
    ).observe(this.root);
  }

  draw(content: SectionContent, theme: Theme): void {
    this.content = content;
    this.theme = theme;
    const isEmpty = content.rows.length === 0;
    this.summary.textContent = isEmpty ? content.empty : content.summary;
    this.canvas.setAttribute('aria-label', `${this.title}. ${content.summary}`);
    this.toggle.hidden = isEmpty;
    this.picture.hidden = isEmpty || this.isTable;
    this.tableBox.hidden = isEmpty || !this.isTable;
    this.drawLegend(content, theme, isEmpty || this.isTable);
    if (isEmpty) {
      return;
    }
    if (this.isTable) {
      const rows = content.rows.slice(0, mostTableRows);
      const more = content.rows.length - rows.length;
      this.tableBox.replaceChildren(
        dataTable(
          `${this.title}${more > 0 ? `: the first ${String(mostTableRows)}; an export has all` : ''}`,
          content.header,
          rows,
          content.numeric,
        ),
      );
      return;
    }
    this.drawPicture();
  }

  /** Not before it comes near: what is below the fold must not delay what is not. */
  private drawPicture(): void {
    const { content, theme } = this;
    if (content === undefined || theme === undefined || this.picture.hidden) {
      return;
    }
    const bars = content.chart.labels.length * Math.max(1, content.chart.series.length * 0.75);
    const height = content.chart.lying ? axisHeight + bars * rowHeight : standingHeight;
    this.picture.style.height = `${String(height)}px`;
    if (this.isNear && this.drawn !== content) {
      this.drawn = content;
      this.chart = drawBars(this.canvas, content.chart, theme, this.chart);
    }
  }

  private drawLegend(content: SectionContent, theme: Theme, isHidden: boolean): void {
    const { series } = content.chart;
    this.legend.hidden = isHidden || series.length < 2;
    this.legend.replaceChildren(
      ...series.map(({ label }, index) => {
        const mark = element('span', { class: 'mark' });
        const colour = theme.series[index] ?? theme.foreground;
        mark.style.background = theme.isHighContrast && index > 0 ? theme.background : colour;
        return element('span', { class: 'key' }, mark, label);
      }),
    );
  }

  private setTable(isTable: boolean): void {
    this.isTable = isTable;
    this.showToggle();
    this.onToggle(isTable);
  }

  private showToggle(): void {
    this.toggle.textContent = this.isTable ? 'Show as chart' : 'Show as table';
    this.toggle.setAttribute('aria-label', `${this.toggle.textContent}: ${this.title}`);
    this.toggle.setAttribute('aria-expanded', String(this.isTable));
  }
}
