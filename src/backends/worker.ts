import { parentPort, workerData } from 'node:worker_threads';
import type { BackendHost, BackendSettings } from './backend';
import { LocalGateway } from './localGateway';
import { LocalExplorer } from './localExplorer';
import { LocalLister } from './localLister';
import { backends } from './registry';
import { cancellable, type FromWorker, type ToWorker } from './rpc';
import { readWorkspace } from './workspace';

// The network thread: loading an SDK or signing a hundred requests here costs the extension host nothing.

// The SDK tells developers which Node.js it will want next; whoever uses VS Code cannot choose its Node.js.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const port = parentPort;
if (port === null) {
  throw new Error('This file is a worker thread.');
}
const post = (message: FromWorker): void => {
  port.postMessage(message);
};

let settings = workerData as BackendSettings;
const host: BackendHost = {
  environment: process.env,
  workspaceOf: (context) => readWorkspace(process.env, context),
  settings: () => settings,
  log: (message) => {
    post({ kind: 'log', message });
  },
};
const gateway = new LocalGateway(backends, host);
const lister = new LocalLister(backends, host);
const explorer = new LocalExplorer(backends, host);
const running = new Map<number, AbortController>();

async function answer(message: Extract<ToWorker, { kind: 'call' }>): Promise<void> {
  const controller = new AbortController();
  running.set(message.call, controller);
  try {
    const args = cancellable[message.method]
      ? [...message.args, controller.signal]
      : [...message.args];
    const target = [lister, explorer].find((one) => message.method in one) ?? gateway;
    const methods = target as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
    post({ kind: 'result', call: message.call, value: await methods[message.method]?.(...args) });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    post({ kind: 'error', call: message.call, message: text });
  } finally {
    running.delete(message.call);
  }
}

port.on('message', (message: ToWorker) => {
  switch (message.kind) {
    case 'call':
      void answer(message);
      return;
    case 'cancel':
      running.get(message.call)?.abort();
      return;
    case 'settings':
      settings = message.settings;
      return;
  }
});
