/** s3rver ships no types. Only what the tests use. */
declare module '@20minutes/s3rver' {
  import type { RequestListener } from 'node:http';

  interface S3rverOptions {
    readonly directory: string;
    readonly silent?: boolean;
    readonly allowMismatchedSignatures?: boolean;
    readonly configureBuckets?: readonly { readonly name: string; readonly configs: readonly [] }[];
  }

  class S3rver {
    constructor(options: S3rverOptions);
    configureBuckets(): Promise<unknown>;
    getMiddleware(): unknown;
    callback(): RequestListener;
    close(): Promise<void>;
  }
  export = S3rver;
}
