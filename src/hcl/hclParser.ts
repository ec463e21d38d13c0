import * as untypedParser from 'hcl2-parser';
import type { Hcl2Parser } from './hcl2-parser';

const parser = untypedParser as Hcl2Parser;

/** The attributes of one block: strings, numbers, booleans, null, arrays and objects of those. */
export type AttributeValues = Record<string, unknown>;

export type ParseOutcome =
  | { readonly kind: 'values'; readonly values: AttributeValues }
  | { readonly kind: 'unparsable' }
  /** The parser threw. It is a Go program: after a panic its state is not to be trusted. */
  | { readonly kind: 'crashed' };

/**
 * Evaluates the text of one `backend "TYPE" { … }` block. This is the only place that knows
 * `hcl2-parser`, which decodes HCL as Terraform's own library does and then writes JSON. Where that
 * differs from what Terraform sees:
 *
 * - An expression comes back as the string `"${expression}"`, and the literal `"$${x}"` as `"${x}"`,
 *   which is right for the literal. The two cannot be told apart here; the scanner knows which
 *   attributes are literals, and callers take only those from here.
 * - Numbers pass through JSON: those that a double cannot hold are rounded, `1e400` becomes `null`.
 *   The scanner does not call such numbers literals.
 * - A nested block of an attribute's name is dropped where Terraform reports an error.
 * - A `null` as an object's key, and nesting of several hundred levels, make it throw; the latter
 *   takes it seconds.
 *
 * A name given twice, a broken escape, a lone surrogate or a syntax error anywhere make the whole
 * block unparsable, as for Terraform. Otherwise literals (escapes, heredocs, Unicode normalization,
 * numbers, objects whose keys repeat) come out as Terraform sees them.
 */
export function parseBackendBlock(slice: string): ParseOutcome {
  let value: Record<string, unknown> | null;
  try {
    // On failure the value is null; the error beside it has nothing to add.
    [value] = parser.parseToObject(slice);
  } catch {
    // What it throws says nothing to anybody: a Go panic, or the end of the stack.
    return { kind: 'crashed' };
  }
  const values = bodyOf(value);
  return values === undefined ? { kind: 'unparsable' } : { kind: 'values', values };
}

/** `{ backend: { s3: [{ … }] } }`: one block of one type with one body. */
function bodyOf(value: Record<string, unknown> | null): AttributeValues | undefined {
  const types = isRecord(value) ? value['backend'] : undefined;
  const bodies = isRecord(types) ? Object.values(types)[0] : undefined;
  const body: unknown = Array.isArray(bodies) && bodies.length === 1 ? bodies[0] : undefined;
  return isRecord(body) ? body : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
