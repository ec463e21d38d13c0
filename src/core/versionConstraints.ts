/** Major, minor and patch. Prereleases count as the release that they lead to. */
export type Version = readonly [number, number, number];

type Operator = '=' | '!=' | '>' | '>=' | '<' | '<=' | '~>';

interface Constraint {
  readonly operator: Operator;
  readonly version: Version;
  /** How many numbers were written: `~> 1.5` and `~> 1.5.0` differ. */
  readonly written: number;
}

const constraintPattern =
  /^\s*(=|!=|>=|<=|>|<|~>)?\s*v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(?:[-+][0-9A-Za-z.+-]*)?\s*$/;

/** Stands for "any number at all" where a version just below another is looked for. */
const many = 1_000_000_000;

/**
 * The versions that the `required_version` values of a module allow; all of them count. What cannot be read
 * (an expression, a typing error) constrains nothing, and so does a set that no version can satisfy.
 * The operators are those of hashicorp/go-version, which Terraform and OpenTofu use for this.
 */
export class VersionConstraints {
  private constructor(private readonly constraints: readonly Constraint[]) {}

  /** @param texts values without their quotes: `>= 1.5, < 2.0`. */
  static parse(texts: readonly string[]): VersionConstraints {
    const all = new VersionConstraints(texts.flatMap(parseConstraints));
    return all.allows(() => true) ? all : new VersionConstraints([]);
  }

  /** Whether some allowed version is at least this one: `1.10`. */
  allowsFrom(version: string): boolean {
    const least = versionOf(version);
    return this.allows((candidate) => compare(candidate, least) >= 0, least);
  }

  /** Whether some allowed version is older than this one. */
  allowsBelow(version: string): boolean {
    const limit = versionOf(version);
    return this.allows((candidate) => compare(candidate, limit) < 0, limit);
  }

  /**
   * Constraints only ever change their mind at the versions they name, so looking at those, at their
   * neighbours and at both ends is looking at all.
   */
  private allows(fits: (candidate: Version) => boolean, ...also: readonly Version[]): boolean {
    const named = [...this.constraints.map(({ version }) => version), ...also];
    const candidates: Version[] = [[0, 0, 0], [many, 0, 0], ...named.flatMap(neighbours)];
    return candidates.some(
      (candidate) => fits(candidate) && this.constraints.every((one) => satisfies(candidate, one)),
    );
  }
}

function parseConstraints(text: string): Constraint[] {
  const parsed = text.split(',').map((part): Constraint | undefined => {
    const match = constraintPattern.exec(part);
    if (match === null) {
      return undefined;
    }
    const [, operator = '=', ...numbers] = match;
    const written = numbers.filter((number) => (number as string | undefined) !== undefined);
    return {
      operator: operator as Operator,
      version: versionOf(written.join('.')),
      written: written.length,
    };
  });
  return parsed.every((one) => one !== undefined) ? parsed : [];
}

function versionOf(text: string): Version {
  const [major = 0, minor = 0, patch = 0] = text.split('.').map(Number);
  return [major, minor, patch];
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/** The version, the next one, and the largest of those before it and of the series it may close. */
function neighbours(version: Version): Version[] {
  const [major, minor, patch] = version;
  return [
    version,
    [major, minor, patch + 1],
    ...(patch > 0 ? [[major, minor, patch - 1] as const] : []),
    ...(minor > 0 ? [[major, minor - 1, many] as const] : []),
    ...(major > 0 ? [[major - 1, many, many] as const] : []),
  ];
}

function satisfies(candidate: Version, { operator, version, written }: Constraint): boolean {
  const order = compare(candidate, version);
  switch (operator) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '~>':
      // All numbers but the last written one stay as they are.
      return order >= 0 && version.every((n, at) => at >= written - 1 || candidate[at] === n);
  }
}
