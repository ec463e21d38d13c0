import assert from 'node:assert/strict';
import { goPathJoin, stateKey } from '../../../../src/backends/s3/stateKey';

// Each row was seen on the wire of a real terraform, or is one of the examples of Go's own path.Join.
const keys: readonly (readonly [string, string, string, string])[] = [
  ['k/terraform.tfstate', 'env:', 'default', 'k/terraform.tfstate'],
  ['k/terraform.tfstate', 'env:', 'dev', 'env:/dev/k/terraform.tfstate'],
  ['a/../b', 'env:', 'default', 'a/../b'],
  ['a/../b', 'env:', 'dev', 'env:/dev/b'],
  ['k', '', 'dev', 'dev/k'],
  ['k', 'x//y/../z', 'dev', 'x/z/dev/k'],
  ['k', 'env:', '..', 'k'],
  ['k', 'env:', '.', 'env:/k'],
  [' a ?#&+=%é ', 'env:', 'default', ' a ?#&+=%é '],
  [' a ?#&+=%é ', 'env:', 'dev', 'env:/dev/ a ?#&+=%é '],
  ['/k/', 'env:', 'default', '/k/'],
  ['/k/', 'env:', 'dev', 'env:/dev/k'],
  ['a//b', 'env:', 'default', 'a//b'],
  ['a//b', 'env:', 'dev', 'env:/dev/a/b'],
];

const joins: readonly (readonly [readonly string[], string])[] = [
  [[], ''],
  [[''], ''],
  [['', ''], ''],
  [['a', 'b'], 'a/b'],
  [['a', ''], 'a'],
  [['', 'b'], 'b'],
  [['/', 'a'], '/a'],
  [['/', 'a/b'], '/a/b'],
  [['/', ''], '/'],
  [['//', 'a'], '/a'],
  [['/a/', 'b'], '/a/b'],
  [['a/', 'b'], 'a/b'],
  [['a/', ''], 'a'],
  [['', 'a', '..'], '.'],
  [['a', '../..', 'b'], '../b'],
  [['/..', 'a'], '/a'],
];

describe('the key of a state in S3', () => {
  for (const [key, workspaceKeyPrefix, workspace, expected] of keys) {
    it(`of ${key} with prefix "${workspaceKeyPrefix}" in workspace ${workspace} is ${expected}`, () => {
      assert.equal(stateKey({ key, workspaceKeyPrefix }, workspace), expected);
    });
  }
});

describe("Go's path.Join", () => {
  for (const [elements, expected] of joins) {
    it(`of ${JSON.stringify(elements)} is "${expected}"`, () => {
      assert.equal(goPathJoin(...elements), expected);
    });
  }
});
