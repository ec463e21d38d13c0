import { readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../support/projectRoot';

interface Setting {
  readonly type: string;
  readonly default: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
  readonly enumDescriptions?: readonly string[];
  readonly additionalProperties?: Readonly<Record<string, unknown>>;
  readonly scope?: string;
  readonly markdownDescription?: string;
}

interface MenuItem {
  readonly command: string;
  readonly when?: string;
}

interface Manifest {
  readonly name: string;
  readonly publisher: string;
  readonly displayName: string;
  readonly icon: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly capabilities: {
    readonly untrustedWorkspaces: {
      readonly supported: unknown;
      readonly description: string;
      readonly restrictedConfigurations: readonly string[];
    };
  };
  readonly contributes: {
    readonly viewsContainers: { readonly activitybar: readonly Contributed[] };
    readonly views: Readonly<Record<string, readonly Contributed[]>>;
    readonly viewsWelcome: readonly { view: string; contents: string; when: string }[];
    readonly commands: readonly Record<'command' | 'title' | 'category', string>[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly configuration: { readonly properties: Readonly<Record<string, Setting>> };
  };
}

interface Contributed {
  readonly id: string;
  readonly name?: string;
  readonly title?: string;
  readonly icon: string;
}

/** The text of a file of the repository. */
export const readProjectFile = (file: string): string =>
  readFileSync(path.join(projectRoot, file), 'utf8');

export const manifest = JSON.parse(readProjectFile('package.json')) as Manifest;
