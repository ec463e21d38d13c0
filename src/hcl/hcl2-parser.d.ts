/**
 * The package as it is: its own declarations say `any`, and leave out that Go's pair of result and
 * error arrives as an array.
 */
declare module 'hcl2-parser' {
  /** On failure the text is empty; the error is an object without message or position. */
  export function parseToString(input: string): [text: string, error: object | null];

  /** On failure the value is `null`; the error is an object without message or position. */
  export function parseToObject(
    input: string,
  ): [value: Record<string, unknown>, error: null] | [value: null, error: object];
}
