import assert from 'node:assert/strict';
import { skipTest } from '../support/mochaRun';
import { findTerraform } from '../support/terraform';
import { configurations } from './configurations';
import { Workbench } from './workbench';

describe('where the real terraform puts its lock, and as whom', () => {
  let bench: Workbench | undefined;
  let agreed = 0;

  before(async function () {
    const terraform = findTerraform();
    if (terraform === undefined) skipTest(this, 'terraform is not on PATH');
    bench = await Workbench.start(terraform);
  });

  after(async () => {
    console.log(`      ${String(configurations.length)} configurations, ${String(agreed)} agree`);
    await bench?.stop();
  });

  for (const configuration of configurations) {
    it(`is where the extension looks: ${configuration.name}`, async () => {
      assert.ok(bench);
      const { terraform, extension } = await bench.run(configuration);
      if (configuration.refused === undefined) {
        assert.notDeepEqual(terraform.traces, [], terraform.output);
        const told = `${extension.problem ?? ''}\n${terraform.output}`;
        assert.deepEqual(extension.traces, terraform.traces, told);
      } else {
        assert.deepEqual(terraform.traces, [], terraform.output);
        assert.match(terraform.output, configuration.refused);
        const objection = [extension.problem ?? '', ...extension.notes].join('');
        assert.notEqual(objection, '', `The extension has no objection.\n${terraform.output}`);
      }
      agreed += 1;
    });
  }

  it('was looked at in at least 40 configurations', () => {
    assert.ok(configurations.length >= 40);
    assert.equal(new Set(configurations.map(({ name }) => name)).size, configurations.length);
  });
});
