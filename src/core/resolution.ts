import type { BackendBlock } from './backendBlock';
import type { LockError } from './lockError';
import type { StateRef } from './stateRef';

/** What a backend block means. */
export type Resolution =
  | {
      readonly kind: 'state';
      readonly state: StateRef;
      /** What a person should know about how it was told: `terraform init is due`. Untrusted text, no secrets. */
      readonly notes?: readonly string[];
    }
  /** It cannot be told which state this is, or this backend cannot be read. Shown as unknown, with `error`. */
  | { readonly kind: 'unresolved'; readonly error: LockError };

/** A module directory with a backend block, and what the block resolves to. */
export interface ModuleBackend {
  /** URI of the directory. */
  readonly dir: string;
  /** URI of the file that holds the block. */
  readonly file: string;
  readonly block: BackendBlock;
  readonly resolution: Resolution;
  /** Set where the module is not in this workspace, or need not be: somebody watches it beside the selected one. */
  readonly watched?: string;
}

/** What resolving needs to know beside the block. */
export interface ResolveContext {
  /** File system path of the module's directory, where it has one. */
  readonly dirPath?: string;
  /** Takes the place of the workspace that is selected in the directory. */
  readonly workspace?: string;
}

/** A file that Terragrunt writes a backend block to, in the directory where it runs Terraform. */
export interface GeneratedFile {
  /** Its name; undefined where that is not known. */
  readonly file?: string;
  /** A file of that name is left as it is. */
  readonly keepsExisting?: boolean;
}

/** A block to be resolved, as it was found in a file. */
export interface FoundBlock extends Omit<ResolveContext, 'workspace'> {
  readonly dir: string;
  readonly file: string;
  readonly block: BackendBlock;
  /** The constant `required_version` values of the same file. */
  readonly requiredVersions?: readonly string[];
  /** For a block of Terragrunt's: where it is written; undefined where `terraform init` is given it. */
  readonly generates?: GeneratedFile;
  /** What Terragrunt gives the run that is not followed here, such as a role: no state is told then. */
  readonly notFollowed?: string;
  /** Terragrunt gives the module variables, which are not followed here. */
  readonly givesVariables?: true;
  /** Terragrunt has no backend of its own here: this only says something of the blocks beside it. */
  readonly accompanies?: true;
}
