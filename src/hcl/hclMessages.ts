import type { AttributeValues } from './hclParser';

/** To the parser's thread: the text of one backend block. */
export interface EvaluateRequest {
  readonly id: number;
  readonly slice: string;
}

/** From the parser's thread. */
export type WorkerReply =
  /** The parser is loaded. Until then nothing that takes long is a slice's fault. */
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'evaluated';
      readonly id: number;
      /** Null where the slice does not parse. */
      readonly values: AttributeValues | null;
      /** The parser crashed and must not be used again. */
      readonly spoilt: boolean;
    };
