import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  LinearScale,
  Tooltip,
  type ChartConfiguration,
} from 'chart.js';
import type { Theme } from './theme';

// Only what is used, so that only that is bundled.
Chart.register(BarController, BarElement, CategoryScale, LinearScale, Tooltip);
// Nothing here is clearer for moving, and who asked for less motion need not be asked.
Chart.defaults.animation = false;

/** One group of bars. */
export interface Series {
  readonly label: string;
  readonly values: readonly number[];
}

export interface BarChart {
  readonly labels: readonly string[];
  readonly series: readonly Series[];
  /** Bars lie, with their names before them; else they stand. */
  readonly lying: boolean;
  /** What the axis of the values says. */
  readonly unit: string;
  /** A value in words, for the tooltip. */
  valueText(value: number): string;
}

const longestName = 34;

/** Draws bars on a canvas, or draws them anew. */
export function drawBars(
  canvas: HTMLCanvasElement,
  content: BarChart,
  theme: Theme,
  before?: Chart,
): Chart {
  const config = barConfig(content, theme);
  if (before === undefined) {
    return new Chart(canvas, config);
  }
  before.data = config.data;
  before.options = config.options ?? {};
  before.update('none');
  return before;
}

/** The end of a name tells more than its beginning. */
export function shortName(name: string, most = longestName): string {
  // What nearly all states are called, so that it tells none from another.
  const telling = name.replace(/(?<=.)\/terraform\.tfstate$/, '');
  return telling.length <= most ? telling : `…${telling.slice(1 - most)}`;
}

export function tooltipOptions(theme: Theme): object {
  return {
    backgroundColor: theme.background,
    titleColor: theme.foreground,
    bodyColor: theme.foreground,
    borderColor: theme.grid,
    borderWidth: 1,
    cornerRadius: 3,
    displayColors: false,
    padding: 8,
    titleFont: { family: theme.font, size: theme.fontSize },
    bodyFont: { family: theme.font, size: theme.fontSize },
  };
}

export function tickOptions(theme: Theme): object {
  return { color: theme.foreground, font: { family: theme.font, size: theme.fontSize - 1 } };
}

function barConfig(content: BarChart, theme: Theme): ChartConfiguration {
  const values = {
    beginAtZero: true,
    title: { display: true, text: content.unit, ...tickOptions(theme) },
    ticks: { ...tickOptions(theme), precision: 0, maxTicksLimit: 8 },
    grid: { color: theme.grid },
    border: { color: theme.grid },
  };
  const names = {
    ticks: { ...tickOptions(theme), autoSkip: !content.lying },
    grid: { display: false },
    border: { color: theme.grid },
  };
  return {
    type: 'bar',
    data: {
      labels: content.labels.map((name) => shortName(name)),
      datasets: content.series.map(({ label, values: data }, index) => {
        const colour = theme.series[index] ?? theme.foreground;
        return {
          label,
          data: [...data],
          // In high contrast a second series is told by its outline, not by its colour alone.
          backgroundColor: theme.isHighContrast && index > 0 ? theme.background : colour,
          borderColor: theme.isHighContrast ? theme.foreground : colour,
          borderWidth: theme.isHighContrast ? 1 : 0,
          borderRadius: 2,
          maxBarThickness: 18,
        };
      }),
    },
    options: {
      indexAxis: content.lying ? 'y' : 'x',
      responsive: true,
      maintainAspectRatio: false,
      scales: content.lying ? { x: values, y: names } : { x: names, y: values },
      plugins: {
        tooltip: {
          ...tooltipOptions(theme),
          callbacks: {
            title: ([item]) => (item === undefined ? '' : (content.labels[item.dataIndex] ?? '')),
            label: ({ dataset, raw }) =>
              `${dataset.label ?? ''}: ${content.valueText(typeof raw === 'number' ? raw : NaN)}`,
          },
        },
      },
    },
  };
}
