import type { BackendBlock } from './backendBlock';

/** A change of a backend block's text, to be made only when a person applies it. */
export type BlockEdit =
  | {
      readonly kind: 'add';
      readonly name: string;
      /** As it is to stand in the file: `true`, `"terraform-locks"`. */
      readonly value: string;
      /** Behind the first of these that the block has; else behind the last attribute. */
      readonly after: readonly string[];
    }
  | { readonly kind: 'remove'; readonly name: string }
  | { readonly kind: 'rename'; readonly name: string; readonly to: string };

/** A way out of a problem. */
export type Fix =
  | {
      readonly kind: 'edit';
      readonly title: string;
      readonly preferred: boolean;
      readonly edits: readonly BlockEdit[];
    }
  | { readonly kind: 'createLockTable' | 'showIamPolicy'; readonly title: string };

/** Something about a backend block that a person should know. Plain data: it crosses thread boundaries. */
export interface Problem {
  /** Stable, for people who filter by it: `no-locking`. */
  readonly code: string;
  /** `error`: Terraform refuses it. `warning`: work or a lock is at risk. */
  readonly severity: 'error' | 'warning' | 'information';
  /** Where it is: an attribute of the block, or the block's header where there is none of that name. */
  readonly attribute?: string;
  /** A sentence. May quote the file, so it is not yet escaped; never quotes a secret. */
  readonly message: string;
  readonly fixes: readonly Fix[];
  /**
   * What the text alone cannot decide: the problem does not exist after all where a state was resolved
   * (`state`), or where a state with a lock place was (`lockPlace`), for example by recorded configuration.
   */
  readonly unlessResolved?: 'state' | 'lockPlace';
}

/** What is known of a module beside its backend block, without the network. */
export interface ModuleFacts {
  /** The values of every `required_version` of the module, without quotes; expressions are left out. */
  readonly requiredVersions: readonly string[];
  /** There are `.tofu` files in the directory, so this is OpenTofu. */
  readonly openTofu: boolean;
}

/** The block's attribute of that name. */
export function attributeOf(
  block: BackendBlock,
  name: string | undefined,
): BackendBlock['attributes'][number] | undefined {
  return block.attributes.find((attribute) => attribute.name === name);
}
