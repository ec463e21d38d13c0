import type { HoldTable } from '../core/holdTable';
import { isIn } from '../present/activityExport';
import { counted, endText, lengthText, nameOf } from '../present/activityWords';
import { button, dataTable, element } from './dom';
import { fullTime, type Range } from './timelineChart';

interface HoldsContent {
  readonly table: HoldTable;
  readonly names: readonly string[];
  /** Of the states to show. */
  readonly states: readonly number[];
}

const pageRows = 100;
const header = ['State', 'Holder', 'Operation', 'From, at the latest', 'Held for', 'End'];

/** The holds of a range as a table, latest first, a page at a time. */
export class HoldsTable {
  readonly root: HTMLElement;
  private readonly box: HTMLElement;
  private readonly pager = element('p', { class: 'buttons' });
  private page = 0;

  constructor(
    headingId: string,
    private readonly onTurn: () => void,
  ) {
    this.box = element('div', {
      class: 'table',
      tabindex: '0',
      role: 'region',
      'aria-labelledby': headingId,
    });
    this.root = element('div', {}, this.pager, this.box);
  }

  turnToFirst(): void {
    this.page = 0;
  }

  draw({ table, names, states }: HoldsContent, { from, to }: Range): void {
    const shown = new Set(states);
    const filter = { from, to, isShown: (state: number) => shown.has(state) };
    const rows: number[] = [];
    for (let row = table.count - 1; row >= 0; row--) {
      if (isIn(table, row, filter)) {
        rows.push(row);
      }
    }
    const pages = Math.max(1, Math.ceil(rows.length / pageRows));
    this.page = Math.min(this.page, pages - 1);
    const cells = rows
      .slice(this.page * pageRows, (this.page + 1) * pageRows)
      .map((row) => holdCells(table, names, row));
    const caption = `${counted(rows.length, 'hold')}, page ${String(this.page + 1)} of ${String(pages)}`;
    this.box.replaceChildren(dataTable(caption, header, cells));
    this.pager.replaceChildren(
      this.turn(-1, 'Previous page', pages),
      this.turn(1, 'Next page', pages),
    );
  }

  private turn(by: number, text: string, pages: number): HTMLButtonElement {
    const made = button(text, () => {
      this.page += by;
      this.onTurn();
      // The button that was pressed has been made anew.
      const again = [...this.pager.children].find((child) => child.textContent === text);
      if (again instanceof HTMLButtonElement && !again.disabled) {
        again.focus();
      }
    });
    made.disabled = this.page + by < 0 || this.page + by >= pages;
    return made;
  }
}

function holdCells(table: HoldTable, names: readonly string[], row: number): readonly string[] {
  const [from, to] = [table.startFrom[row] ?? NaN, table.startTo[row] ?? 0];
  const [last, gone] = [table.lastSeen[row] ?? 0, table.gone[row] ?? NaN];
  const least = Math.max(0, last - to);
  const most = gone - from;
  return [
    names[table.state[row] ?? 0] ?? '',
    nameOf(table.people[table.who[row] ?? 0] ?? ''),
    nameOf(table.operations[table.operation[row] ?? 0] ?? ''),
    fullTime(to),
    Number.isNaN(most)
      ? `at least ${lengthText({ least, most: least })}`
      : lengthText({ least, most }),
    endText(table, row),
  ];
}
