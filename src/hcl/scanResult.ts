import type { TextRange } from '../core/backendBlock';

/** Top-level blocks of modules, of Terragrunt's files, and of lock files of providers and the like. */
export type DefinitionKind =
  'variable' | 'locals' | 'include' | 'remote_state' | 'terraform' | 'generate' | 'other';

/** An attribute as the scanner sees it: where it is, and whether its value needs evaluation. */
export interface ScannedAttribute {
  readonly name: string;
  /** From the name to the end of the value. */
  readonly range: TextRange;
  readonly nameRange: TextRange;
  /** Empty, and right behind the `=`, where the value has not been typed yet. */
  readonly valueRange: TextRange;
  /** The value is a constant that needs no evaluation: it refers to nothing and computes nothing. */
  readonly plain: boolean;
}

/**
 * A `backend "TYPE" { … }` or `cloud { … }` block directly inside a top-level `terraform` block; where
 * definitions are looked for instead, a top-level `variable "NAME" { … }` or `locals { … }`.
 */
export interface ScannedBlock {
  readonly kind: 'backend' | 'cloud' | DefinitionKind;
  /** The label as written, without its quotes; empty where there is none. */
  readonly type: string;
  /** From the word `backend` or `cloud` to the closing brace, or to where the scanner gave up. */
  readonly range: TextRange;
  /** Between the braces. */
  readonly bodyRange: TextRange;
  /** False where the closing brace is missing. */
  readonly closed: boolean;
  /** The attributes of the block itself, in order; not those of blocks or objects inside it. */
  readonly attributes: readonly ScannedAttribute[];
}

/** Everything of interest in one file, in the order of the text. */
export interface ScanResult {
  readonly blocks: readonly ScannedBlock[];
  /** The `required_version` attributes of the file's `terraform` blocks. */
  readonly requiredVersions: readonly ScannedAttribute[];
}

/** The result for a text that does not even name a block of interest. */
export const emptyScan: ScanResult = { blocks: [], requiredVersions: [] };
