import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** Layers (see CONTRIBUTING.md): what a folder must not import as a value. */
const noVscode = { name: 'vscode', message: 'Only src/ui and src/extension.ts may use vscode.' };
const pureOnly = {
  patterns: [
    { group: ['node:*', '@aws-sdk/*', '@smithy/*', '../ui/*'], message: 'This layer is pure.' },
  ],
};

export default tseslint.config(
  {
    ignores: [
      'dist',
      'out',
      'out-*',
      '.vscode-test',
      'node_modules',
      '**/*.js',
      '**/*.mjs',
      '**/*.d.mts',
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { project: ['./tsconfig.json', './tsconfig.webview.json'] } },
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/dot-notation': 'off',
      '@typescript-eslint/prefer-nullish-coalescing': 'off',
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/core/**', 'src/present/**'],
    rules: {
      'no-restricted-imports': ['error', { paths: [noVscode], ...pureOnly }],
      'no-restricted-globals': ['error', 'setTimeout', 'setInterval', 'process', 'console'],
    },
  },
  {
    files: ['src/hcl/**', 'src/backends/**', 'src/storage/**', 'src/system/**', 'src/webview/**'],
    rules: { 'no-restricted-imports': ['error', { paths: [noVscode] }] },
  },
  {
    files: ['test/**'],
    rules: {
      // Mocha's `it` takes async functions, and tests read records of any shape.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', package: '@types/mocha', name: ['describe', 'it'] },
          ],
        },
      ],
      '@typescript-eslint/no-non-null-assertion': 'error',
    },
  },
  prettier,
);
