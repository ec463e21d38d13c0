import { readWorkspace } from '../backends/workspace';
import { DisposableStore, type Disposable } from '../core/lifecycle';
import type { Clock } from '../core/ports';
import { BackendBlockReader } from '../hcl/backendBlocks';
import { mentionsBackend } from '../hcl/blockScanner';
import { HclWorkerClient } from '../hcl/hclWorkerClient';
import { ModuleReader } from '../hcl/moduleReader';
import { DocumentTracker } from './documentTracker';
import type { LogChannel } from './logChannel';
import { ModuleInputs } from './moduleInputs';
import { ModuleTracker } from './moduleTracker';
import { yieldToOthers } from './systemPorts';
import { TerragruntUnits } from './terragruntUnits';

/** What reads the modules of the workspace. */
export interface TrackedModules extends Disposable {
  readonly files: DocumentTracker;
  readonly tracker: ModuleTracker;
}

/** Wires the reading of `.tf` files and Terragrunt units, which are found and read afterwards. */
export function trackModules(workerFile: string, clock: Clock, log: LogChannel): TrackedModules {
  const store = new DisposableStore();
  const environment = process.env;
  const hcl = store.add(new HclWorkerClient(workerFile, { clock }));
  const reader = new ModuleReader(
    new BackendBlockReader((slice) => hcl.evaluate(slice), yieldToOthers),
  );
  const values = store.add(
    new ModuleInputs({
      workspace: (dirPath) => readWorkspace(environment, { dirPath }),
      environment,
    }),
  );
  const files = store.add(new DocumentTracker({ reader, mentionsBackend, values, log }));
  const units = store.add(new TerragruntUnits({ reader, environment, log }));
  const tracker = store.add(new ModuleTracker(files, units, log));
  return {
    files,
    tracker,
    dispose: () => {
      store.dispose();
    },
  };
}
