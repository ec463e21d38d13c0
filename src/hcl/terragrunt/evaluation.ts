import type { Budget } from '../static/staticValue';
import type { KnownFiles } from './knownFiles';
import type { IncludeBlock, RemoteStateWritten } from './terragruntFile';

/** What all files that one unit reads have in common. */
export interface Evaluation<Config> {
  readonly files: KnownFiles;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly budget: Budget;
  readonly unitDir: string;
  /** The configurations that `read_terragrunt_config` has read, by path. */
  readonly configs: Map<string, Config>;
}

/** Where a `remote_state` is written, and the scope that gives it its values. */
export interface FoundRemoteState<Config> {
  readonly written: RemoteStateWritten;
  readonly scope: Config;
  /** The block of the unit that brings it in; undefined where the unit has it itself. */
  readonly by?: IncludeBlock;
}
