import assert from 'node:assert/strict';
import { posix as path } from 'node:path';
import {
  concerned,
  holdOf,
  locksOfTerminal,
  strayReason,
  type LockedRun,
} from '../../../src/core/lockedTerminal';
import { locksOf, ownLocksOf } from '../../../src/core/lockStatus';
import { terraformCommands } from '../../../src/core/terraformCommand';
import { statusesWith } from '../../support/samples';

const module = '/infra/live';

/** Runs of a command line in a shell that is in `cwd`. */
function runsOf(line: string, cwd = module): LockedRun[] {
  return terraformCommands(line).map((command) => {
    const folder = command.path === undefined ? undefined : path.resolve(cwd, ...command.path);
    return { command, folder };
  });
}

describe('The lock of a locked terminal', () => {
  it('is held only where a read of every place finds it, and lost only where one does not', () => {
    const kinds = new Set<string>();
    for (const status of statusesWith()) {
      const [lock] = locksOf(status);
      const id = lock?.record.info.id ?? 'an-id';
      const expected =
        status.kind === 'mine'
          ? 'held'
          : status.kind === 'unknown' || status.kind === 'notLockable'
            ? 'unknown'
            : 'lost';
      assert.equal(holdOf(status, id), expected, status.kind);
      assert.notEqual(holdOf(status, 'another-id'), 'held', status.kind);
      kinds.add(status.kind);
    }
    assert.ok(kinds.size >= 6, [...kinds].join());
  });

  it('is all that is given back: never another of ours, never one of somebody else', () => {
    for (const status of statusesWith()) {
      for (const { record } of locksOf(status)) {
        const locks = locksOfTerminal(status, record.info.id);
        assert.ok(locks.every((lock) => ownLocksOf(status).includes(lock)));
        assert.ok(locks.every((lock) => lock.record.info.id === record.info.id));
      }
      assert.deepEqual(locksOfTerminal(status, 'another-id'), []);
    }
  });
});

describe('A command in a locked terminal', () => {
  const cases: readonly (readonly [line: string, kind: string | undefined, cwd?: string])[] = [
    ['terraform apply', undefined],
    ['terraform plan && terraform apply && terraform state mv a b', undefined],
    ['ls; cd ../other', undefined],
    ['terraform version', undefined, '/infra/other'],
    ['terraform output', undefined, '/infra/other'],
    ['terraform apply', 'elsewhere', '/infra/other'],
    ['tofu destroy', 'elsewhere', '/infra/other'],
    // With a data directory of its own, this would lead the terminal to another state.
    ['terraform init -reconfigure', 'elsewhere', '/infra/other'],
    ['cd ../other && terraform plan', 'elsewhere'],
    ['terraform -chdir=../other apply', 'elsewhere'],
    ['(cd ../other && terraform plan); terraform plan', 'elsewhere'],
    ['cd ../other; cd ../live; terraform plan', undefined],
    ['cd "$X" && terraform plan', 'untold'],
    ['terraform -chdir="$X" plan', 'untold'],
    ['TF_WORKSPACE=prod terraform apply', 'environment'],
    ['export TF_WORKSPACE=prod', 'environment'],
    ['unset TF_DATA_DIR && terraform init', 'environment'],
    ['TF_CLI_ARGS_apply= terraform apply', 'environment'],
  ];
  for (const [line, kind, cwd] of cases) {
    it(`is ${kind ?? 'covered'}: ${line}${cwd === undefined ? '' : ` in ${cwd}`}`, () => {
      assert.equal(strayReason(line, runsOf(line, cwd), module)?.kind, kind);
    });
  }
});

describe('A command in an ordinary terminal', () => {
  const isLocked = (folder: string): boolean => folder === module;

  it('is warned of where its state is locked, and only where it takes the lock or goes on without', () => {
    for (const [line, lock] of [
      ['terraform apply', 'refused'],
      ['terraform plan -lock-timeout=5m', 'waits'],
      ['terraform apply -lock=false', 'off'],
      ['terraform fmt && terraform plan', 'refused'],
    ] as const) {
      assert.equal(concerned(runsOf(line), isLocked)?.command.lock, lock, line);
    }
    for (const line of [
      'terraform fmt',
      'terraform output',
      'cd .. && terraform plan',
      'echo terraform apply',
    ]) {
      assert.equal(concerned(runsOf(line), isLocked), undefined, line);
    }
  });
});
