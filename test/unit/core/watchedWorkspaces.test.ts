import assert from 'node:assert/strict';
import { WatchedWorkspaces, type WatchedStore } from '../../../src/core/watchedWorkspaces';
import { only, settled, stateOf } from '../../support/fakes';
import { ResolverSetup } from './resolverSetup';

/** A store as VS Code's: what is saved is loaded by the next session. */
class MemoryStore implements WatchedStore {
  stored: unknown;

  load(): unknown {
    return this.stored;
  }

  save(watched: unknown): Promise<void> {
    this.stored = JSON.parse(JSON.stringify(watched));
    return Promise.resolve();
  }
}

describe('watched workspaces', () => {
  it('stay across sessions, each once and in order', async () => {
    const store = new MemoryStore();
    const watched = new WatchedWorkspaces(store);
    let changes = 0;
    watched.onDidChange(() => (changes += 1));
    await watched.set('file:///w/a', ['prod', 'dev', 'prod']);
    await watched.set('file:///w/a', ['dev', 'prod']);
    assert.equal(changes, 1, 'the same choice is no change');
    assert.deepEqual(new WatchedWorkspaces(store).of('file:///w/a'), ['dev', 'prod']);
    await watched.remove('file:///w/a', 'prod');
    assert.deepEqual(new WatchedWorkspaces(store).of('file:///w/a'), ['dev']);
    await watched.remove('file:///w/a', 'dev');
    assert.deepEqual(store.stored, {});
  });

  for (const damaged of [null, 'x', 7, [], { a: 'dev' }, { a: [1, null] }, { a: {} }]) {
    it(`survive a damaged memory: ${JSON.stringify(damaged)}`, () => {
      const store = new MemoryStore();
      store.stored = damaged;
      assert.deepEqual(new WatchedWorkspaces(store).of('a'), []);
    });
  }
});

describe('the states of watched workspaces', () => {
  const dir = 'file:///w/a';

  /** A module with the selected workspace `default` (or another) and watched ones. */
  async function setupOf(watched: readonly string[], selected = 'default'): Promise<ResolverSetup> {
    const setup = new ResolverSetup();
    setup.watched = { [dir]: watched };
    setup.answer = (key, { workspace = selected }) => {
      const state = { ...stateOf(`${workspace}/${key}`), workspace };
      return Promise.resolve({ kind: 'state', state });
    };
    await setup.set({ 'a/main.tf': 'k' });
    return setup;
  }

  it("are on the board, read with the others, and never the module's own", async () => {
    const setup = await setupOf(['dev', 'prod']);
    const states = setup.board
      .views()
      .map(({ state, modules }) => [state?.workspace, modules.map(({ watched }) => watched)]);
    assert.deepEqual(states, [
      ['default', [undefined]],
      ['dev', ['dev']],
      ['prod', ['prod']],
    ]);
    assert.equal(setup.board.places().length, 3);
    assert.equal(setup.board.viewOfDir(dir)?.state?.workspace, 'default');
  });

  it('share the row of the selected workspace where they are the same', async () => {
    const setup = await setupOf(['dev'], 'dev');
    const view = only(setup.board.views());
    assert.deepEqual(
      view.modules.map(({ watched }) => watched),
      [undefined, 'dev'],
    );
    assert.equal(setup.board.viewOfDir(dir)?.id, view.id);
  });

  it('go when they are no longer watched', async () => {
    const setup = await setupOf(['dev']);
    setup.watched = {};
    setup.resolver.invalidate();
    await settled();
    assert.deepEqual(setup.titles, ['default/k.tfstate']);
  });

  it('cannot hide that the selected workspace is not known', async () => {
    const setup = new ResolverSetup();
    setup.watched = { [dir]: ['dev'] };
    setup.answer = (key, { workspace }) =>
      Promise.resolve(
        workspace === undefined
          ? { kind: 'unresolved', error: { reason: 'unresolved' } }
          : { kind: 'state', state: { ...stateOf(key), workspace } },
      );
    await setup.set({ 'a/main.tf': 'k' });
    assert.equal(setup.board.viewOfDir(dir)?.status.kind, 'unknown');
    assert.equal(setup.board.viewOfDir(dir)?.state, undefined);
    assert.equal(setup.board.views().length, 2);
  });

  it('are rows of their own where neither is known', async () => {
    const setup = new ResolverSetup();
    setup.watched = { [dir]: ['dev'] };
    setup.answer = () =>
      Promise.resolve({ kind: 'unresolved', error: { reason: 'unresolved', detail: 'x' } });
    await setup.set({ 'a/main.tf': 'k' });
    assert.equal(setup.board.views().length, 2);
    assert.equal(setup.board.viewOfDir(dir)?.modules[0].watched, undefined);
  });
});
