/** What Terraform printed when somebody else's lock refused it. Text from outside. */
export interface Refusal {
  readonly lockId: string;
  /** `Path` of the record: the state's, as its holder wrote it; may be empty. */
  readonly path: string;
}

/** Where a line of a terminal names a lock. */
export interface LockIdLink {
  readonly start: number;
  readonly length: number;
  readonly lockId: string;
}

const escape = String.fromCharCode(27);
const bell = String.fromCharCode(7);
/** Colours and the like, and operating system commands, which shell integration uses. */
const control = `(?:${escape}\\[[0-?]*[ -/]*[@-~]|${escape}\\][^${bell}${escape}]*(?:${bell}|${escape}\\\\)|${escape}[@-Z\\\\-_])`;
const controls = new RegExp(control, 'g');

/** What may stand before and after: Terraform draws a line at the left of its errors. */
const margin = `(?:${control}|[\\s│|])*`;
/** Terraform pads the label to eleven characters; what else prints an `ID:` rarely does. */
const idLine = new RegExp(
  `^(${margin}ID:(?:${control})*\\s{8}(?:${control})*)(\\S(?:.{0,254}?\\S)?)${margin}$`,
  'u',
);

/** The lock ID in a line of Terraform's or OpenTofu's "Lock Info:", whatever its shape. */
export function lockIdIn(line: string): LockIdLink | undefined {
  if (line.length > maxLineChars) {
    return undefined;
  }
  const match = idLine.exec(line);
  const [, before = '', lockId = ''] = match ?? [];
  return match === null ? undefined : { start: before.length, length: lockId.length, lockId };
}

const maxLineChars = 1000;

/** The refusal in a command's output so far, once its record is there. */
export function refusalIn(output: string): Refusal | undefined {
  const start = output.indexOf('Error acquiring the state lock');
  if (start < 0) {
    return undefined;
  }
  const lines = output.slice(start).replace(controls, '').split(/\r?\n/);
  const at = lines.findIndex((line) => lockIdIn(line) !== undefined);
  const id = lockIdIn(lines[at] ?? '');
  const path = /^[\s│|]*Path:\s{6}(.*)$/u.exec(lines[at + 1] ?? '')?.[1];
  // Until the line after it has come in whole, the path may be cut.
  return id === undefined || path === undefined || at + 2 >= lines.length
    ? undefined
    : { lockId: id.lockId, path: path.trim() };
}
