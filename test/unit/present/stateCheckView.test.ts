import assert from 'node:assert/strict';
import type { StateCheck } from '../../../src/core/stateCheck';
import { detailRows } from '../../../src/present/detailRows';
import { checkResult, withCheck } from '../../../src/present/stateCheckView';
import { freeStatus, hostileTexts, now, sampleState, viewOf } from '../../support/samples';

const at = now - 180_000;
const unsound: StateCheck = {
  kind: 'unsound',
  at,
  facts: [
    {
      label: 'Digest',
      value: 'does not match: the table says a, the MD5 of the state object is b',
    },
    { label: 'Consequence', value: 'Terraform will refuse to read the state.' },
    { label: 'What to check', value: 'Digest should be b.' },
  ],
};
const sound: StateCheck = { kind: 'sound', at, facts: [{ label: 'Digest', value: 'matches (a)' }] };
const failed: StateCheck = {
  kind: 'failed',
  at,
  error: { reason: 'denied', action: 's3:GetObject', resource: 's3://bucket/k' },
};
const done = { severity: 'info', message: 'The lock was removed from network.tfstate.' } as const;

describe('what was found of a state', () => {
  const rowsOf = (check: StateCheck): string[] =>
    detailRows(viewOf(freeStatus, sampleState(), { check }), now).map(
      ({ label, description }) => `${label}: ${description}`,
    );

  it('is in its details, with its age', () => {
    const rows = rowsOf(unsound);
    for (const { label, value } of unsound.facts) assert.ok(rows.includes(`${label}: ${value}`));
    assert.ok(rows.includes('State checked: 3m ago'), rows.join('\n'));
    assert.ok(rowsOf(sound).includes('Digest: matches (a)'));
    assert.match(
      rowsOf(failed).join('\n'),
      /State not checked: s3:GetObject on s3:\/\/bucket\/k is not allowed .*\(3m ago\)/,
    );
  });

  it('is a message of its own where a person asked', () => {
    assert.deepEqual(checkResult(sampleState(), sound), {
      severity: 'info',
      message: 'network.tfstate: Digest: matches (a).',
    });
    const warning = checkResult(sampleState(), unsound);
    assert.equal(warning.severity, 'warning');
    assert.match(warning.message, /state object is b\. Consequence: .* Digest should be b\.$/);
    const error = checkResult(sampleState(), failed);
    assert.equal(error.severity, 'error');
    assert.match(error.message, /could not be checked\. s3:GetObject on .* is not allowed/);
  });

  it('is added to the message about a broken lock only where it matters', () => {
    assert.deepEqual(withCheck(done, undefined), done);
    assert.deepEqual(withCheck(done, sound), done);
    const warning = withCheck(done, unsound);
    assert.equal(warning.severity, 'warning');
    assert.match(
      warning.message,
      /^The lock was removed .* does not match: .* Terraform will refuse/,
    );
    assert.match(withCheck(done, failed).message, /could not be checked: s3:GetObject/);
    const cancelled = { kind: 'failed', at, error: { reason: 'cancelled' } } as const;
    assert.deepEqual(withCheck(done, cancelled), done);
  });

  it('is letters, whatever the store says', () => {
    for (const text of hostileTexts) {
      const facts = [{ label: 'Digest', value: `x ${text}` }];
      const check: StateCheck = { kind: 'unsound', at, facts };
      const shown = [
        checkResult(sampleState(), check).message,
        withCheck(done, check).message,
        ...rowsOf(check),
      ].join(' ');
      assert.doesNotMatch(shown, /\$\(|\]\(|[\n\r\u202e]/);
    }
  });
});
