import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { projectRoot } from '../support/projectRoot';

/** One import of a file in `src`. */
export interface Import {
  readonly file: string;
  /** As written, or the file in `src` where it is relative. */
  readonly target: string;
  readonly typeOnly: boolean;
}

export const src = path.join(projectRoot, 'src');
/** All files in `src`, with slashes. */
export const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll(path.sep, '/'))
  .filter((file) => file.endsWith('.ts'))
  .sort();
export const textOf = (file: string): string => readFileSync(path.join(src, file), 'utf8');
export const parsed = new Map(
  files.map((file) => [
    file,
    ts.createSourceFile(file, textOf(file), ts.ScriptTarget.Latest, true),
  ]),
);

/** Static, dynamic and re-exporting imports, and `require`. */
export function importsOf(file: string, source: ts.SourceFile): Import[] {
  const found: Import[] = [];
  const note = (specifier: ts.Node | undefined, typeOnly: boolean): void => {
    if (specifier === undefined) return;
    assert.ok(ts.isStringLiteral(specifier), `${file}: an import whose target is computed`);
    const { text } = specifier;
    const target = text.startsWith('.') ? path.posix.join(path.posix.dirname(file), text) : text;
    found.push({ file, target, typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      note(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
    } else if (ts.isExportDeclaration(node)) {
      note(node.moduleSpecifier, node.isTypeOnly);
    } else if (ts.isCallExpression(node)) {
      const { expression } = node;
      const isRequire = ts.isIdentifier(expression) && expression.text === 'require';
      if (isRequire || expression.kind === ts.SyntaxKind.ImportKeyword)
        note(node.arguments[0], false);
    } else if (ts.isImportTypeNode(node)) {
      note(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, true);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Global names that make a file depend on more than its arguments. */
const impure = new Set([
  'process',
  'console',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'fetch',
  'performance',
  'require',
]);

/** Where a file uses time, chance, timers, the console or the process. */
export function impureUses(source: ts.SourceFile): string[] {
  const uses: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && impure.has(node.text)) {
      const { parent } = node;
      const isName =
        (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
        ((ts.isPropertySignature(parent) || ts.isPropertyAssignment(parent)) &&
          parent.name === node);
      if (!isName) uses.push(node.text);
    }
    if (
      ts.isPropertyAccessExpression(node) &&
      ['Date.now', 'Math.random'].includes(node.getText())
    ) {
      uses.push(node.getText());
    }
    if (
      ts.isNewExpression(node) &&
      node.expression.getText() === 'Date' &&
      !node.arguments?.length
    ) {
      uses.push('new Date()');
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return uses;
}
