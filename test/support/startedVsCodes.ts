// Each test file is a bundle of its own, so what they tell the runner goes through the process.
const key = Symbol.for('stateLock.startedVsCodes');

/** Notes that a VS Code of this version has run, for the report after the tests. */
export function noteStartedVsCode(version: string): void {
  Reflect.set(globalThis, key, new Set([...startedVsCodes(), version]));
}

/** The versions noted in this process. */
export function startedVsCodes(): readonly string[] {
  const versions: unknown = Reflect.get(globalThis, key);
  return versions instanceof Set ? [...versions].map(String) : [];
}
