import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Gives dynalite's request handler a request without a network in between. */
export function callHandler(
  handler: RequestListener,
  operation: string,
  body: string,
): Promise<Answer> {
  return new Promise((resolve) => {
    const request = Object.assign(Readable.from([Buffer.from(body)]), {
      method: 'POST',
      url: '/',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${operation}`,
        'x-amz-date': '20260301T120000Z',
        authorization: 'AWS4-HMAC-SHA256 Credential=test, Signature=test, SignedHeaders=host',
      },
    });
    const response = {
      statusCode: 200,
      setHeader: () => undefined,
      end: (text: string) => resolve({ status: response.statusCode, body: text }),
    };
    handler(
      request as unknown as IncomingMessage,
      response as unknown as ServerResponse & { req: IncomingMessage },
    );
  });
}
