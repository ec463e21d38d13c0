import assert from 'node:assert/strict';
import type { StateView } from '../../../src/core/lockBoard';
import { only, settled } from '../../support/fakes';
import { ResolverSetup, found } from './resolverSetup';

function unresolvedDetail(view: StateView): string {
  assert.ok(view.status.kind === 'unknown' && view.status.error.reason === 'unresolved');
  return view.status.error.detail ?? '';
}

describe('modules and their states', () => {
  it('have one state per directory, told from the block and the directory alone', async () => {
    const setup = new ResolverSetup();
    await setup.set({ 'a/main.tf': 'a', 'b/backend.tofu': 'b', 'a/c/main.tf': 'c' });
    assert.deepEqual(setup.titles, ['a.tfstate', 'b.tfstate', 'c.tfstate']);
    assert.deepEqual(
      setup.asked.map(({ context }) => context),
      [{ dirPath: '/w/a' }, { dirPath: '/w/b' }, { dirPath: '/w/a/c' }],
    );
    assert.equal(setup.board.viewOfDir('file:///w/a/c')?.state?.key, 'c.tfstate');
  });

  it('share one row where two directories mean the same state', async () => {
    const setup = new ResolverSetup();
    await setup.set({ 'a/main.tf': 'same', 'b/main.tf': 'same' });
    assert.equal(only(setup.board.views()).modules.length, 2);
  });

  it('follow a block that moves to another file, changes or goes', async () => {
    const setup = new ResolverSetup();
    await setup.set({ 'a/main.tf': 'one' });
    await setup.set({ 'a/main.tf': undefined, 'a/backend.tf': 'one' });
    assert.equal(only(setup.board.views()).modules[0].file, 'file:///w/a/backend.tf');
    await setup.set({ 'a/backend.tf': 'two' });
    assert.deepEqual(setup.titles, ['two.tfstate']);
    await setup.set({ 'a/backend.tf': undefined });
    assert.deepEqual(setup.titles, []);
  });

  it('do nothing for a file that never had a block', async () => {
    const setup = new ResolverSetup();
    await setup.set({ 'a/variables.tf': undefined });
    assert.equal(setup.resolved, 0);
  });

  it('of a directory without a path are resolved without one', async () => {
    const setup = new ResolverSetup();
    const { dir, file, block } = found('memfs:/a/main.tf', 'a');
    setup.resolver.setFile(file, [{ dir, file, block }]);
    await settled();
    assert.deepEqual(setup.asked, [{ key: 'a', context: {} }]);
  });
});

describe('override files', () => {
  for (const name of ['override.tf', 'backend_override.tf', 'override.tofu', 'x_override.tofu']) {
    it(`${name} replaces the block of the directory`, async () => {
      const setup = new ResolverSetup();
      await setup.set({ 'a/main.tf': 'ordinary', [`a/${name}`]: 'override' });
      assert.deepEqual(setup.titles, ['override.tfstate']);
      assert.deepEqual(setup.keys.slice(-1), ['override']);
    });
  }

  it('count in the order of their names, the last one wins', async () => {
    const setup = new ResolverSetup();
    await setup.set({ 'a/z_override.tf': 'last', 'a/b_override.tf': 'first', 'a/main.tf': 'none' });
    assert.deepEqual(setup.titles, ['last.tfstate']);
  });

  it('are those files only', async () => {
    const setup = new ResolverSetup();
    await setup.set({ 'a/myoverride.tf': 'a', 'b/override_.tf': 'b', 'b/override.tf': 'c' });
    assert.deepEqual(setup.titles, ['a.tfstate', 'c.tfstate']);
  });
});

describe('a directory that Terraform would refuse', () => {
  it('is not resolved, and the files are named', async () => {
    const setup = new ResolverSetup();
    await setup.set({ 'a/main.tf': 'one', 'b/main.tf': 'fine', 'a/backend.tf': 'two' });
    const bad = setup.board.viewOfDir('file:///w/a');
    assert.ok(bad);
    assert.match(unresolvedDetail(bad), /more than one backend block .*\(backend\.tf, main\.tf\)/);
    assert.equal(setup.board.views().length, 2);
    await setup.set({ 'a/backend.tf': undefined });
    assert.deepEqual(setup.titles, ['fine.tfstate', 'one.tfstate']);
  });

  it('may have both blocks in one file', async () => {
    const setup = new ResolverSetup();
    const file = 'file:///w/a/main.tf';
    setup.resolver.setFile(file, [found(file, 'one'), found(file, 'two')]);
    await settled();
    assert.match(unresolvedDetail(only(setup.board.views())), /\(main\.tf\)/);
  });

  it('is refused although an override file would replace both blocks', async () => {
    const setup = new ResolverSetup();
    await setup.set({ 'a/a.tf': 'one', 'a/b.tf': 'two', 'a/override.tf': 'three' });
    assert.match(unresolvedDetail(only(setup.board.views())), /\(a\.tf, b\.tf\)/);
  });

  it('may have two blocks in an override file', async () => {
    const setup = new ResolverSetup();
    await setup.set({ 'a/main.tf': 'ordinary' });
    const file = 'file:///w/a/override.tf';
    setup.resolver.setFile(file, [found(file, 'one'), found(file, 'two')]);
    await settled();
    assert.match(unresolvedDetail(only(setup.board.views())), /\(override\.tf\)/);
  });
});
