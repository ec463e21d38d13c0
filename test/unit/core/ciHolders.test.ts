import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ciSystemOf, contactOf, type CiSystem } from '../../../src/core/ciHolders';
import { matchesGlob } from '../../../src/core/glob';
import { infoOf } from '../../support/fakes';
import { hostileTexts } from '../../support/samples';

describe('holders that look like a CI system', () => {
  const holders: readonly (readonly [string, CiSystem | undefined])[] = [
    ['runner@fv-az1120-4', 'GitHub Actions'],
    ['runner@runnervm8ysud', 'GitHub Actions'],
    ['vsts@fv-az22-1', 'Azure Pipelines'],
    ['root@runner-abc-project-42-concurrent-0', 'GitLab CI'],
    ['gitlab-runner@build', 'GitLab CI'],
    ['circleci@4f2d', 'CircleCI'],
    ['jenkins@ci-1', 'Jenkins'],
    ['atlantis@atlantis-0', 'Atlantis'],
    ['tfc-agent@d34db33f', 'HCP Terraform agent'],
    ['alice@build-07', undefined],
    ['', undefined],
  ];
  for (const [who, system] of holders) {
    it(`${who === '' ? 'nobody' : who}: ${system ?? 'none'}`, () => {
      assert.equal(ciSystemOf(infoOf({ who })), system);
    });
  }
});

describe('whom to ask about a lock', () => {
  const info = infoOf({ who: 'runner@fv-az1', info: 'run 7/8', id: 'a b' });

  it('is said by the first rule that fits, and by none that names nobody', () => {
    const rules = [
      { contact: 'fits nothing: it names neither holder nor reason' },
      { who: 'alice@*', contact: 'alice' },
      { who: 'RUNNER@*', info: 'run *', contact: '#platform' },
      { who: '*', contact: 'anybody' },
    ];
    assert.deepEqual(contactOf(rules, info), { contact: '#platform' });
    assert.deepEqual(contactOf(rules, infoOf({ who: 'bob@x' })), { contact: 'anybody' });
    assert.deepEqual(contactOf([], info), {});
  });

  it('has an address with the parts of the record, each encoded', () => {
    const url = 'https://ci.example.com/{host}?u={user}&i={info}&l={id}&{other}';
    assert.equal(
      contactOf([{ who: '*', url }], info).url,
      'https://ci.example.com/fv-az1?u=runner&i=run%207%2F8&l=a%20b&{other}',
    );
  });

  it('never leads anywhere else than to the host of the setting, whatever the record says', () => {
    const url = 'https://ci.example.com/runs/{user}/{host}?q={info}#{id}';
    const check = (text: string): void => {
      const record = infoOf({ who: text, info: text, id: text });
      const filled = contactOf([{ who: '*', url }], record).url ?? '';
      const { origin, pathname, username } = new URL(filled);
      assert.deepEqual([origin, username], ['https://ci.example.com', '']);
      assert.ok(pathname.startsWith('/runs/'), filled);
    };
    hostileTexts.forEach(check);
    ['..', '.', '../..@..', '/@/', '@'].forEach(check);
    fc.assert(fc.property(fc.string({ unit: 'binary' }), check));
  });

  it('is no address that is not one of the web, or whose host a record could choose', () => {
    for (const url of [
      'command:workbench.action.quit',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'https://{host}/x',
      'https://ci.{host}/x',
      'https://ci.example.com@{host}/',
      'https://user@ci.example.com/',
      'ci.example.com',
      '',
    ]) {
      assert.equal(contactOf([{ who: '*', url }], info).url, undefined, url);
    }
  });
});

describe('a glob', () => {
  it('fits the whole text, in any case', () => {
    for (const [glob, text, fits] of [
      ['a*c', 'ABBC', true],
      ['a*c', 'abcd', false],
      ['a?c', 'abc', true],
      ['a?c', 'ac', false],
      ['*', '', true],
      ['', '', true],
      ['', 'a', false],
      ['a.c', 'abc', false],
      ['*a*b*', 'xxaxxbxx', true],
    ] as const) {
      assert.equal(matchesGlob(glob, text), fits, `${glob} ${text}`);
    }
  });

  it('takes no time to speak of, whatever the pattern', () => {
    const started = performance.now();
    assert.equal(matchesGlob(`${'a*'.repeat(50)}b`, 'a'.repeat(2000)), false);
    assert.ok(performance.now() - started < 1000);
  });
});
