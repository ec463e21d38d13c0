import { parentPort } from 'node:worker_threads';
import type { EvaluateRequest, WorkerReply } from './hclMessages';
import { parseBackendBlock } from './hclParser';

// The parser takes some 400 ms to load and milliseconds to run: it has a thread of its own.

function reply(message: WorkerReply): void {
  parentPort?.postMessage(message);
}

parentPort?.on('message', ({ id, slice }: EvaluateRequest) => {
  const outcome = parseBackendBlock(slice);
  reply({
    kind: 'evaluated',
    id,
    values: outcome.kind === 'values' ? outcome.values : null,
    spoilt: outcome.kind === 'crashed',
  });
});

reply({ kind: 'ready' });
