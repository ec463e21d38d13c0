import type { IncomingHttpHeaders } from 'node:http';

/** What happens to a request to S3 instead of, or beside, being carried out. */
export type S3Fault =
  /** Answered so, and not carried out. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body: string;
      readonly headers?: IncomingHttpHeaders;
    }
  /** Carried out that much later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Carried out; then the connection breaks before the answer. */
  | { readonly kind: 'lostAnswer' }
  /** The connection breaks before anything is carried out. */
  | { readonly kind: 'dropped' }
  /** Neither carried out nor answered. */
  | { readonly kind: 'blackHole' };

const xml = (code: string, message: string, more = ''): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message>${more}<RequestId>1</RequestId></Error>`;

/** An error in S3's form. */
export function xmlError(
  status: number,
  code: string,
  message: string,
): { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer } {
  const body = Buffer.from(xml(code, message));
  return { status, headers: { 'content-type': 'application/xml' }, body };
}

export const preconditionError = xmlError(
  412,
  'PreconditionFailed',
  'At least one of the pre-conditions you specified did not hold',
);

/** An error in S3's form, as a fault. `more`: further elements of the body. */
export function s3Error(
  status: number,
  code: string,
  message: string,
  options: { readonly more?: string; readonly headers?: IncomingHttpHeaders } = {},
): S3Fault {
  return {
    kind: 'answer',
    status,
    headers: { 'content-type': 'application/xml', ...options.headers },
    body: xml(code, message, options.more),
  };
}
