/**
 * The package as it is. Its own declarations say `any`, and leave out that Go's pair of result and
 * error arrives as an array; they cannot be overridden, so its importers assert this type.
 */
export interface Hcl2Parser {
  /** On failure the text is empty; the error is an object without message or position. */
  parseToString: (input: string) => [text: string, error: object | null];

  /** On failure the value is `null`; the error is an object without message or position. */
  parseToObject: (
    input: string,
  ) => [value: Record<string, unknown>, error: null] | [value: null, error: object];
}
