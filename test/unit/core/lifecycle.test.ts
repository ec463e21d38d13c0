import assert from 'node:assert/strict';
import { DisposableStore, Emitter } from '../../../src/core/lifecycle';

describe('a store of disposables', () => {
  it('disposes what it owns, once', () => {
    const store = new DisposableStore();
    let disposed = 0;
    store.add({ dispose: () => (disposed += 1) });
    store.dispose();
    store.dispose();
    assert.equal(disposed, 1);
  });

  it('gives back what was added', () => {
    const item = { dispose: () => undefined, name: 'mine' };
    assert.equal(new DisposableStore().add(item), item);
  });

  it('disposes at once what is added too late', () => {
    const store = new DisposableStore();
    store.dispose();
    let disposed = false;
    store.add({ dispose: () => (disposed = true) });
    assert.ok(disposed);
  });
});

describe('an emitter', () => {
  it('tells every listener, until it unsubscribes', () => {
    const emitter = new Emitter<number>();
    const heard: string[] = [];
    const first = emitter.event((value) => heard.push(`first ${String(value)}`));
    emitter.event((value) => heard.push(`second ${String(value)}`));
    emitter.fire(1);
    first.dispose();
    emitter.fire(2);
    assert.deepEqual(heard, ['first 1', 'second 1', 'second 2']);
  });

  it('keeps two subscriptions of the same function apart', () => {
    const emitter = new Emitter<void>();
    let calls = 0;
    const listener = (): unknown => (calls += 1);
    const first = emitter.event(listener);
    emitter.event(listener);
    first.dispose();
    emitter.fire();
    assert.equal(calls, 1);
  });

  it('reports a listener that throws, and tells the others', () => {
    const errors: unknown[] = [];
    const emitter = new Emitter<void>((error) => errors.push(error));
    const boom = new Error('boom');
    let told = false;
    emitter.event(() => {
      throw boom;
    });
    emitter.event(() => (told = true));
    emitter.fire();
    assert.deepEqual([errors, told], [[boom], true]);
  });

  it('is silent after it was disposed', () => {
    const emitter = new Emitter<void>();
    let told = false;
    emitter.event(() => (told = true));
    emitter.dispose();
    emitter.fire();
    assert.equal(told, false);
  });
});
