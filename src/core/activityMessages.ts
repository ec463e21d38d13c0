import { emptyColumns, type HoldTable, type RowColumns } from './holdTable';

/** What the view knows beside the holds. */
export interface ActivityFacts {
  /** When the history was read: where every range ends. */
  readonly now: number;
  /** Time between two looks, in ms; `unfocusedMs` 0: none while the window is not focused. */
  readonly pollMs: number;
  readonly unfocusedMs: number;
  readonly isEnabled: boolean;
  /** From when on everything is here; missing: from the beginning. */
  readonly since?: number;
  /** Lines of the files that could not be read. */
  readonly damaged: number;
}

/** From the extension to the view. Holds come in portions, so that no message is long in the making. */
export type ToActivityView =
  | {
      readonly kind: 'begin';
      readonly facts: ActivityFacts;
      readonly table: Omit<HoldTable, keyof RowColumns>;
    }
  | { readonly kind: 'rows'; readonly offset: number; readonly columns: RowColumns }
  | { readonly kind: 'end' }
  | { readonly kind: 'failed' };

export type ExportFormat = 'csv' | 'markdown';

/** From the view to the extension. */
export type FromActivityView =
  /** It can draw, and wants what reaches that many days back; 0: everything. */
  | { readonly kind: 'ready'; readonly days: number }
  /** `ms`: from the first message to the drawn charts. */
  | { readonly kind: 'drawn'; readonly holds: number; readonly ms: number }
  | { readonly kind: 'save'; readonly format: ExportFormat; readonly bytes: Uint8Array };

/** What is read at first. A half year is read only for whoever asks for it. */
export const recentDays = 30;

/** How far back to read for a view of so many days, in ms; undefined: everything. */
export function readingAgeMs(days: number): number | undefined {
  return days > 0 && days <= recentDays ? recentDays * 86_400_000 : undefined;
}

const rowsAtOnce = 25_000;

/** A table as messages. */
export function* tableMessages(table: HoldTable, facts: ActivityFacts): Generator<ToActivityView> {
  const { count, states, people, operations, refusals, watched } = table;
  yield { kind: 'begin', facts, table: { count, states, people, operations, refusals, watched } };
  for (let offset = 0; offset < count; offset += rowsAtOnce) {
    const part = <T extends { slice(from: number, to: number): T }>(column: T): T =>
      column.slice(offset, offset + rowsAtOnce);
    const columns: RowColumns = {
      state: part(table.state),
      who: part(table.who),
      operation: part(table.operation),
      mine: part(table.mine),
      startFrom: part(table.startFrom),
      startTo: part(table.startTo),
      lastSeen: part(table.lastSeen),
      gone: part(table.gone),
      end: part(table.end),
    };
    yield { kind: 'rows', offset, columns };
  }
  yield { kind: 'end' };
}

/** An empty table to be filled with rows. */
export function emptyTable(head: Omit<HoldTable, keyof RowColumns>): HoldTable {
  return { ...head, ...emptyColumns(head.count) };
}
