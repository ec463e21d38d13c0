import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('the host', () => {
  it('is a VS Code with a version', () => {
    assert.equal(typeof vscode.version, 'string');
  });
});
