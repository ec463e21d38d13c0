/** The colours of the editor's theme, as the charts need them. */
export interface Theme {
  readonly foreground: string;
  readonly muted: string;
  readonly background: string;
  readonly grid: string;
  readonly font: string;
  readonly fontSize: number;
  readonly isHighContrast: boolean;
  readonly series: readonly string[];
  /** Behind times that nobody watched. */
  readonly unwatched: string;
}

const seriesVariables = [
  '--vscode-charts-blue',
  '--vscode-charts-orange',
  '--vscode-charts-green',
  '--vscode-charts-purple',
  '--vscode-charts-yellow',
  '--vscode-charts-red',
];

/** Read anew for each change: a theme changes while the view is open. */
export function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string, fallback: string): string => {
    const value = style.getPropertyValue(name).trim();
    return value === '' ? fallback : value;
  };
  const foreground = of('--vscode-foreground', '#888888');
  const isHighContrast = document.body.className.includes('vscode-high-contrast');
  return {
    foreground,
    muted: isHighContrast ? foreground : of('--vscode-descriptionForeground', foreground),
    background: of('--vscode-editor-background', 'transparent'),
    grid: isHighContrast
      ? of('--vscode-contrastBorder', foreground)
      : of('--vscode-editorWidget-border', of('--vscode-panel-border', foreground)),
    font: of('--vscode-font-family', 'sans-serif'),
    fontSize: Number.parseInt(of('--vscode-font-size', '13px'), 10) || 13,
    isHighContrast,
    series: seriesVariables.map((name) => of(name, foreground)),
    unwatched: withAlpha(foreground, isHighContrast ? 0.28 : 0.07),
  };
}

/**
 * Tells of every change of the theme. VS Code sets the classes of the body and the variables of the document
 * one after the other: whatever changes, all of it is read in the next frame.
 */
export function onThemeChange(listener: () => void): void {
  let isWaiting = false;
  const observer = new MutationObserver(() => {
    if (!isWaiting) {
      isWaiting = true;
      requestAnimationFrame(() => {
        isWaiting = false;
        listener();
      });
    }
  });
  observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
}

/** The same colour, to be seen through. */
export function withAlpha(colour: string, alpha: number): string {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i.exec(colour);
  if (hex !== null) {
    const parts = hex.slice(1, 4).map((part) => String(Number.parseInt(part, 16)));
    return `rgba(${parts.join(', ')}, ${String(alpha)})`;
  }
  const rgb = /^rgba?\(\s*([\d.]+)[\s,]+([\d.]+)[\s,]+([\d.]+)/.exec(colour);
  return rgb === null ? colour : `rgba(${rgb.slice(1, 4).join(', ')}, ${String(alpha)})`;
}
