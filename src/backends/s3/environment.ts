import type { Environment } from '../backend';

/** The first of these variables that is set and not empty. */
export function nonEmpty(environment: Environment, ...names: string[]): string | undefined {
  return names
    .map((name) => environment[name])
    .find((value) => value !== undefined && value !== '');
}
