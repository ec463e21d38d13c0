import assert from 'node:assert/strict';
import { LockFailure } from '../../../src/core/lockError';
import type { Resolution } from '../../../src/core/resolution';
import { deferred, only, settled, stateOf } from '../../support/fakes';
import { ResolverSetup } from './resolverSetup';

describe('resolving', () => {
  it('happens once for what changes together', async () => {
    const setup = new ResolverSetup();
    const many = Object.fromEntries(
      Array.from({ length: 200 }, (_, index) => [`m${String(index)}/main.tf`, String(index)]),
    );
    await setup.set(many);
    assert.equal(setup.titles.length, 200);
    assert.ok(setup.resolved <= 2, `${String(setup.resolved)} runs`);
    assert.equal(setup.asked.length, 200);
  });

  it('asks again only for blocks that have changed', async () => {
    const setup = new ResolverSetup();
    await setup.set({ 'a/main.tf': 'a', 'b/main.tf': 'b' });
    await setup.set({ 'b/main.tf': 'b2' });
    assert.deepEqual(setup.keys, ['a', 'b', 'b2']);
    assert.deepEqual(setup.titles, ['a.tfstate', 'b2.tfstate']);
  });

  it('asks for all again when what it depends on has changed on disk', async () => {
    const setup = new ResolverSetup();
    await setup.set({ 'a/main.tf': 'a', 'b/main.tf': 'b' });
    setup.answer = (key) => Promise.resolve({ kind: 'state', state: stateOf(`env/${key}`) });
    setup.resolver.invalidate();
    await settled();
    assert.deepEqual(setup.keys, ['a', 'b', 'a', 'b']);
    assert.deepEqual(setup.titles, ['env/a.tfstate', 'env/b.tfstate']);
  });

  it('takes in what changes while it is under way', async () => {
    const setup = new ResolverSetup();
    const slow = deferred<Resolution>();
    setup.answer = (key) =>
      key === 'slow' ? slow.promise : Promise.resolve({ kind: 'state', state: stateOf(key) });
    await setup.set({ 'a/main.tf': 'slow' });
    await setup.set({ 'a/main.tf': 'a', 'b/main.tf': 'b' });
    assert.equal(setup.resolved, 0);
    slow.resolve({ kind: 'state', state: stateOf('old') });
    await settled();
    assert.deepEqual(setup.titles, ['a.tfstate', 'b.tfstate']);
  });

  it('lets an old answer not outlive a change on disk', async () => {
    const setup = new ResolverSetup();
    const slow = deferred<Resolution>();
    setup.answer = () => slow.promise;
    await setup.set({ 'a/main.tf': 'a' });
    setup.answer = () => Promise.resolve({ kind: 'state', state: stateOf('new') });
    setup.resolver.invalidate();
    slow.resolve({ kind: 'state', state: stateOf('old') });
    await settled();
    assert.deepEqual(setup.titles, ['new.tfstate']);
  });
});

describe('a block that cannot be resolved', () => {
  it('is shown with its error, and the others with their states', async () => {
    const setup = new ResolverSetup();
    setup.answer = (key) =>
      key === 'bad'
        ? Promise.reject(new LockFailure({ reason: 'unsupported', detail: 'x' }))
        : Promise.resolve({ kind: 'state', state: stateOf(key) });
    await setup.set({ 'a/main.tf': 'bad', 'b/main.tf': 'good' });
    const status = setup.board.viewOfDir('file:///w/a')?.status;
    assert.deepEqual(status, { kind: 'unknown', error: { reason: 'unsupported', detail: 'x' } });
    assert.equal(setup.board.viewOfDir('file:///w/b')?.state?.key, 'good.tfstate');
    assert.ok(setup.log.lines.every((line) => line.startsWith('error A backend block could not')));
    assert.ok(setup.log.lines.length > 0);
  });

  it('is asked for again with the next change, where the asking itself failed', async () => {
    const setup = new ResolverSetup();
    setup.answer = () => Promise.reject(new Error('the thread stopped'));
    await setup.set({ 'a/main.tf': 'a' });
    const status = only(setup.board.views()).status;
    assert.ok(status.kind === 'unknown' && status.error.reason === 'internal');
    setup.answer = (key) => Promise.resolve({ kind: 'state', state: stateOf(key) });
    await setup.set({ 'b/main.tf': 'b' });
    assert.deepEqual(setup.titles, ['a.tfstate', 'b.tfstate']);
  });
});

describe('after dispose', () => {
  it('nothing is asked and nothing is shown', async () => {
    const setup = new ResolverSetup();
    const slow = deferred<Resolution>();
    setup.answer = () => slow.promise;
    await setup.set({ 'a/main.tf': 'a' });
    setup.resolver.dispose();
    slow.resolve({ kind: 'state', state: stateOf('a') });
    await setup.set({ 'b/main.tf': 'b' });
    setup.resolver.invalidate();
    await settled();
    assert.deepEqual(setup.keys, ['a']);
    assert.deepEqual(setup.titles, []);
    assert.equal(setup.resolved, 0);
  });
});
