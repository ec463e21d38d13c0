/** Which files of a directory make up a module, told by their names (internal/configs/parser_config_dir.go). */
const extension = /\.(?:tf|tofu)(?:\.json)?$/;

/** Whether Terraform or OpenTofu reads a file of this name. */
export function isModuleFile(name: string): boolean {
  return extension.test(name) && !name.startsWith('.');
}

/** Override files are applied after all others. */
export function isOverrideFile(name: string): boolean {
  return /(?:^|_)override$/.test(name.replace(extension, ''));
}

/** Whether the file is in JSON syntax. */
export function isJsonFile(name: string): boolean {
  return name.endsWith('.json');
}

/** Only OpenTofu reads such files. */
export function isTofuFile(name: string): boolean {
  return /\.tofu(?:\.json)?$/.test(name);
}

/** The file that OpenTofu reads instead where both are there: `main.tofu` for `main.tf`. */
export function tofuTwin(name: string): string | undefined {
  const twin = name.replace(/\.tf(\.json)?$/, '.tofu$1');
  return twin === name ? undefined : twin;
}

/** The last part of a URI's path, decoded. */
export function uriFileName(uri: string): string {
  const name = uri.slice(uri.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(name);
  } catch {
    // A URI of another extension with a bare percent sign.
    return name;
  }
}

/** The order in which directories are read: by the bytes of UTF-8, which is that of code points. */
export function compareNames(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index++) {
    const difference = (left[index]?.codePointAt(0) ?? 0) - (right[index]?.codePointAt(0) ?? 0);
    if (difference !== 0) {
      return difference;
    }
  }
  return left.length - right.length;
}
