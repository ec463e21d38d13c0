const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** `40s`, `12m`, `3h`, `2d`: for narrow places. */
export function shortAge(ms: number): string {
  if (ms < minuteMs) {
    return `${String(Math.floor(Math.max(0, ms) / 1000))}s`;
  }
  if (ms < hourMs) {
    return `${String(Math.floor(ms / minuteMs))}m`;
  }
  return ms < 2 * dayMs
    ? `${String(Math.floor(ms / hourMs))}h`
    : `${String(Math.floor(ms / dayMs))}d`;
}

/** `12 minutes`: for sentences. */
export function longAge(ms: number): string {
  const unit = (count: number, name: string): string =>
    `${String(count)} ${name}${count === 1 ? '' : 's'}`;
  if (ms < minuteMs) {
    return unit(Math.floor(Math.max(0, ms) / 1000), 'second');
  }
  if (ms < hourMs) {
    return unit(Math.floor(ms / minuteMs), 'minute');
  }
  return ms < 2 * dayMs
    ? unit(Math.floor(ms / hourMs), 'hour')
    : unit(Math.floor(ms / dayMs), 'day');
}
