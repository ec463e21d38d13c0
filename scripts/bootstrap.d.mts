/** VS Code versions whose server npm can install. */
export type VsCodeVersion = '1.100.3' | '1.139.1';

/** A prerequisite that could not be put in place, and why. */
export interface Missing {
  readonly name: string;
  readonly reason: string;
}

/** An installed server of VS Code: run `serverMain` with `nodePath`. */
export interface VsCodeServerInstallation {
  readonly version: VsCodeVersion;
  readonly nodePath: string;
  readonly serverMain: string;
}

export const vsCodeServers: Readonly<
  Record<VsCodeVersion, { readonly package: string; readonly nodeMajor: number }>
>;
export function findOnPath(...names: readonly string[]): string | undefined;
export function ensureNodeModules(root: string): void;
export function ensureDebianPackages(names: readonly string[]): readonly Missing[];
export function ensureTerminals(root: string, version: VsCodeVersion): string | undefined;
export function terminalObstacle(root: string, version: VsCodeVersion): string | undefined;
export function ensureVsCodeServer(root: string, version: VsCodeVersion): VsCodeServerInstallation;
