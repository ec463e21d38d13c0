import type { StaticValue } from './staticValue';

/** An HCL expression, as far as it is evaluated here. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: StaticValue }
  /** Parts joined as text; one that stands alone is itself. */
  | { readonly kind: 'template'; readonly parts: readonly Expression[] }
  /** The first word of a reference: `var`, `local`, `path`. */
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'index'; readonly of: Expression; readonly key: Expression }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | {
      readonly kind: 'object';
      readonly items: readonly (readonly [Expression, Expression])[];
      /** The values as written, where the object was read from HCL. */
      readonly texts?: readonly string[];
    }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'not'; readonly of: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: '==' | '!=' | '&&' | '||';
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'conditional';
      readonly condition: Expression;
      readonly then: Expression;
      readonly otherwise: Expression;
    };
