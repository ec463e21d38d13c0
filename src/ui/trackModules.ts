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

interface TrackDeps {
  /** Evaluates HCL in a thread of its own. */
  readonly workerFile: string;
  readonly environment: NodeJS.ProcessEnv;
  /** The Terraform workspace that is selected in a module. */
  readonly workspaceOf: (dirPath: string) => Promise<string>;
  readonly clock: Clock;
  readonly log: LogChannel;
}

/** What reads the modules of the workspace. */
export interface TrackedModules extends Disposable {
  readonly files: DocumentTracker;
  readonly tracker: ModuleTracker;
}

/** Wires the reading of `.tf` files and Terragrunt units, which are found and read afterwards. */
export function trackModules(deps: TrackDeps): TrackedModules {
  const store = new DisposableStore();
  const { workerFile, environment, workspaceOf, clock, log } = deps;
  const hcl = store.add(new HclWorkerClient(workerFile, { clock }));
  const reader = new ModuleReader(
    new BackendBlockReader((slice) => hcl.evaluate(slice), yieldToOthers),
  );
  const values = store.add(new ModuleInputs({ workspace: workspaceOf, environment }));
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
