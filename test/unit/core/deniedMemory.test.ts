import assert from 'node:assert/strict';
import { DeniedMemory } from '../../../src/core/deniedMemory';
import { placeOf } from '../../support/fakes';

const denied = (action: string) => ({ reason: 'denied', action }) as const;

describe('DeniedMemory', () => {
  it('keeps each refused action of a place once', () => {
    const memory = new DeniedMemory();
    const [a, b] = [placeOf('a'), placeOf('b')];
    for (const action of ['x:Put', 'x:Get', 'x:Put']) memory.note([a], denied(action));
    memory.note([b], denied('x:Delete'));
    assert.deepEqual(
      memory.of([a]).map(({ action }) => action),
      ['x:Put', 'x:Get'],
    );
    assert.equal(memory.of([a, b]).length, 3);
    assert.deepEqual(memory.of([placeOf('c')]), []);
  });

  it('takes only refusals from the results of actions', () => {
    const memory = new DeniedMemory();
    const place = placeOf('a');
    memory.noteResult([place], { kind: 'done' });
    memory.noteResult([place], { kind: 'failed', error: { reason: 'network' } });
    assert.deepEqual(memory.of([place]), []);
    memory.noteResult([place], { kind: 'failed', error: denied('x:Put') });
    assert.equal(memory.of([place]).length, 1);
  });

  it('does not grow for ever', () => {
    const memory = new DeniedMemory();
    for (let n = 0; n < 600; n++) memory.note([placeOf(String(n))], denied('x:Put'));
    assert.deepEqual(memory.of([placeOf('0')]), []);
    assert.equal(memory.of([placeOf('599')]).length, 1);
  });
});
