import assert from 'node:assert/strict';
import { evidenceOf } from '../../../src/core/evidence';
import type { Evidence } from '../../../src/core/finding';
import { mayBeAlive, summarize } from '../../../src/core/evidenceSummary';
import { formatCreated } from '../../../src/core/lockInfo';
import { isGenericHost, isStateTool, type ProcessSearch } from '../../../src/core/processSearch';
import type { StateInfo } from '../../../src/core/stateBackup';
import { placeOf, recordOf } from '../../support/fakes';
import { lookalike, me, scenarios, type Scenario } from './evidenceScenarios';

const now = Date.parse('2026-03-01T12:00:00Z');
const minuteMs = 60_000;

function processesOf(seen: NonNullable<Scenario['process']>): ProcessSearch {
  const search = { kind: 'searched', at: now, here: [], elsewhere: 0 } as const;
  switch (seen) {
    case 'here':
      return { ...search, here: [4711] };
    case 'elsewhere':
      return { ...search, elsewhere: 1 };
    case 'none':
      return search;
    case 'failed':
      return { kind: 'failed', at: now, detail: 'no' };
    case 'namespace':
    case 'permissions':
    case 'platform':
      return { ...search, incomplete: seen };
  }
}

function stateOf(written: NonNullable<Scenario['written']>, skewMs: number): StateInfo {
  switch (written) {
    case 'missing':
      return { kind: 'missing', at: now };
    case 'failed':
      return { kind: 'failed', at: now, error: { reason: 'denied' } };
    case 'noTime':
      return { kind: 'found', at: now };
    default:
      return { kind: 'found', at: now, writtenAt: now + skewMs - written * minuteMs };
  }
}

function evidenceFor(scenario: Scenario): readonly Evidence[] {
  const { who = 'bob@build-07', operation = 'OperationTypeApply', process, written } = scenario;
  const age = 'age' in scenario ? scenario.age : 5;
  const created = age === undefined ? '' : formatCreated(now - age * minuteMs);
  const skewMs = (scenario.skew ?? 0) * minuteMs;
  const record = recordOf({ who, operation, created });
  const { liveness } = scenario;
  return evidenceOf({
    lock: {
      place: placeOf('a'),
      record: {
        ...record,
        ...(liveness === undefined ? {} : { liveness: { kind: liveness, by: 'test', facts: [] } }),
      },
    },
    now,
    ...(scenario.seen === undefined ? {} : { unchangedSince: now - scenario.seen * minuteMs }),
    usual: { ms: (operation === 'OperationTypePlan' ? 15 : 60) * minuteMs, from: 'setting' },
    skewMs,
    who: scenario.me ?? me,
    ...(process === undefined ? {} : { processes: processesOf(process) }),
    ...(written === undefined ? {} : { state: stateOf(written, skewMs) }),
  });
}

describe('the evidence of a holder', () => {
  for (const scenario of [...scenarios, lookalike]) {
    it(`${scenario.truth}, ${scenario.store}: ${scenario.what}`, () => {
      const evidence = evidenceFor(scenario);
      assert.equal(summarize(evidence), scenario.expected, JSON.stringify(evidence));
    });
  }

  it('is right wherever it is a proof, and never labels an alive holder dead', () => {
    const stores = new Set(scenarios.map(({ store }) => store));
    assert.equal(stores.size, 6);
    assert.ok(scenarios.length >= 60, String(scenarios.length));
    let proofs = 0;
    let right = 0;
    let labelledDead = 0;
    let hintsToGone = 0;
    for (const scenario of [...scenarios, lookalike]) {
      const evidence = evidenceFor(scenario);
      for (const proof of evidence.filter(({ strength }) => strength === 'proof')) {
        proofs++;
        right += proof.points === scenario.truth ? 1 : 0;
      }
      const summary = summarize(evidence);
      if (scenario.truth === 'alive') {
        labelledDead += summary === 'provedGone' ? 1 : 0;
        hintsToGone += summary === 'pointsToGone' ? 1 : 0;
      }
    }
    const all = scenarios.length + 1;
    console.log(
      `      ${String(all)} scenarios (${String(scenarios.filter(({ truth }) => truth === 'alive').length + 1)} alive), ` +
        `proofs right ${String(right)}/${String(proofs)}, alive labelled dead ${String(labelledDead)}, ` +
        `alive with hints to gone ${String(hintsToGone)} (the look-alike machine)`,
    );
    assert.ok(proofs >= 15);
    assert.equal(right, proofs);
    assert.equal(labelledDead, 0);
    assert.equal(hintsToGone, 1);
  });

  it('comes from liveness alone where it is a proof, whatever else is seen', () => {
    for (const process of ['here', 'none', 'elsewhere'] as const) {
      for (const age of [1, 100_000]) {
        const evidence = evidenceFor({ ...lookalike, process, age, seen: age, written: age * 2 });
        assert.ok(evidence.every(({ strength }) => strength === 'hint'));
        assert.notEqual(summarize(evidence), 'provedGone');
      }
    }
  });

  it('does not look at processes for a holder who is not exactly this user here', () => {
    for (const who of ['alice@build', 'bob@mbp-alice', 'mbp-alice', '', `${me} `]) {
      const evidence = evidenceFor({ ...lookalike, who, process: 'here' });
      assert.ok(
        evidence.every(({ finding }) => finding.kind !== 'process'),
        who,
      );
    }
  });

  it('asks once more exactly where something points to alive', () => {
    assert.deepEqual(
      (['provedAlive', 'pointsToAlive', 'cannotBeTold', 'pointsToGone', 'provedGone'] as const).map(
        mayBeAlive,
      ),
      [true, true, false, false, false],
    );
  });
});

describe('names of processes and hosts', () => {
  it('knows the tools, with and without a version, and nothing that only begins like them', () => {
    for (const name of [
      'terraform',
      'tofu',
      'terragrunt',
      'terraform.exe',
      'terraform1.1.5',
      'terraform_1.5.7',
      'terraform-v1.9',
      'Terraform.EXE',
      'tofu-1.8.0-rc1',
    ])
      assert.ok(isStateTool(name), name);
    for (const name of [
      'terraform-ls',
      'terraform-provider-aws_v5',
      'terraform-provi',
      'terraformer',
      'tofutti',
      'node',
      '',
    ])
      assert.ok(!isStateTool(name), name);
  });

  it('knows names that many machines have', () => {
    for (const host of ['vm', 'LOCALHOST', 'localhost.localdomain', '0f9a7c11d2e3', ''])
      assert.ok(isGenericHost(host), host);
    for (const host of ['mbp-alice', 'build-07', 'deadbeef']) assert.ok(!isGenericHost(host), host);
  });
});
