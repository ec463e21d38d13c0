import assert from 'node:assert/strict';
import type { BackendBlock } from '../../../src/core/backendBlock';
import type { StateView } from '../../../src/core/lockBoard';
import type { LockError } from '../../../src/core/lockError';
import type { LockPlace } from '../../../src/core/lockPlace';
import type { LockStatus } from '../../../src/core/lockStatus';
import type { Problem } from '../../../src/core/problems';
import type { FoundBlock, Resolution } from '../../../src/core/resolution';
import { blockProblems, type BlockProblems } from '../../../src/present/problemsView';
import { placeOf, stateOf } from '../../support/fakes';
import { allReasons, hostileTexts } from '../../support/samples';

const table = { start: 30, end: 50 };
const block: BackendBlock = {
  type: 's3',
  range: { start: 10, end: 80 },
  attributes: [
    { name: 'dynamodb_table', range: table, value: { kind: 'literal', value: 'tf-locks' } },
  ],
  parse: 'current',
};
const dir = 'file:///w/net';
const file = `${dir}/main.tf`;
const found: FoundBlock = { dir, file, block };

function place(region = 'eu-west-1', name = 'tf-locks', creatable = true): LockPlace {
  const origin = { attribute: 'dynamodb_table', name, region, creatable };
  return { ...placeOf(`${region}/${name}`), label: `DynamoDB table ${name} in ${region}`, origin };
}

interface ViewOf {
  readonly status?: LockStatus;
  readonly at?: LockPlace;
  readonly resolution?: Resolution;
  readonly inFile?: string;
}

function viewOf({ status, at = place(), resolution, inFile = file }: ViewOf = {}): StateView {
  const state = stateOf('net', [at]);
  const resolved = resolution ?? { kind: 'state' as const, state };
  return {
    id: 'view',
    ...(resolved.kind === 'state' ? { state: resolved.state } : {}),
    status: status ?? { kind: 'free', at: 1 },
    modules: [{ dir, file: inFile, block, resolution: resolved }],
  };
}

const unknown = (error: LockError): LockStatus => ({ kind: 'unknown', error });
const codes = ({ problems }: BlockProblems): string[] => problems.map(({ code }) => code);
const written = (parts: Partial<Problem> = {}): Problem => ({
  code: 'sample',
  severity: 'warning',
  message: 'A sample.',
  fixes: [],
  ...parts,
});
const unresolved = (error: LockError): Resolution => ({ kind: 'unresolved', error });

describe('the problems of a block', () => {
  it('are those of its text, before anything is known of its state', () => {
    const { problems, viewId } = blockProblems(found, [written()], undefined, []);
    assert.equal(viewId, undefined);
    assert.deepEqual(problems, [
      {
        code: 'sample',
        severity: 'warning',
        message: 'A sample.',
        range: { start: 10, end: 22 },
        fixes: [],
      },
    ]);
  });

  it('stand at the attribute, else at the header, within the block', () => {
    const at = (attribute: string, of: FoundBlock = found) =>
      blockProblems(of, [written({ attribute })], undefined, []).problems[0]?.range;
    assert.deepEqual(at('dynamodb_table'), table);
    assert.deepEqual(at('key'), { start: 10, end: 22 });
    const short = { ...found, block: { ...block, range: { start: 10, end: 14 }, attributes: [] } };
    assert.deepEqual(at('key', short), { start: 10, end: 14 });
  });

  it('are none where another block replaces this one', () => {
    const view = viewOf({ inFile: `${dir}/main_override.tf` });
    assert.deepEqual(codes(blockProblems(found, [written()], view, [view])), []);
  });

  it('are answered by what the state resolved to', () => {
    const list = [
      written({ code: 'a', unlessResolved: 'state' }),
      written({ code: 'b', unlessResolved: 'lockPlace' }),
      written({ code: 'c' }),
    ];
    const shown = (view?: StateView) => codes(blockProblems(found, list, view, []));
    assert.deepEqual(shown(viewOf()), ['c']);
    assert.deepEqual(shown(), ['a', 'b', 'c']);
    const failed = unresolved({ reason: 'unresolved', detail: 'key = var.key' });
    assert.deepEqual(shown(viewOf({ resolution: failed })), ['a', 'b', 'c']);
  });

  it('include a state without any lock place, once', () => {
    const view = viewOf({
      status: { kind: 'notLockable' },
      resolution: { kind: 'state', state: stateOf('net', []) },
    });
    const inText = written({ code: 'no-locking', unlessResolved: 'lockPlace' });
    assert.deepEqual(codes(blockProblems(found, [], view, [])), ['no-locking']);
    assert.deepEqual(codes(blockProblems(found, [inText], view, [])), ['no-locking']);
  });

  it('say why a block cannot be resolved, unless an expression has said it', () => {
    const error: LockError = { reason: 'unresolved', detail: 'bucket is not in the block' };
    const view = viewOf({ resolution: unresolved(error), status: unknown(error) });
    const [problem] = blockProblems(found, [], view, []).problems;
    assert.equal(problem?.severity, 'information');
    assert.match(problem.message, /bucket is not in the block/);
    const expression = written({ unlessResolved: 'state' });
    assert.deepEqual(codes(blockProblems(found, [expression], view, [])), ['sample']);
  });

  it('learn of a missing table, and offer to create it', () => {
    const error: LockError = { reason: 'notFound', place: place().label };
    const [problem] = blockProblems(found, [], viewOf({ status: unknown(error) }), []).problems;
    assert.equal(problem?.code, 'place-missing');
    assert.equal(problem.severity, 'error');
    assert.deepEqual(problem.range, table);
    assert.deepEqual(
      problem.fixes.map(({ kind }) => kind),
      ['createLockTable'],
    );
    const fixed = viewOf({ status: unknown(error), at: place('eu-west-1', 'tf-locks', false) });
    assert.deepEqual(blockProblems(found, [], fixed, []).problems[0]?.fixes, []);
  });

  it('name the region where another state has a table of that name', () => {
    const error: LockError = { reason: 'notFound', place: place().label };
    const view = viewOf({ status: unknown(error) });
    const other = viewOf({ at: place('us-east-1') });
    const [problem] = blockProblems(found, [], view, [view, other]).problems;
    assert.equal(problem?.code, 'other-region');
    assert.match(problem.message, /one of this name in us-east-1/);
    for (const useless of [
      viewOf({ at: place('us-east-1', 'other') }),
      viewOf({ at: place('us-east-1'), status: unknown({ reason: 'network' }) }),
      viewOf({ at: place('eu-west-1') }),
    ]) {
      assert.deepEqual(codes(blockProblems(found, [], view, [useless])), ['place-missing']);
    }
  });

  it('learn of a table with another key', () => {
    const view = viewOf({ status: unknown({ reason: 'wrongSchema', place: place().label }) });
    const [problem] = blockProblems(found, [], view, []).problems;
    assert.equal(problem?.code, 'wrong-table-key');
    assert.match(problem.message, /"LockID" of type String/);
  });

  it('learn of a refusal, with action and resource and the way to the policy', () => {
    const error: LockError = {
      reason: 'denied',
      place: place().label,
      action: 'dynamodb:GetItem',
      resource: 'arn:aws:dynamodb:eu-west-1:123456789012:table/tf-locks',
    };
    const [problem] = blockProblems(found, [], viewOf({ status: unknown(error) }), []).problems;
    assert.match(problem?.message ?? '', /dynamodb:GetItem on arn:aws:dynamodb:.*table\/tf-locks/);
    assert.deepEqual(
      problem?.fixes.map(({ kind }) => kind),
      ['showIamPolicy'],
    );
  });

  it('are none for what passes by itself or is said elsewhere', () => {
    const reported = allReasons.filter((reason) => {
      const view = viewOf({ status: unknown({ reason }) });
      return blockProblems(found, [], view, []).problems.length > 0;
    });
    const mendable = ['denied', 'notFound', 'wrongRegion', 'wrongSchema'];
    assert.deepEqual(
      reported.sort(),
      mendable.filter((reason) => (allReasons as readonly string[]).includes(reason)),
    );
    assert.ok(reported.length >= 3);
  });

  it('hide nothing and break no line, whatever is quoted', () => {
    for (const text of hostileTexts) {
      const view = viewOf({ status: unknown({ reason: 'denied', action: text, resource: text }) });
      const { problems } = blockProblems(found, [written({ message: text })], view, []);
      for (const { message } of problems) assert.doesNotMatch(message, /[\n\r\u202e\u200b]/);
    }
  });
});
