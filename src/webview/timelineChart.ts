import { Chart, type ChartConfiguration, type Plugin } from 'chart.js';
import type { HoldTable } from '../core/holdTable';
import { segmentsOf, timeMarks, type Segment } from '../core/timelineSegments';
import { counted, duration, endText, nameOf } from '../present/activityWords';
import { shortName, tickOptions, tooltipOptions } from './charts';
import { withAlpha, type Theme } from './theme';

export interface Range {
  readonly from: number;
  readonly to: number;
}

/** The part of the timeline that can be seen. */
export interface TimelineWindow {
  readonly table: HoldTable;
  readonly rows: readonly Uint32Array[];
  readonly names: readonly string[];
  readonly watched: ReadonlyMap<number, Float64Array>;
  /** By number, from top to bottom. */
  readonly states: readonly number[];
  readonly range: Range;
  readonly width: number;
}

interface Bar {
  readonly x: [number, number];
  readonly y: number;
  readonly segment: Segment;
}

/** Two bars nearer to each other than this are drawn as one, in pixels. */
const resolution = 2;

const dayMs = 86_400_000;
const timeFormat = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const dayFormat = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const fullFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

export function fullTime(at: number): string {
  return Number.isNaN(at) ? '' : fullFormat.format(at);
}

/** Colours belong to operations, the most frequent first; all others share the last. */
export function operationColour(order: readonly number[], operation: number, theme: Theme): string {
  const index = order.indexOf(operation);
  return theme.series[Math.min(index < 0 ? Infinity : index, theme.series.length - 1)] ?? '';
}

/** Draws what can be seen: as many states as fit, and as many bars as there are pixels for. */
export function drawTimeline(
  canvas: HTMLCanvasElement,
  shown: TimelineWindow,
  order: readonly number[],
  theme: Theme,
  before?: Chart,
): Chart {
  const config = timelineConfig(shown, order, theme);
  drawnOn.set(canvas, { shown, theme });
  if (before === undefined) {
    return new Chart(canvas, config);
  }
  before.data = config.data;
  before.options = config.options ?? {};
  before.update('none');
  return before;
}

function timelineConfig(
  shown: TimelineWindow,
  order: readonly number[],
  theme: Theme,
): ChartConfiguration {
  const { table, range, states, names, width } = shown;
  const marks = timeMarks(range, Math.max(2, Math.floor(width / 90)), offsetOf(range.to));
  const bars = barsOf(shown);
  const colours = bars.map(({ segment }) =>
    operationColour(order, table.operation[segment.row] ?? 0, theme),
  );
  const layer = (data: readonly Bar[], fill: readonly string[]): object => ({
    data,
    grouped: false,
    backgroundColor: fill,
    // An outline would be all that is left of most bars.
    borderWidth: 0,
    barPercentage: 0.9,
    categoryPercentage: 0.8,
    minBarLength: 2,
    borderSkipped: false,
  });
  const sure = bars.map((bar): Bar => ({ ...bar, x: [bar.segment.from, bar.segment.until] }));
  return {
    type: 'bar',
    data: {
      labels: states.map((_state, index) => index),
      datasets: [
        layer(sure, colours),
        layer(
          bars,
          colours.map((colour) => withAlpha(colour, 0.35)),
        ),
      ] as never[],
    },
    plugins: [unwatchedPlugin],
    options: {
      indexAxis: 'y',
      responsive: true,
      maintainAspectRatio: false,
      normalized: true,
      events: ['mousemove', 'mouseout', 'click', 'touchstart'],
      interaction: { mode: 'nearest', intersect: true },
      layout: { padding: { right: 12 } },
      scales: {
        x: {
          type: 'linear',
          position: 'top',
          min: range.from,
          max: range.to,
          afterBuildTicks: (axis: { ticks: { value: number }[] }) => {
            axis.ticks = marks.at.map((value) => ({ value }));
          },
          ticks: {
            ...tickOptions(theme),
            autoSkip: false,
            maxRotation: 0,
            callback: (value: string | number) => markText(Number(value), marks.stepMs),
          },
          grid: { color: theme.grid },
          border: { color: theme.grid },
        },
        y: {
          type: 'category',
          ticks: {
            ...tickOptions(theme),
            autoSkip: false,
            callback: (value: string | number) =>
              shortName(names[states[Number(value)] ?? 0] ?? ''),
          },
          grid: { display: false },
          border: { color: theme.grid },
          // The same place for names whichever states are scrolled into view.
          afterFit: (axis: { width: number }) => {
            axis.width = Math.min(250, Math.max(120, width * 0.28));
          },
        },
      },
      plugins: {
        tooltip: {
          ...tooltipOptions(theme),
          filter: ({ datasetIndex }: { datasetIndex: number }) => datasetIndex === 0,
          callbacks: {
            title: ([item]: { raw: unknown }[]) => {
              const bar = item?.raw as Bar | undefined;
              return bar === undefined ? '' : (names[states[bar.y] ?? 0] ?? '');
            },
            label: ({ raw }: { raw: unknown }) => [...segmentText(table, (raw as Bar).segment)],
          },
        },
      },
    },
  };
}

function barsOf({ table, rows, states, range, width }: TimelineWindow): readonly Bar[] {
  const msPerPixel = (range.to - range.from) / Math.max(1, width);
  return states.flatMap((state, y) =>
    segmentsOf(table, rows[state] ?? new Uint32Array(), range, resolution * msPerPixel).map(
      (segment): Bar => ({ x: [segment.maybeFrom, segment.maybeUntil], y, segment }),
    ),
  );
}

function segmentText(table: HoldTable, segment: Segment): readonly string[] {
  const { row, holds, from, until } = segment;
  if (holds > 1) {
    return [
      `${counted(holds, 'hold')}, too close to tell apart here`,
      `${fullTime(from)} to ${fullTime(until)}`,
    ];
  }
  const who = nameOf(table.people[table.who[row] ?? 0] ?? '');
  const operation = nameOf(table.operations[table.operation[row] ?? 0] ?? '');
  const lasted = `at least ${duration(until - from)}, from ${fullTime(from)}`;
  return [`${who} · ${operation}`, lasted, endText(table, row)];
}

/** What a canvas shows: a chart keeps its plugins for as long as it lives, whatever is drawn next. */
const drawnOn = new WeakMap<
  HTMLCanvasElement,
  { readonly shown: TimelineWindow; readonly theme: Theme }
>();

/** Shades the times in which a state was not watched: nothing drawn there does not mean nothing held. */
const unwatchedPlugin: Plugin = {
  id: 'unwatched',
  beforeDatasetsDraw: ({ canvas, ctx, chartArea, scales }) => {
    const drawn = drawnOn.get(canvas);
    const x = scales['x'];
    if (drawn === undefined || x === undefined) {
      return;
    }
    const { watched, states, range } = drawn.shown;
    const height = (chartArea.bottom - chartArea.top) / Math.max(1, states.length);
    const at = (time: number): number =>
      x.getPixelForValue(Math.min(range.to, Math.max(range.from, time)));
    ctx.save();
    ctx.fillStyle = drawn.theme.unwatched;
    states.forEach((state, index) => {
      const top = chartArea.top + index * height;
      const spans = watched.get(state) ?? new Float64Array();
      let from = range.from;
      for (let span = 0; span <= spans.length; span += 2) {
        const until = spans[span] ?? range.to;
        if (until > from && from < range.to) {
          ctx.fillRect(at(from), top + 1, at(until) - at(from), height - 2);
        }
        from = Math.max(from, spans[span + 1] ?? range.to);
      }
    });
    ctx.restore();
  },
};

function markText(at: number, stepMs: number): string {
  const isMidnight = (at + offsetOf(at)) % dayMs === 0;
  return stepMs >= dayMs || isMidnight ? dayFormat.format(at) : timeFormat.format(at);
}

function offsetOf(at: number): number {
  return -new Date(at).getTimezoneOffset() * 60_000;
}
