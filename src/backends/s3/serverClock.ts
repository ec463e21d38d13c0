import type { LockReading } from '../../core/lockPlace';

/** The part of an SDK client's middleware stack through which answers come. */
export interface AnswerStack {
  add(
    middleware: (next: Next) => Next,
    options: { readonly step: 'deserialize'; readonly name: string; readonly override: true },
  ): void;
}

// The SDK types these per client; here only the raw answer is looked at.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Next = (args: any) => Promise<any>;

/** Measures a service's clock by the `Date` header of its answers, so that ages need not trust this machine's. */
export class ServerClock {
  private skewMs: number | undefined;

  listenTo(stack: AnswerStack): void {
    stack.add(
      (next) => async (args: unknown) => {
        const output = (await next(args)) as { readonly response?: unknown };
        this.note(output.response);
        return output;
      },
      { step: 'deserialize', name: 'serverClock', override: true },
    );
  }

  /** Says beside readings what the server's clock was. */
  stampAll(readings: ReadonlyMap<string, LockReading>): ReadonlyMap<string, LockReading> {
    const { skewMs } = this;
    return skewMs === undefined
      ? readings
      : new Map([...readings].map(([id, reading]) => [id, stamped(reading, skewMs)]));
  }

  private note(response: unknown): void {
    const { headers } = (response ?? {}) as { readonly headers?: Record<string, unknown> };
    const date = headers?.['date'];
    const serverTime = typeof date === 'string' ? Date.parse(date) : NaN;
    if (!Number.isNaN(serverTime)) {
      this.skewMs = serverTime - Date.now();
    }
  }
}

function stamped(reading: LockReading, skewMs: number): LockReading {
  return reading.ok ? { ...reading, serverTime: reading.at + skewMs } : reading;
}
