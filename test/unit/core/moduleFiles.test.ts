import assert from 'node:assert/strict';
import {
  compareNames,
  isModuleFile,
  isOverrideFile,
  tofuTwin,
  uriFileName,
} from '../../../src/core/moduleFiles';
import { settled } from '../../support/fakes';
import { found, ResolverSetup } from './resolverSetup';

describe('the files of a module', () => {
  it('are known by their names', () => {
    const names = ['a.tf', 'a.tofu', 'a.tf.json', 'a.tofu.json', '.a.tf', 'a.tf~', '#a.tf#'];
    const others = ['a.json', 'a.tfvars', 'a.tf.bak', 'tf', 'a.tofu.jsonc'];
    assert.deepEqual([...names, ...others].filter(isModuleFile), names.slice(0, 4));
  });

  it('are overrides with exactly these names', () => {
    const overrides = ['override.tf', 'a_override.tofu', 'override.tf.json', '_override.tofu.json'];
    const others = ['myoverride.tf', 'override_.tf', 'override.x.tf', 'Override.tf'];
    assert.deepEqual([...overrides, ...others].filter(isOverrideFile), overrides);
  });

  it('of OpenTofu hide those of the same name and syntax', () => {
    assert.deepEqual(['a.tf', 'a.tf.json', 'a.tofu', 'a.tofu.json'].map(tofuTwin), [
      'a.tofu',
      'a.tofu.json',
      undefined,
      undefined,
    ]);
  });

  it('are ordered by their bytes, not by how a URI writes them', () => {
    const names = ['é.tf', 'z.tf', '😀.tf', '\uffee.tf', 'Z.tf', 'z', ''];
    const bytes = [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    assert.deepEqual([...names].sort(compareNames), bytes);
    assert.equal(uriFileName('file:///w/%C3%A9%20x.tf'), 'é x.tf');
    assert.equal(uriFileName('file:///w/100%.tf'), '100%.tf');
  });
});

describe('.tofu files (documented by OpenTofu)', () => {
  it('hide the .tf file of the same name, with or without a backend of their own', async () => {
    const setup = new ResolverSetup();
    await setup.set({ 'a/main.tf': 'tf' });
    assert.deepEqual(setup.titles, ['tf.tfstate']);
    await setup.set({ 'a/main.tofu': 'tofu' });
    assert.deepEqual(setup.titles, ['tofu.tfstate']);
    setup.resolver.setFile('file:///w/a/main.tofu', [], true);
    await settled();
    assert.deepEqual(setup.titles, []);
    setup.resolver.setFile('file:///w/a/main.tofu', [], false);
    await settled();
    assert.deepEqual(setup.titles, ['tf.tfstate']);
  });

  it('hide nothing in another syntax or directory', async () => {
    const setup = new ResolverSetup();
    setup.resolver.setFile('file:///w/a/main.tofu.json', [], true);
    setup.resolver.setFile('file:///w/b/main.tofu', [], true);
    await setup.set({ 'a/main.tf': 'tf' });
    assert.deepEqual(setup.titles, ['tf.tfstate']);
  });

  it('are ordinary files otherwise: two backends are one too many', async () => {
    const setup = new ResolverSetup();
    await setup.set({ 'a/a.tofu': 'tofu', 'a/b.tf': 'tf' });
    assert.deepEqual(setup.titles, [undefined]);
  });

  it('are overridden by override files of either kind, which hide each other likewise', async () => {
    const setup = new ResolverSetup();
    await setup.set({ 'a/main.tf': 'tf', 'a/override.tf': 'o', 'a/override.tofu': 'ot' });
    assert.deepEqual(setup.titles, ['ot.tfstate']);
    const file = 'file:///w/a/x_override.tofu.json';
    setup.resolver.setFile(file, [found(file, 'json')]);
    await settled();
    assert.deepEqual(setup.titles, ['json.tfstate']);
  });
});
